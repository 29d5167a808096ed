import type { Plan } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";

/** Tells what must exist before a resource is made: its own dependencies and those of the components around it. */
export function createOrder(plan: Plan): (resource: PlannedResource) => ReadonlySet<string> {
  const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
  const children = new Map<string, string[]>();
  for (const { urn, parent } of plan.resources) {
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), urn]);
  }
  const known = new Map<string, Set<string>>();

  /** Everything that stands before a resource, found by walking dependencies, parents, and children of components. */
  function before(urn: string): Set<string> {
    const already = known.get(urn);
    if (already !== undefined) return already;
    const found = new Set<string>();
    known.set(urn, found);
    const resource = byUrn.get(urn);
    if (resource === undefined) return found;
    const waiting = [...resource.dependencies];
    while (waiting.length > 0) {
      const next = waiting.pop()!;
      if (found.has(next)) continue;
      found.add(next);
      for (const earlier of before(next)) found.add(earlier);
      // Whoever waits for a component waits for all that is in it.
      if (byUrn.get(next)?.custom === false) waiting.push(...(children.get(next) ?? []));
    }
    // The SDK registers a child only after its parent, which waits for its own dependencies.
    if (resource.parent !== undefined) for (const earlier of before(resource.parent)) found.add(earlier);
    return found;
  }

  return (resource) => before(resource.urn);
}
