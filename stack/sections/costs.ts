import { z } from "zod";

/** What the environment may cost, and who hears when it costs more: the topic of warnings. */
export const costsSchema = z.strictObject({
  /** What the whole account may cost in a month, in USD. */
  monthlyUsd: z.number().min(1).max(10_000_000).describe("what the account may cost in a month, USD"),
  /** Share of it that the forecast for the month may reach before a warning. */
  forecastPercent: z.int().min(10).max(200).default(80).describe("share that the forecast may reach, percent"),
  /** Share of it that may be spent before a warning. */
  actualPercent: z.int().min(10).max(200).default(100).describe("share that may be spent, percent"),
  /** Cost in USD beyond what is usual from which on an anomaly of one AWS service is told. */
  anomalyUsd: z.number().min(1).max(1_000_000).default(50).describe("unusual cost that is told, USD"),
  /**
   * ARN of the monitor of all AWS services, where the account has one already: accounts have room for one, and new ones
   * get it with Cost Explorer.
   */
  anomalyMonitorArn: z
    .string()
    .regex(/^arn:aws:ce::\d{12}:anomalymonitor\/.+$/, "the ARN of an anomaly monitor, arn:aws:ce::…:anomalymonitor/…")
    .optional()
    .describe("monitor that the account has already"),
});

/** Settings of the section `costs`, complete. */
export type CostsSettings = z.output<typeof costsSchema>;
