import type { PlannedResource } from "../resource.ts";
import { kubernetesObjects } from "./kubernetes.ts";
import type { Files } from "./write.ts";
import { toYaml } from "./yaml.ts";

interface RuleGroup {
  name: string;
  [key: string]: unknown;
}

/** `prometheus/rules.yaml`, all rule groups as one plain rule file, and `alertmanager/alertmanager.yaml`. */
export function monitoringFiles(resources: readonly PlannedResource[]): Files {
  const files: Files = {};
  const objects = kubernetesObjects(resources);
  const groups = objects
    .filter(({ kind }) => kind === "PrometheusRule")
    .flatMap(({ spec }) => (spec as { groups?: RuleGroup[] }).groups ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (groups.length > 0) files["prometheus/rules.yaml"] = toYaml({ groups });

  for (const { kind, stringData } of objects) {
    const configuration =
      kind === "Secret" ? (stringData as Record<string, unknown> | undefined)?.["alertmanager.yaml"] : undefined;
    if (typeof configuration === "string") files["alertmanager/alertmanager.yaml"] = configuration;
  }
  return files;
}
