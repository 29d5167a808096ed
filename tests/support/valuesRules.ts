import { mebibytes, thousandths } from "./clusterParts.ts";
import { isTree, overlay, type Tree } from "./reference.ts";

/** Number of pods that a map of values asks for, where it says so. */
function replicasOf(values: Tree): number | undefined {
  const nested = isTree(values.deployment) ? values.deployment.replicas : undefined;
  const found = values.replicas ?? values.replicaCount ?? nested;
  return typeof found === "number" ? found : undefined;
}

/** True for an enabled disruption budget: with `enabled`, or with a limit where the chart has no switch. */
function isBudget(value: unknown): boolean {
  if (!isTree(value)) return false;
  if ("enabled" in value) return value.enabled === true;
  return value.minAvailable !== undefined || value.maxUnavailable !== undefined;
}

/** Budgets of single pods, which would only keep nodes from draining. One path per problem. */
export function idleBudgets(values: unknown, path = ""): string[] {
  if (!isTree(values)) return [];
  const replicas = replicasOf(values);
  return Object.entries(values).flatMap(([key, value]) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (/^(pdb|podDisruptionBudget|disruptionBudget)$/i.test(key)) {
      return isBudget(value) && replicas !== undefined && replicas < 2 ? [at] : [];
    }
    return idleBudgets(value, at);
  });
}

/**
 * What a chart's own resources make of ours, which Helm lays over them key by key: a limit of the chart below our request,
 * for which the API server refuses the pod, and a limit of processor time that nobody chose. One line per problem.
 */
export function mixedResources(defaults: Tree, ours: Tree): string[] {
  return mixed(overlay(defaults, ours), ours, "");
}

const amounts = { cpu: thousandths, memory: mebibytes };

function mixed(values: Tree, ours: Tree, path: string): string[] {
  const tree = (value: unknown): Tree => (isTree(value) ? value : {});
  const requests = tree(values.requests);
  const limits = tree(values.limits);
  const small = Object.entries(amounts)
    .filter(([name]) => requests[name] !== undefined && limits[name] !== undefined)
    .filter(([name, amount]) => amount(String(requests[name])) > amount(String(limits[name])))
    .map(([name]) => `${path} asks for ${requests[name]} of ${name}, its limit is ${limits[name]}`);
  const isOurs = isTree(ours.requests) || isTree(ours.limits);
  const foreign =
    isOurs && limits.cpu !== undefined && tree(ours.limits).cpu === undefined
      ? [`${path} has the chart's own limit of ${limits.cpu} processors`]
      : [];
  return [
    ...small,
    ...foreign,
    ...Object.entries(values).flatMap(([key, value]) =>
      isTree(value) ? mixed(value, tree(ours[key]), path === "" ? key : `${path}.${key}`) : [],
    ),
  ];
}
