import type { Finding } from "../checks.ts";
import type { Settings } from "../settings.ts";

/** Full hours in UTC at which the backup plan copies databases, volumes and buckets: every six hours, and daily at 2. */
export const backupHours: readonly number[] = [0, 2, 6, 12, 18];

/** Retention against vault lock, cold storage and the buckets' own ageing. */
export function checkBackups({ backups, buckets, environment }: Settings): Finding[] {
  const findings: Finding[] = [];
  const { lock, coldStorageAfterDays, dailyRetentionDays } = backups;
  if (lock.mode === "compliance" && !environment.protect)
    findings.push({
      path: ["backups", "lock", "mode"],
      allowed: "none or governance with environment.protect: false",
      hint: "Under compliance nobody could delete the vault before its last recovery point ends.",
    });
  if (lock.minimumDays > lock.maximumDays)
    findings.push({
      path: ["backups", "lock", "minimumDays"],
      allowed: `at most lock.maximumDays (${lock.maximumDays})`,
    });
  for (const key of ["sixHourlyRetentionDays", "dailyRetentionDays"] as const) {
    const days = backups[key];
    if (lock.mode !== "none" && (days < lock.minimumDays || days > lock.maximumDays))
      findings.push({
        path: ["backups", key],
        allowed: `from lock.minimumDays (${lock.minimumDays}) to lock.maximumDays (${lock.maximumDays})`,
        hint: "A locked vault refuses recovery points that live shorter or longer.",
      });
  }
  if (coldStorageAfterDays !== null && dailyRetentionDays < coldStorageAfterDays + 90)
    findings.push({
      path: ["backups", "dailyRetentionDays"],
      allowed: `at least ${coldStorageAfterDays + 90}: coldStorageAfterDays and the 90 days that AWS asks for there`,
      hint: "Keep the copies longer, or set coldStorageAfterDays to null.",
    });
  if (buckets.backupsExpireAfterDays < dailyRetentionDays)
    findings.push({
      path: ["buckets", "backupsExpireAfterDays"],
      allowed: `at least backups.dailyRetentionDays (${dailyRetentionDays})`,
      hint: "Exports in the bucket must not be gone while the copies that belong to them are still kept.",
    });
  return findings;
}

/** Ageing of buckets in the order that S3 allows. */
export function checkBuckets({ buckets }: Settings): Finding[] {
  const least = buckets.infrequentAccessAfterDays + 30;
  if (buckets.archiveAfterDays >= least) return [];
  return [
    {
      path: ["buckets", "archiveAfterDays"],
      allowed: `at least ${least}: 30 days after infrequentAccessAfterDays`,
      hint: "S3 keeps objects in STANDARD_IA for at least 30 days before they move on.",
    },
  ];
}
