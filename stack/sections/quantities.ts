import { z } from "zod";

/** A size in GiB, at least `minimum` and at most 16 TiB, the limit of a gp3 volume. */
export function gibibytes(minimum: number) {
  return z.number().int().min(minimum).max(16_384).describe("size in GiB");
}

/** An amount of memory as Kubernetes writes it. */
export const kubernetesMemory = z
  .string()
  .regex(/^[1-9]\d*(Mi|Gi)$/, 'memory in Mi or Gi, in quotes, for example "512Mi" or "8Gi"')
  .describe("memory, for example 512Mi or 8Gi");

/** An amount of processor time as Kubernetes writes it. */
export const kubernetesProcessor = z
  .string()
  .regex(
    /^([1-9]\d*m|[1-9]\d?(\.\d+)?)$/,
    'processor time in quotes, for example "500m" (half a processor) or "2", at most "99"',
  )
  .describe("processor time, for example 500m for half a processor");

/** A day of the calendar; without quotes Pulumi's reader makes a moment of it. */
export const day = z.iso.date('a day in quotes, for example "2026-01-26"');

/** A cron expression of five fields, in UTC. */
export const cron = z
  .string()
  .regex(
    /^([\d*/,-]+\s+){2}[\d*/,-]+\s+[\d*/,A-Z-]+\s+[\d*/,A-Z-]+$/,
    'a cron expression of five fields in UTC, for example "15 */6 * * *"',
  )
  .describe("cron expression in UTC");
