import type { PlannedResource } from "../resource.ts";
import type { Files } from "./write.ts";
import { toJson } from "./write.ts";

/** `grafana/dashboards/<uid>.json`, `grafana/alert-rules.json` and `grafana/contact-points.json`. */
export function grafanaFiles(resources: readonly PlannedResource[]): Files {
  const files: Files = {};
  for (const { type, name, inputs } of resources) {
    if (type !== "grafana:oss/dashboard:Dashboard" || typeof inputs.configJson !== "string") continue;
    const dashboard = JSON.parse(inputs.configJson) as { uid?: string };
    files[`grafana/dashboards/${dashboard.uid ?? name}.json`] = toJson(dashboard);
  }
  const ruleGroups = inputsOf(resources, "grafana:alerting/ruleGroup:RuleGroup");
  if (ruleGroups.length > 0) files["grafana/alert-rules.json"] = toJson(ruleGroups);
  const contactPoints = inputsOf(resources, "grafana:alerting/contactPoint:ContactPoint");
  if (contactPoints.length > 0) files["grafana/contact-points.json"] = toJson(contactPoints);
  return files;
}

function inputsOf(resources: readonly PlannedResource[], type: string): Record<string, unknown>[] {
  return resources.filter((resource) => resource.type === type).map(({ inputs }) => inputs);
}
