import type { BackupsSettings } from "../../stack/sections/backups.ts";

/** How long a recovery point lives, in the shape of AWS Backup. */
export interface RecoveryPointLifecycle {
  /** Days until cold storage. */
  coldStorageAfter?: number;
  /** Days until the end. */
  deleteAfter: number;
}

/** A rule of the plan: when, and for how long. */
export interface BackupRule {
  ruleName: string;
  /** AWS cron expression of six fields, in UTC. */
  schedule: string;
  /** Minutes within which a job must have started. */
  startWindow: number;
  /** Minutes within which a job must be done. */
  completionWindow: number;
  lifecycle: RecoveryPointLifecycle;
}

/**
 * The two rules: every six hours for what must not lose more than six hours, and daily at 02:00 for a longer memory.
 * Continuous backup is not used: it would take RDS's own backup window and retention over, and RDS restores to any
 * second by itself.
 */
export function backupRules(settings: BackupsSettings): BackupRule[] {
  // Minutes; 60 is the least that AWS Backup allows.
  const windows = { startWindow: 60, completionWindow: 300 };
  return [
    {
      ruleName: "every-six-hours",
      schedule: "cron(0 0/6 * * ? *)",
      ...windows,
      lifecycle: { deleteAfter: settings.sixHourlyRetentionDays },
    },
    {
      ruleName: "daily",
      schedule: "cron(0 2 * * ? *)",
      ...windows,
      lifecycle: {
        ...(settings.coldStorageAfterDays === null ? {} : { coldStorageAfter: settings.coldStorageAfterDays }),
        deleteAfter: settings.dailyRetentionDays,
      },
    },
  ];
}

/** Vault Lock in the shape of AWS Backup; the cooling-off time makes it final, so governance has none. */
export function vaultLock({ lock }: BackupsSettings) {
  if (lock.mode === "none") return undefined;
  return {
    minRetentionDays: lock.minimumDays,
    maxRetentionDays: lock.maximumDays,
    ...(lock.mode === "compliance" ? { changeableForDays: lock.changeableForDays } : {}),
  };
}

/** Name of a restore test in AWS Backup's own limits: letters, digits and underscores, at most 50; never loses its suffix. */
export function restoreTestName(prefix: string, suffix: string): string {
  return `${prefix.slice(0, 49 - suffix.length)}_${suffix}`.replaceAll("-", "_");
}

/** Tag by which the plan and the restore tests find what they work on. */
export const backupTag = { key: "Backup", value: "true" };
