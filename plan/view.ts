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
    const countWidth = Math.max(...rows.map(({ count }) => String(count).length));
    for (const { label, count, kinds } of rows) {
      const name = label.padEnd(nameWidth);
      const number = String(count).padStart(countWidth);
      const head = `  ${name}  ${number}  `;
      const [first = "", ...rest] = wrap(head.length, kinds.map(paintKind(paint)), width);
      lines.push(`  ${paint.bold(name)}  ${paint.dim(number)}  ${first}`, ...rest);
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
  kinds: Kind[];
}

/** Resources of one type, those with data apart. */
interface Kind {
  name: string;
  count: number;
  stateful: boolean;
}

/** A word as it is printed, and how wide it shows. */
interface Word {
  text: string;
  width: number;
}

type Paint = ReturnType<typeof colors.createColors>;

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
    const label = top === undefined ? "stack" : withoutRoom(top.name, room);
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
        .map(([label, owned]) => ({ label, count: owned.length, kinds: countKinds(owned) })),
    ]);
}

/** A component's name without the room's, under whose heading it stands. */
function withoutRoom(name: string, room: string): string {
  return name.replace(new RegExp(`^${room}s?-(?=.)`), "");
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

/** Types with data first, for they are what a reader looks for; the others by name. */
function countKinds(resources: readonly PlannedResource[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const resource of resources) {
    const stateful = isStateful(resource);
    const name = resource.type.split(":").at(-1)!;
    const kind = kinds.get(`${name} ${stateful}`) ?? { name, count: 0, stateful };
    kind.count += 1;
    kinds.set(`${name} ${stateful}`, kind);
  }
  return [...kinds.values()].sort(
    (a, b) => Number(b.stateful) - Number(a.stateful) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}

function paintKind(paint: Paint): (kind: Kind) => Word {
  return ({ name, count, stateful }) => {
    const text = count === 1 ? name : `${name} ×${count}`;
    return { text: stateful ? paint.green(text) : text, width: text.length };
  };
}

function stateView(resources: readonly PlannedResource[], paint: Paint, width: number): string[] {
  const stateful = resources.filter(isStateful);
  const open = stateful.filter(({ protect }) => !protect);
  const held = stateful.filter(({ protect }) => protect);
  const row = (label: string, shown: readonly PlannedResource[]) => {
    const head = `  ${label.padEnd("unprotected".length)}  `;
    const [first = "", ...rest] = wrap(head.length, countKinds(shown).map(paintKind(paint)), width);
    return [head + first, ...rest];
  };
  return [
    `${paint.bold("State")} ${plural(stateful.length, "resource")} with data, ${held.length} protected from deletion`,
    ...(held.length > 0 ? row("protected", held) : []),
    ...(open.length > 0 ? row("unprotected", open) : []),
  ];
}

/** Words joined by commas, to stand from column `indent` on and break before `width`; all lines but the first indented. */
function wrap(indent: number, words: readonly Word[], width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let column = indent;
  for (const [index, { text, width: wide }] of words.entries()) {
    const comma = index === words.length - 1 ? "" : ",";
    const space = column > indent ? " " : "";
    if (space !== "" && column + space.length + wide + comma.length > width) {
      lines.push(line);
      line = " ".repeat(indent) + text + comma;
      column = indent + wide + comma.length;
    } else {
      line += space + text + comma;
      column += space.length + wide + comma.length;
    }
  }
  return [...lines, line];
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
