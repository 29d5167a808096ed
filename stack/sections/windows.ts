import { z } from "zod";
import { dailyPattern, weeklyPattern } from "../windows.ts";

/** A daily window of at least 30 minutes in UTC. */
export const dailyWindow = z
  .string()
  .regex(dailyPattern, 'a daily window in UTC, for example "03:00-04:00"')
  .describe("daily window in UTC");

/** A weekly window of at least 30 minutes in UTC. */
export const weeklyWindow = z
  .string()
  .regex(weeklyPattern, 'a weekly window in UTC, for example "sun:04:30-sun:05:30"')
  .describe("weekly window in UTC");
