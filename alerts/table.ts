import type { AlertLine } from "./list.ts";

/** Colours of a terminal; tests put marks in their place. */
export interface Palette {
  readonly severity: (severity: string, text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** One entry of the table: rules that differ in nothing but the service are shown once. */
interface Entry extends AlertLine {
  readonly services: readonly string[];
}

const severities = ["critical", "warning", "info", "none"];

/** Least width that the table is made for; a narrower terminal breaks lines where it likes. */
const leastWidth = 80;

/** For a terminal: by category, one entry with its whole condition below it, broken at the width. */
export function terminalTable(lines: readonly AlertLine[], width: number, palette: Palette): string {
  const entries = joined(lines);
  const sizes = {
    severity: Math.max(
      "severity".length,
      widest(entries, ({ severity }) => severity),
    ),
    name: widest(entries, ({ name }) => name),
    service: Math.max("service".length, widest(entries, serviceCell)),
    for: Math.max(
      "for".length,
      widest(entries, (entry) => entry.for),
    ),
    page: widest(entries, pageOf),
  };
  const room = Math.max(width, leastWidth);
  const indent = 1 + sizes.severity + 2;
  const withPage = indent + sizes.name + sizes.service + sizes.for + sizes.page + 6 <= room;
  const row = (entry: Pick<Entry, "severity" | "name" | "for">, service: string, page: string) =>
    [
      ` ${palette.severity(entry.severity, entry.severity.padEnd(sizes.severity))}`,
      palette.strong(entry.name.padEnd(sizes.name)),
      service.padEnd(sizes.service),
      entry.for.padStart(sizes.for),
      ...(withPage ? [page] : []),
    ]
      .join("  ")
      .trimEnd();
  const heading = [
    ` ${"severity".padEnd(sizes.severity)}`,
    "alert".padEnd(sizes.name),
    "service".padEnd(sizes.service),
    "for".padStart(sizes.for),
    ...(withPage ? ["runbook"] : []),
  ].join("  ");
  const body = [...Map.groupBy(entries, ({ category }) => category)]
    .flatMap(([category, own]) => [
      palette.strong(headline(category, own, room)),
      ...own.flatMap((entry) => [
        row(entry, serviceCell(entry), pageOf(entry)),
        ...wrapped(conditionOf(entry), room - indent).map((text) => `${" ".repeat(indent)}${palette.faint(text)}`),
      ]),
      "",
    ])
    .join("\n");
  return `${palette.faint(heading.trimEnd())}\n${body}`;
}

/** What stands below the table: how many, how loud, and where the pages are. */
export function summary(lines: readonly AlertLine[], stack: string): string {
  const count = (severity: string) => lines.filter((line) => line.severity === severity).length;
  const loud = severities.filter((severity) => count(severity) > 0).map((severity) => `${count(severity)} ${severity}`);
  const alerts = new Set(lines.map(({ name }) => name)).size;
  const [first] = lines;
  const base = first?.runbook.slice(0, first.runbook.lastIndexOf("/")) ?? "";
  return [
    `${stack}: ${plural(alerts, "alert")} in ${plural(lines.length, "rule")} (${loud.join(", ")})`,
    `runbooks: docs/runbooks/<alert>.md, served at ${base}/<alert>.md`,
  ].join("\n");
}

/** Joins rules of one alert that differ only in the service that they name. */
function joined(lines: readonly AlertLine[]): Entry[] {
  const same = Map.groupBy(lines, (line) => {
    const condition = line.condition.replaceAll(`"${line.service}"`, '"<service>"');
    return [line.name, line.severity, line.for, line.evaluatedBy, condition].join("\0");
  });
  return [...same.values()].map((own) => {
    const [first] = own;
    if (own.length === 1) return { ...first!, services: [first!.service] };
    const condition = first!.condition.replaceAll(`"${first!.service}"`, '"<service>"');
    return { ...first!, condition, services: own.map(({ service }) => service) };
  });
}

function serviceCell({ services }: Entry): string {
  return services.length === 1 ? services[0]! : plural(services.length, "service");
}

function pageOf({ runbook }: AlertLine): string {
  return runbook.slice(runbook.lastIndexOf("/") + 1);
}

/** Prometheus evaluates most; who else does is said before the condition. */
function conditionOf({ condition, evaluatedBy }: Entry): string {
  return evaluatedBy === "Prometheus" ? condition : `${evaluatedBy}: ${condition}`;
}

function headline(category: string, entries: readonly Entry[], width: number): string {
  const start = `── ${category} `;
  const rules = entries.reduce((sum, { services }) => sum + services.length, 0);
  const end = ` ${plural(rules, "rule")}`;
  return `${start}${"─".repeat(Math.max(2, width - start.length - end.length))}${end}`;
}

/**
 * Breaks a condition into lines: before `and`, `or` and `unless` where that is enough, else at blanks, never inside
 * quotes; a word that is longer than a line is cut.
 */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  const fits = (piece: string) => lines.length > 0 && lines.at(-1)!.length + 1 + piece.length <= width;
  const add = (piece: string) => {
    if (fits(piece)) lines.push(`${lines.pop()} ${piece}`);
    else lines.push(piece);
  };
  for (const part of partsOf(text)) {
    if (part.join(" ").length <= width) add(part.join(" "));
    else for (const word of part) for (const piece of cut(word, width)) add(piece);
  }
  return lines;
}

/** The words of a condition, in parts that each begin with a set operator. */
function partsOf(text: string): string[][] {
  const parts: string[][] = [[]];
  for (const word of text.match(/(?:"[^"]*"|`[^`]*`|[^\s"`])+|["`]/g) ?? []) {
    if (["and", "or", "unless"].includes(word)) parts.push([]);
    parts.at(-1)!.push(word);
  }
  return parts.filter((part) => part.length > 0);
}

function cut(word: string, width: number): string[] {
  return Array.from({ length: Math.ceil(word.length / width) }, (_, index) =>
    word.slice(index * width, (index + 1) * width),
  );
}

function widest(entries: readonly Entry[], cell: (entry: Entry) => string): number {
  return Math.max(0, ...entries.map((entry) => cell(entry).length));
}

function plural(count: number, thing: string): string {
  return count === 1 ? `1 ${thing}` : `${count} ${thing}s`;
}
