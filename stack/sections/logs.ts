import { z } from "zod";

/** The retention periods that CloudWatch knows, in days; "never" is not offered. */
export const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** How long CloudWatch keeps what is written to it. Logs of pods are kept by Loki, not here. */
export const logsSchema = z.strictObject({
  /** Log groups of AWS services: flow logs, control plane, database, cache, broker, firewall. */
  retentionDays: z.literal(retentionDays).describe("days to keep log groups; one of CloudWatch's periods"),
  /** Log group of the audit trail; the bucket keeps it longer (security.auditTrail). */
  auditRetentionDays: z.literal(retentionDays).default(400).describe("days to keep the audit trail's log group"),
});
