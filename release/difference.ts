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
  if (Array.isArray(before) && Array.isArray(after)) return changedElements(before, after, path);
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changedInputs(before[key], after[key], path === "" ? key : `${path}.${key}`));
}

/**
 * The differences of two lists: what stays is found first, so that one new rule in the midst of a group is one line and
 * not a change of all that come after it.
 */
function changedElements(before: readonly unknown[], after: readonly unknown[], path: string): ChangedInput[] {
  const [old, young] = [before, after].map((list) => list.map((element) => JSON.stringify(element)));
  const kept = [...commonElements(old!, young!), [before.length, after.length] as const];
  const changes: ChangedInput[] = [];
  let [from, to] = [0, 0];
  for (const [keptOld, keptYoung] of kept) {
    const gone = before.slice(from, keptOld);
    const come = after.slice(to, keptYoung);
    if (gone.length === come.length)
      changes.push(...gone.flatMap((element, index) => changedInputs(element, come[index], `${path}.${to + index}`)));
    else {
      changes.push(
        ...gone.map((element, index) => ({ path: `${path}.${from + index}`, before: element, after: undefined })),
      );
      changes.push(
        ...come.map((element, index) => ({ path: `${path}.${to + index}`, before: undefined, after: element })),
      );
    }
    [from, to] = [keptOld + 1, keptYoung + 1];
  }
  return changes;
}

/** Positions of the longest sequence of elements that both lists have. */
function commonElements(old: readonly string[], young: readonly string[]): [old: number, young: number][] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(young.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = young.length - 1; j >= 0; j--)
      lengths[i]![j] =
        old[i] === young[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const common: [number, number][] = [];
  for (let i = 0, j = 0; i < old.length && j < young.length; ) {
    if (old[i] === young[j]) common.push([i++, j++]);
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  }
  return common;
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
      ...inputs.map(({ path, before, after }) => `    ${path}: ${shown(before, after).join(" → ")}`),
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

const longest = 200;

/** Both values, in one line each. Of long texts the place where they part, since their beginnings are the same. */
function shown(before: unknown, after: unknown): [before: string, after: string] {
  if (typeof before !== "string" || typeof after !== "string") return [shortly(before), shortly(after)];
  if (before.length <= longest && after.length <= longest) return [shortly(before), shortly(after)];
  let same = 0;
  while (before[same] === after[same]) same++;
  const start = Math.max(0, same - longest / 4);
  const excerpt = (text: string) => `${start > 0 ? "…" : ""}${shortly(text.slice(start))}`;
  return [excerpt(before), excerpt(after)];
}

function shortly(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
