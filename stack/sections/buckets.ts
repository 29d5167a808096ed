import { z } from "zod";

/** How the platform's own buckets (logs, backups, artifacts, access logs) and the shared ones of the catalog age. */
export const bucketsSchema = z.strictObject({
  /** Days until objects move to STANDARD_IA; S3 allows no fewer than 30. */
  infrequentAccessAfterDays: z.number().int().min(30).max(365).default(30).describe("days until STANDARD_IA, from 30"),
  /** Days until objects move to GLACIER, where reading takes minutes to hours. */
  archiveAfterDays: z.number().int().min(31).max(730).default(90).describe("days until GLACIER"),
  /** Days that old versions can be brought back. */
  noncurrentDays: z.number().int().min(1).max(365).default(30).describe("days that old versions are kept"),
  /** Days until log objects are deleted. */
  logsExpireAfterDays: z.number().int().min(1).max(3650).describe("days until logs are deleted"),
  /** Days until backup objects (exports, snapshots of systems that AWS Backup does not know) are deleted. */
  backupsExpireAfterDays: z.number().int().min(1).max(3650).describe("days until backup objects are deleted"),
});

/** Settings of the section `buckets`, complete. */
export type BucketsSettings = z.output<typeof bucketsSchema>;
