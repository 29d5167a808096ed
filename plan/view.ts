import colors from "picocolors";
import type { Plan } from "./plan.ts";
import { type PlannedResource, stackType } from "./resource.ts";
import { isStateful } from "./stateful.ts";

/** How the terminal view is drawn. */
export interface ViewOptions {
  /** Colours and line-drawing characters; off in a pipe. */
  colour: boolean;
  /** Columns to keep within. */
  width: number;
}

/** Rooms in the order in which the architecture builds them; others follow by name. */
const roomOrder = ["network", "security", "data", "compute", "platform", "workload", "observability", "operations"];

/**
 * The plan as a person reads it: rooms, the components in each with their resources counted by type, what holds state
 * and whether it is protected, and warnings.
 */
export function viewPlan(plan: Plan, { colour, width }: ViewOptions): string {
  const paint = colors.createColors(colour);
  const resources = plan.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
  const components = plan.resources.filter(({ custom, type }) => !custom && type !== stackType);
  const moment = plan.mode === "first" ? "first update: nothing exists yet" : "steady: everything exists";
  const lines = [
    `${paint.bold(`${plan.project} · ${plan.stack}`)}  ${resources.length} resources in ${components.length} components (${moment})`,
  ];

  for (const [room, rows] of roomsOf(plan)) {
    const total = rows.reduce((sum, { count }) => sum + count, 0);
    lines.push("", `${paint.bold(paint.cyan(room))} ${paint.dim(plural(total, "resource"))}`);
    const nameWidth = Math.max(...rows.map(({ label }) => label.length));
    for (const row of rows) {
      const head = `  ${row.label.padEnd(nameWidth)}  `;
      lines.push(
        ...wrap(head, row.types, width).map((line, index) =>
          index === 0 ? paint.bold(line.slice(0, head.length)) + line.slice(head.length) : line,
        ),
      );
    }
  }

  lines.push("", ...stateView(resources, paint, width));
  if (plan.warnings.length > 0) {
    lines.push(
      "",
      paint.yellow(plural(plan.warnings.length, "warning")),
      ...plan.warnings.map((warning) => `  ${warning}`),
    );
  }
  return `${lines.join("\n")}\n`;
}

interface Row {
  label: string;
  count: number;
  types: string[];
}

/** Components by room, each with its own resources counted by type; a component inside another one is indented. */
function roomsOf(plan: Plan): [string, Row[]][] {
  const family = familyOf(plan.resources);
  const { byUrn } = family;
  const owned = new Map<string, PlannedResource[]>();
  for (const resource of plan.resources) {
    if (!resource.custom || resource.type.startsWith("pulumi:")) continue;
    add(owned, ownerOf(resource, byUrn), resource);
  }
  const rooms = new Map<string, Map<string, PlannedResource[]>>();
  for (const [owner, resources] of owned) {
    const component = byUrn.get(owner);
    const top = component === undefined ? undefined : topComponent(component, family);
    const room = top?.type.split(":")[1] ?? "stack";
    const label = top?.name ?? "stack";
    const rows = rooms.get(room) ?? new Map<string, PlannedResource[]>();
    rows.set(label, [...(rows.get(label) ?? []), ...resources]);
    rooms.set(room, rows);
  }
  const rank = (room: string) => (roomOrder.includes(room) ? roomOrder.indexOf(room) : roomOrder.length);
  return [...rooms]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([room, rows]) => [
      room,
      [...rows]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([label, owned]) => ({ label, count: owned.length, types: countTypes(owned) })),
    ]);
}

/** Who is whose child. */
interface Family {
  byUrn: Map<string, PlannedResource>;
  children: Map<string, PlannedResource[]>;
}

function familyOf(resources: readonly PlannedResource[]): Family {
  const children = new Map<string, PlannedResource[]>();
  for (const resource of resources) {
    if (resource.parent !== undefined) add(children, resource.parent, resource);
  }
  return { byUrn: new Map(resources.map((resource) => [resource.urn, resource])), children };
}

function add<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** URN of the nearest component above a resource. */
function ownerOf(resource: PlannedResource, byUrn: Map<string, PlannedResource>): string {
  let parent = byUrn.get(resource.parent ?? "");
  while (parent?.custom) parent = byUrn.get(parent.parent ?? "");
  return parent?.urn ?? "";
}

/**
 * The outermost component that stands for one thing. A component without resources of its own whose children are of
 * several kinds only gathers them (a whole room, a group of systems), so its children become rows.
 */
function topComponent(component: PlannedResource, family: Family): PlannedResource | undefined {
  if (component.type === stackType) return undefined;
  const parent = family.byUrn.get(component.parent ?? "");
  if (parent === undefined || parent.type === stackType || gathers(parent, family)) return component;
  return topComponent(parent, family);
}

function gathers({ urn }: PlannedResource, { children }: Family): boolean {
  const below = children.get(urn) ?? [];
  return below.every(({ custom }) => !custom) && new Set(below.map(({ type }) => type)).size > 1;
}

function countTypes(resources: readonly PlannedResource[]): string[] {
  const counts = new Map<string, number>();
  for (const { type } of resources) {
    const short = type.split(":").at(-1)!;
    counts.set(short, (counts.get(short) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => (count === 1 ? type : `${type} ×${count}`));
}

function stateView(
  resources: readonly PlannedResource[],
  paint: ReturnType<typeof colors.createColors>,
  width: number,
): string[] {
  const stateful = resources.filter(isStateful);
  const open = stateful.filter(({ protect }) => !protect);
  const held = stateful.filter(({ protect }) => protect);
  const lines = [
    `${paint.bold("State")} ${plural(stateful.length, "resource")} with data, ${held.length} protected from deletion`,
  ];
  if (held.length > 0) lines.push(...wrap("  protected    ", countTypes(held), width));
  if (open.length > 0) lines.push(...wrap("  unprotected  ", countTypes(open), width));
  return lines;
}

/** Words joined by commas after a head, broken at `width` and indented to the head's end. */
function wrap(head: string, words: readonly string[], width: number): string[] {
  const lines = [head];
  words.forEach((word, index) => {
    const text = index === words.length - 1 ? word : `${word}, `;
    if (lines.at(-1)!.length + text.trimEnd().length > width && lines.at(-1)!.length > head.length)
      lines.push(" ".repeat(head.length));
    lines[lines.length - 1] += text;
  });
  return lines.map((line) => line.trimEnd());
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
