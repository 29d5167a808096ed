import { z } from "zod";

/** AWS Backup: what is copied how often, for how long, and how it is kept from deletion. */
export const backupsSchema = z.strictObject({
  /** Days that the copies made every six hours (databases, volumes, buckets) are kept. */
  sixHourlyRetentionDays: z.number().int().min(1).max(365).describe("days that six-hourly copies are kept"),
  /** Days that the copies made daily at 02:00 UTC are kept. */
  dailyRetentionDays: z.number().int().min(1).max(3650).describe("days that daily copies are kept"),
  /** Days until daily copies move to cold storage, where they must stay 90 days; null keeps them warm. */
  coldStorageAfterDays: z.number().int().min(1).max(3650).nullable().default(null).describe("days until cold storage"),
  /** Copy every recovery point to the recovery region. */
  crossRegionCopy: z.boolean().describe("copy to the recovery region"),
  /** Vault Lock: nobody deletes a recovery point before its time. */
  lock: z.strictObject({
    /** `none`; `governance`: administrators can lift it; `compliance`: nobody can once the cooling-off time is over. */
    mode: z.enum(["none", "governance", "compliance"]).describe("none, governance or compliance"),
    /** Fewest days that a recovery point must be kept. */
    minimumDays: z.number().int().min(1).max(365).default(7).describe("fewest days of retention in the vault"),
    /** Most days that a recovery point may be kept. */
    maximumDays: z.number().int().min(1).max(36_500).default(3650).describe("most days of retention in the vault"),
    /** Cooling-off time of `compliance`, in days: until then the lock can be lifted; AWS asks for at least 3. */
    changeableForDays: z
      .number()
      .int()
      .min(3)
      .max(36_500)
      .default(7)
      .describe("cooling-off days of compliance, from 3"),
  }),
  /** Restore the newest recovery points every week, prove it, and throw the copies away. */
  restoreTest: z.strictObject({
    enabled: z.boolean().describe("restore every week as a test"),
    /** Kinds of resources that are restored. */
    resourceTypes: z
      .array(z.enum(["RDS", "EBS", "S3"]))
      .min(1)
      .default(["RDS", "S3"])
      .describe("RDS, EBS, S3"),
    /** Hours that a restored copy lives, for somebody or something to look at it. */
    validationHours: z.number().int().min(1).max(168).default(4).describe("hours that a restored copy lives"),
  }),
});

/** Settings of the section `backups`, complete. */
export type BackupsSettings = z.output<typeof backupsSchema>;
