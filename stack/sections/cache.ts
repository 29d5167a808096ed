import { z } from "zod";
import { dailyWindow, weeklyWindow } from "./windows.ts";

/** The shared cache: ElastiCache, speaking the Redis protocol. */
export const cacheSchema = z.strictObject({
  /** Valkey costs a fifth less for the same protocol; Redis ends at 7.1 in ElastiCache. */
  engine: z.enum(["valkey", "redis"]).default("valkey").describe("valkey or redis"),
  /** Version of the engine; those allowed are in data/versions.json. */
  version: z
    .string({ error: 'a version in quotes, for example "8.2"' })
    .default("8.2")
    .describe('version in quotes, for example "8.2"'),
  /** Node type with the prefix `cache.`. */
  nodeType: z
    .string()
    .regex(/^cache\.[a-z0-9-]+\.[a-z0-9]+$/, "a node type of ElastiCache, for example cache.t4g.medium")
    .describe("node type, for example cache.t4g.medium"),
  /** Nodes: one primary and copies that can take over. */
  nodes: z.number().int().min(1).max(6).describe("nodes, 1 to 6"),
  /** Spread the nodes over zones and fail over in less than a minute; needs two nodes. */
  multiAz: z.boolean().describe("spread over zones and fail over"),
  /** Days that daily snapshots are kept; 0 takes none. */
  snapshotRetentionDays: z.number().int().min(0).max(35).describe("days that snapshots are kept, 0 to 35"),
  /** When the daily snapshot is taken. */
  snapshotWindow: dailyWindow.default("02:00-03:00"),
  /** When ElastiCache may patch nodes. */
  maintenanceWindow: weeklyWindow.default("sun:06:00-sun:07:00"),
  /** What gives way when memory is full; `volatile-lru` keeps what has no expiry. */
  evictionPolicy: z
    .enum(["volatile-lru", "allkeys-lru", "volatile-ttl", "noeviction"])
    .default("volatile-lru")
    .describe("volatile-lru, allkeys-lru, volatile-ttl or noeviction"),
});

/** Settings of the section `cache`, complete. */
export type CacheSettings = z.output<typeof cacheSchema>;
