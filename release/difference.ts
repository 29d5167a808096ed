import type { Plan } from "../plan/plan.ts";
import type { PlannedResource } from "../plan/resource.ts";

/** One input that has another value. */
export interface ChangedInput {
  /** Path, dotted. */
  path: string;
  before: unknown;
  after: unknown;
}

/** What a change of settings means for the plan. */
export interface PlanDifference {
  created: PlannedResource[];
  deleted: PlannedResource[];
  changed: { resource: PlannedResource; inputs: ChangedInput[] }[];
}

/** Compares two plans of one stack, resource by resource. */
export function planDifference(before: Plan, after: Plan): PlanDifference {
  const old = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const young = new Map(after.resources.map((resource) => [resource.urn, resource]));
  return {
    created: after.resources.filter(({ urn }) => !old.has(urn)),
    deleted: before.resources.filter(({ urn }) => !young.has(urn)),
    changed: after.resources.flatMap((resource) => {
      const earlier = old.get(resource.urn);
      if (earlier === undefined) return [];
      const inputs = changedInputs(earlier.inputs, resource.inputs);
      return inputs.length > 0 ? [{ resource, inputs }] : [];
    }),
  };
}

/** The differing leaves of two values, with their paths. */
export function changedInputs(before: unknown, after: unknown, path = ""): ChangedInput[] {
  if (Object.is(before, after)) return [];
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changedInputs(before[key], after[key], path === "" ? key : `${path}.${key}`));
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Renders a difference for people: one line for a resource, one more for each changed input. Components are left out. */
export function showDifference({ created, deleted, changed }: PlanDifference): string {
  const real = (resources: PlannedResource[]) => resources.filter(({ custom }) => custom);
  const changes = changed.filter(({ resource }) => resource.custom);
  const lines = [
    ...real(created).map((resource) => `+ ${titleOf(resource)}`),
    ...real(deleted).map((resource) => `- ${titleOf(resource)}`),
    ...changes.flatMap(({ resource, inputs }) => [
      `~ ${titleOf(resource)}`,
      ...inputs.map(({ path, before, after }) => `    ${path}: ${shortly(before)} → ${shortly(after)}`),
    ]),
  ];
  lines.push(`${changes.length} changed, ${real(created).length} created, ${real(deleted).length} deleted`);
  return lines.join("\n");
}

function titleOf({ type, name, inputs }: PlannedResource): string {
  const metadata = inputs.metadata as { name?: string; namespace?: string } | undefined;
  const kind = type.split(":").at(-1)!;
  if (metadata?.name === undefined) return `${kind} ${name}`;
  return `${kind} ${[metadata.namespace, metadata.name].filter(Boolean).join("/")}`;
}

function shortly(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
