import { z } from "zod";

const percent = (fallback: number) => z.number().min(1).max(100).default(fallback);

/** Numbers that AWS's own alarms compare with; the defaults are the requirement's. */
export const alarmsSchema = z.strictObject({
  databaseCpuPercent: percent(80).describe("processor of the database, percent"),
  /** Time of one disk operation; the objective for whole queries is 50 ms. */
  databaseLatencyMilliseconds: z.number().min(1).max(1000).default(50).describe("disk of the database, milliseconds"),
  cacheCpuPercent: percent(80).describe("engine thread of the cache, percent"),
  cacheHitPercent: percent(90).describe("share of look-ups that must find their key, percent"),
  responseMilliseconds: z.number().min(10).max(60_000).default(1000).describe("answer of the services, milliseconds"),
  errorPercent: z.number().min(0.1).max(100).default(1).describe("share of server errors, percent"),
});
