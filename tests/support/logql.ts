import { parser } from "@grafana/lezer-logql";
import type { SyntaxNode } from "@lezer/common";
import type { SampleLines } from "../../components/observability/grafana/types.ts";

/** One series of an instant query. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

type Entry = { labels: Record<string, string>; line: string; value: number };

/** Positions in a LogQL query that the grammar does not understand. */
export function syntaxErrors(query: string): number[] {
  const errors: number[] = [];
  parser.parse(query).iterate({ enter: (node) => void (node.type.isError && errors.push(node.from)) });
  return errors;
}

/**
 * Evaluates the part of LogQL that our rules use, as Loki would at an instant: all lines count as within every range.
 * What it does not know it refuses, so that a rule cannot pass for lack of understanding.
 */
export function evaluateLogql(query: string, logs: readonly SampleLines[]): Sample[] {
  if (syntaxErrors(query).length > 0) throw new Error(`no LogQL: ${query}`);
  const entries = logs.flatMap(({ labels, line, count = 1 }) =>
    Array.from({ length: count }, () => ({
      labels: { ...labels },
      line: typeof line === "string" ? line : JSON.stringify(line),
      value: 1,
    })),
  );
  const metric = find(parser.parse(query).topNode, "MetricExpr");
  return metricExpression(metric, { query, entries });
}

interface Context {
  query: string;
  entries: Entry[];
}

function metricExpression(node: SyntaxNode, context: Context): Sample[] {
  const inner = node.name === "MetricExpr" ? node.firstChild! : node;
  switch (inner.name) {
    case "VectorAggregationExpr":
      return vectorAggregation(inner, context);
    case "RangeAggregationExpr":
      return rangeAggregation(inner, context);
    case "VectorExpr":
      return [{ labels: {}, value: Number(text(inner.getChild("Number")!, context)) }];
    case "BinOpExpr":
      return binary(inner, context);
    default:
      throw new Error(`the evaluator does not know ${inner.name} in ${context.query}`);
  }
}

function binary(node: SyntaxNode, context: Context): Sample[] {
  const [left, right] = node.getChildren("Expr").map((side) => metricExpression(side.getChild("MetricExpr")!, context));
  const key = ({ labels }: Sample) => JSON.stringify(Object.entries(labels).sort());
  const operator = node.firstChild!.nextSibling!.name;
  if (operator === "Or") {
    const known = new Set(left!.map(key));
    return [...left!, ...right!.filter((sample) => !known.has(key(sample)))];
  }
  if (operator === "Div") {
    return left!.flatMap((sample) => {
      const other = right!.find((candidate) => key(candidate) === key(sample));
      return other === undefined ? [] : [{ ...sample, value: sample.value / other.value }];
    });
  }
  throw new Error(`the evaluator does not know the operator ${operator}`);
}

function vectorAggregation(node: SyntaxNode, context: Context): Sample[] {
  if (text(node.getChild("VectorOp")!, context) !== "sum") throw new Error("the evaluator only knows sum");
  const samples = metricExpression(node.getChild("MetricExpr")!, context);
  const groups = groupBy(samples, ({ labels }) => project(labels, grouping(node, context)));
  return groups.map(([labels, members]) => ({ labels, value: members.reduce((sum, { value }) => sum + value, 0) }));
}

function rangeAggregation(node: SyntaxNode, context: Context): Sample[] {
  const range = node.getChild("LogRangeExpr")!;
  const seconds = durationSeconds(text(find(range, "Duration"), context));
  const entries = pipeline(range, context);
  const operation = text(node.getChild("RangeOp")!, context);
  if (operation === "absent_over_time") {
    return entries.length > 0 ? [] : [{ labels: equalities(range, context), value: 1 }];
  }
  const by = node.getChild("Grouping") === null ? undefined : grouping(node, context);
  const groups = groupBy(entries, ({ labels }) => (by === undefined ? labels : project(labels, by)));
  return groups.map(([labels, members]) => {
    switch (operation) {
      case "count_over_time":
        return { labels, value: members.length };
      case "rate":
        return { labels, value: members.length / seconds };
      case "quantile_over_time":
        return { labels, value: quantile(Number(text(node.getChild("Number")!, context)), members) };
      default:
        throw new Error(`the evaluator does not know ${operation}`);
    }
  });
}

function pipeline(range: SyntaxNode, context: Context): Entry[] {
  let entries = context.entries.filter(({ labels }) =>
    nodes(range.getChild("Selector")!, "Matcher").every((matcher) => matches(matcher, labels, context)),
  );
  const stages = nodes(range, "PipelineStage").map((stage) => stage.firstChild!);
  const unwrapped = range.getChild("UnwrapExpr");
  for (const first of stages) {
    const stage = first.name === "Pipe" ? first.nextSibling! : first;
    entries = entries.flatMap((entry) => applyStage(stage, entry, context));
  }
  if (unwrapped === null) return entries;
  const field = text(nodes(unwrapped, "Unwrap")[0]!.nextSibling!, context);
  const filters = nodes(unwrapped, "LabelFilter");
  return entries
    .map((entry) => ({ ...entry, value: Number(entry.labels[field]) }))
    .map((entry) =>
      Number.isNaN(entry.value) ? { ...entry, labels: { ...entry.labels, __error__: "SampleExtractionErr" } } : entry,
    )
    .filter((entry) => filters.every((filter) => labelFilter(filter, entry.labels, context)))
    .filter((entry) => !Number.isNaN(entry.value));
}

