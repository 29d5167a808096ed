import type { Finding } from "../checks.ts";
import { checkFamily } from "../instanceTypes.ts";
import type { Settings } from "../settings.ts";
import { dailyWindows, lengthOf, overlap, weeklyWindow } from "../windows.ts";
import { checkVersion } from "./versions.ts";

/** Engine, version, node type, zones and windows of the cache. */
export function checkCache({ cache, environment }: Settings): Finding[] {
  const findings = [
    ...checkVersion(["cache", "version"], cache.engine, cache.version),
    ...checkFamily(["cache", "nodeType"], cache.engine, cache.nodeType),
  ];
  if (cache.multiAz && environment.zones.length < 2)
    findings.push({
      path: ["cache", "multiAz"],
      allowed: "false while environment.zones lists one zone",
      hint: "Failover needs a second zone: add one to environment.zones.",
    });
  if (cache.multiAz && cache.nodes < 2)
    findings.push({
      path: ["cache", "nodes"],
      allowed: "at least 2 with multiAz",
      hint: "One node has nobody to fail over to.",
    });
  const snapshot = dailyWindows(cache.snapshotWindow);
  const maintenance = weeklyWindow(cache.maintenanceWindow);
  if (lengthOf(snapshot[0]!) < 60)
    findings.push({ path: ["cache", "snapshotWindow"], allowed: "a window of at least 60 minutes" });
  if (lengthOf(maintenance) < 60)
    findings.push({ path: ["cache", "maintenanceWindow"], allowed: "a window of at least 60 minutes" });
  if (overlap(snapshot, [maintenance]))
    findings.push({
      path: ["cache", "maintenanceWindow"],
      allowed: `a window that does not overlap snapshotWindow (${cache.snapshotWindow} daily)`,
    });
  return findings;
}
