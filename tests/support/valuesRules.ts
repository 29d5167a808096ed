import { isTree, type Tree } from "./reference.ts";

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
