import type { Finding } from "../checks.ts";
import type { OptionalSystem } from "../sections/platform.ts";
import type { Settings } from "../settings.ts";

/** What a system cannot work without: who leaves out the right one must leave out the left one as well. */
export const systemNeeds: { [system in OptionalSystem]?: readonly OptionalSystem[] } = {
  tracing: ["elastic"],
};

/** Systems that are left out are not needed by others; replicas of the gateway are in order; the balancer can what is asked. */
export function checkPlatform({ platform, gateway }: Settings): Finding[] {
  const findings: Finding[] = [];
  for (const [system, needs] of Object.entries(systemNeeds) as [OptionalSystem, readonly OptionalSystem[]][]) {
    if (platform.without.includes(system)) continue;
    for (const need of needs.filter((each) => platform.without.includes(each))) {
      findings.push({
        path: ["platform", "without", platform.without.indexOf(need)],
        allowed: `systems that no other needs: ${system} needs ${need}`,
        hint: `Leave out ${system} as well, or keep ${need}.`,
      });
    }
  }
  if (gateway.maximumReplicas < gateway.minimumReplicas) {
    findings.push({
      path: ["gateway", "maximumReplicas"],
      allowed: `at least gateway.minimumReplicas, ${gateway.minimumReplicas}`,
    });
  }
  return findings;
}
