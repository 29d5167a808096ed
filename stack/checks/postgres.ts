import type { Finding } from "../checks.ts";
import { checkFamily } from "../instanceTypes.ts";
import type { Settings } from "../settings.ts";
import { dailyWindows, hourlyStarts, lengthOf, overlap, weeklyWindow } from "../windows.ts";
import { backupHours } from "./backups.ts";
import { checkVersion } from "./versions.ts";

/** Version, classes, zones, disk and windows of PostgreSQL. */
export function checkPostgres(settings: Settings): Finding[] {
  const { postgres, environment } = settings;
  const findings = [
    ...checkVersion(["postgres", "version"], "postgres", postgres.version),
    ...checkFamily(["postgres", "instanceClass"], "postgres", postgres.instanceClass),
  ];
  if (postgres.replicaInstanceClass !== undefined)
    findings.push(...checkFamily(["postgres", "replicaInstanceClass"], "postgres", postgres.replicaInstanceClass));
  if (postgres.multiAz && environment.zones.length < 2)
    findings.push({
      path: ["postgres", "multiAz"],
      allowed: "false while environment.zones lists one zone",
      hint: "A standby needs a second zone: add one to environment.zones.",
    });
  const least = Math.ceil((postgres.storageGibibytes * 11) / 10);
  if (postgres.maximumStorageGibibytes < least)
    findings.push({
      path: ["postgres", "maximumStorageGibibytes"],
      allowed: `at least ${least}, a tenth more than storageGibibytes`,
      hint: "RDS grows a disk in steps of at least a tenth.",
    });
  return [...findings, ...checkWindows(settings)];
}

/**
 * Minutes after a full hour of the backup plan in which no window of the database may lie: a job starts within the hour
 * (start window of the plan), and fails inside, or up to an hour before, either window.
 */
const clearMinutes = 120;

/** RDS refuses windows that overlap, and jobs of AWS Backup inside or too close to either. */
function checkWindows({ postgres }: Settings): Finding[] {
  const findings: Finding[] = [];
  const backup = dailyWindows(postgres.backupWindow);
  const maintenance = weeklyWindow(postgres.maintenanceWindow);
  for (const [key, window] of [
    ["backupWindow", backup[0]!],
    ["maintenanceWindow", maintenance],
  ] as const)
    if (lengthOf(window) < 30) findings.push({ path: ["postgres", key], allowed: "a window of at least 30 minutes" });
  if (overlap(backup, [maintenance]))
    findings.push({
      path: ["postgres", "maintenanceWindow"],
      allowed: `a window that does not overlap backupWindow (${postgres.backupWindow} daily)`,
    });
  const starts = hourlyStarts(backupHours, clearMinutes);
  for (const [key, windows] of [
    ["backupWindow", backup],
    ["maintenanceWindow", [maintenance]],
  ] as const)
    if (overlap(windows, starts))
      findings.push({
        path: ["postgres", key],
        allowed: `a window clear of the backup plan's starts at ${backupHours.join(", ")} h UTC and the two hours after each`,
        hint: "AWS Backup cannot take a snapshot during these windows; the job would fail.",
      });
  return findings;
}