function applyStage(stage: SyntaxNode, entry: Entry, context: Context): Entry[] {
  switch (stage.name) {
    case "LineFilters": {
      const passes = nodes(stage, "LineFilter").every((filter) => {
        const pattern = unquote(text(filter.getChild("String")!, context));
        const operator = text(filter.getChild("Filter")!, context);
        const hit = operator.includes("~") ? regex(pattern).test(entry.line) : entry.line.includes(pattern);
        return operator.startsWith("!") ? !hit : hit;
      });
      return passes ? [entry] : [];
    }
    case "LabelParser":
      return [{ ...entry, labels: { ...entry.labels, ...fieldsOf(entry) } }];
    case "JsonExpressionParser":
      return [{ ...entry, labels: { ...entry.labels, ...extracted(stage, entry, context) } }];
    case "LabelFilter":
      return labelFilter(stage, entry.labels, context) ? [entry] : [];
    default:
      throw new Error(`the evaluator does not know the stage ${stage.name}`);
  }
}

/** Loki's json stage: nested names are joined by underscores, lists are skipped, stream labels are never overwritten. */
function fieldsOf({ labels, line }: Entry): Record<string, string> {
  const fields: Record<string, string> = {};
  const visit = (value: unknown, path: string) => {
    if (Array.isArray(value) || value === null) return;
    if (typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) visit(inner, path === "" ? key : `${path}_${key}`);
    } else fields[path in labels ? `${path}_extracted` : path] = String(value);
  };
  try {
    visit(JSON.parse(line), "");
  } catch {
    fields.__error__ = "JSONParserErr";
  }
  return fields;
}

function extracted(stage: SyntaxNode, { line }: Entry, context: Context): Record<string, string> {
  const parsed = JSON.parse(line);
  return Object.fromEntries(
    nodes(stage, "LabelExtractionExpression").map((each) => {
      const path = unquote(text(each.getChild("String")!, context)).split(".");
      const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], parsed);
      const shown = typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
      return [text(each.getChild("Identifier")!, context), shown];
    }),
  );
}

function labelFilter(node: SyntaxNode, labels: Record<string, string>, context: Context): boolean {
  const matcher = node.getChild("Matcher");
  if (matcher !== null) return matches(matcher, labels, context);
  const number = node.getChild("NumberFilter");
  if (number === null) throw new Error(`the evaluator does not know the filter ${text(node, context)}`);
  const value = Number(labels[text(number.getChild("Identifier")!, context)]);
  if (number.getChild("Gtr") === null) throw new Error("the evaluator only knows >");
  return value > Number(text(find(number, "Number"), context));
}

function matches(matcher: SyntaxNode, labels: Record<string, string>, context: Context): boolean {
  const actual = labels[text(matcher.getChild("Identifier")!, context)] ?? "";
  const expected = unquote(text(matcher.getChild("String")!, context));
  const anchored = () => new RegExp(`^(?:${expected})$`, "s").test(actual);
  if (matcher.getChild("Eq")) return actual === expected;
  if (matcher.getChild("Neq")) return actual !== expected;
  if (matcher.getChild("Re")) return anchored();
  if (matcher.getChild("Nre")) return !anchored();
  throw new Error(`the evaluator does not know ${text(matcher, context)}`);
}

function equalities(range: SyntaxNode, context: Context): Record<string, string> {
  return Object.fromEntries(
    nodes(range.getChild("Selector")!, "Matcher")
      .filter((matcher) => matcher.getChild("Eq") !== null)
      .map((matcher) => [
        text(matcher.getChild("Identifier")!, context),
        unquote(text(matcher.getChild("String")!, context)),
      ]),
  );
}

function grouping(node: SyntaxNode, context: Context): string[] {
  const labels = node.getChild("Grouping");
  return labels === null ? [] : nodes(labels, "Identifier").map((each) => text(each, context));
}

function project(labels: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));
}

function groupBy<T>(items: readonly T[], key: (item: T) => Record<string, string>): [Record<string, string>, T[]][] {
  const groups = new Map<string, [Record<string, string>, T[]]>();
  for (const item of items) {
    const labels = key(item);
    const id = JSON.stringify(Object.entries(labels).sort());
    const group = groups.get(id) ?? [labels, []];
    group[1].push(item);
    groups.set(id, group);
  }
  return [...groups.values()];
}

function quantile(q: number, entries: readonly Entry[]): number {
  const sorted = entries.map(({ value }) => value).sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const [low = 0, high = low] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low + (high - low) * (rank - Math.floor(rank));
}

/** Go writes flags in front, JavaScript behind. */
function regex(pattern: string): RegExp {
  return pattern.startsWith("(?i)") ? new RegExp(pattern.slice(4), "i") : new RegExp(pattern);
}

function durationSeconds(text: string): number {
  return Number(text.slice(0, -1)) * { s: 1, m: 60, h: 3600, d: 86400 }[text.at(-1) as "s" | "m" | "h" | "d"];
}

function unquote(quoted: string): string {
  return quoted.startsWith("`") ? quoted.slice(1, -1) : JSON.parse(quoted);
}

function text({ from, to }: SyntaxNode, { query }: Context): string {
  return query.slice(from, to);
}

function find(node: SyntaxNode, name: string): SyntaxNode {
  const [first] = nodes(node, name);
  if (first === undefined) throw new Error(`no ${name} here`);
  return first;
}

/** Nodes of that name below, outermost first; does not look inside a node that was found. */
function nodes(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name === name) found.push(child);
    else found.push(...nodes(child, name));
  }
  return found;
}
