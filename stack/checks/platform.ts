import { existsSync } from "node:fs";
import { join } from "node:path";
import { mirroredFiles } from "../../components/platform/charts.ts";
import type { Finding } from "../checks.ts";
import { nearest } from "../nearest.ts";
import { namespaceNames, type OptionalSystem, publicRegistries } from "../sections/platform.ts";
import type { Settings } from "../settings.ts";

/** What a system cannot work without: who leaves out the right one must leave out the left one as well. */
export const systemNeeds: { [system in OptionalSystem]?: readonly OptionalSystem[] } = {
  tracing: ["elastic"],
};

/** Where images come through the account's own registry, it has a cache of each public registry that is not excepted. */
function checkCaches({ environment, platform, workloads }: Settings): Finding[] {
  const { imageMirror } = platform;
  if (!imageMirror?.registry.startsWith(`${environment.accountId}.dkr.ecr.`)) return [];
  const cached: readonly string[] = workloads.images.pullThrough;
  const missing = publicRegistries.filter((name) => !cached.includes(name) && !imageMirror.except?.includes(name));
  if (missing.length === 0) return [];
  return [
    {
      path: ["platform", "imageMirror"],
      allowed: `a registry that has the images of ${missing.join(", ")}`,
      hint: "Add them to workloads.images.pullThrough, or to platform.imageMirror.except where ECR cannot cache them.",
    },
  ];
}

/** A mirror that is a directory is there, and holds every chart and every bundle of CRDs. */
function checkMirror({ platform: { chartMirror } }: Settings): Finding[] {
  const directory = /^file:(?:\/\/)?(.+)$/.exec(chartMirror ?? "")?.[1];
  if (directory === undefined) return [];
  const finding = (allowed: string): Finding[] => [
    {
      path: ["platform", "chartMirror"],
      allowed,
      hint: "Put the charts there (helm pull), or remove platform.chartMirror: docs/operations/mirrors.md.",
    },
  ];
  if (!existsSync(directory)) return finding("a directory that exists, relative to the project");
  const missing = mirroredFiles().filter((names) => !names.some((name) => existsSync(join(directory, name))));
  if (missing.length === 0) return [];
  return finding(`a directory with everything that is pinned; missing are ${missing.map(([name]) => name).join(", ")}`);
}

/** Quotas are for namespaces that exist. */
function checkQuotas({ platform }: Settings): Finding[] {
  const known: readonly string[] = namespaceNames;
  return Object.keys(platform.quotas)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: ["platform", "quotas", name],
      allowed: `namespaces of the platform: ${known.join(", ")}`,
      nearest: nearest(name, known),
    }));
}

/** Systems that are left out are not needed by others; replicas of the gateway are in order; the balancer can what is asked. */
export function checkPlatform(settings: Settings): Finding[] {
  const { platform, gateway } = settings;
  const findings = [...checkCaches(settings), ...checkMirror(settings), ...checkQuotas(settings)];
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
