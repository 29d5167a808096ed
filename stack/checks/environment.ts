import type { Finding } from "../checks.ts";
import type { Settings } from "../settings.ts";

/** Regions differ, and zones lie in the region. */
export function checkEnvironment({ environment }: Settings): Finding[] {
  const findings: Finding[] = [];
  if (environment.recoveryRegion === environment.region) {
    findings.push({
      path: ["environment", "recoveryRegion"],
      allowed: `a region other than ${environment.region}`,
      hint: "Copies in the same region are lost together with it.",
    });
  }
  environment.zones.forEach((zone, index) => {
    if (!zone.startsWith(environment.region)) {
      findings.push({
        path: ["environment", "zones", index],
        allowed: `a zone of ${environment.region}, for example ${environment.region}a`,
      });
    }
  });
  return findings;
}
