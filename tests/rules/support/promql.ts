import { createRequire } from "node:module";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** The package's module build uses imports without extensions, which Node refuses; all parts come as CommonJS. */
const require = createRequire(import.meta.url);
const codemirror = require("@codemirror/state") as typeof import("@codemirror/state");
const { ensureSyntaxTree } = require("@codemirror/language") as typeof import("@codemirror/language");
const { LanguageType, promQLLanguage } =
  require("@prometheus-io/codemirror-promql") as typeof import("@prometheus-io/codemirror-promql");
const { Parser } = require("@prometheus-io/codemirror-promql/dist/cjs/parser") as {
  Parser: new (
    state: EditorState,
  ) => { tree: Tree; analyze(): void; getDiagnostics(): { message: string; from: number }[] };
};
const extensions = [promQLLanguage(LanguageType.PromQL)];

/** What is wrong with an expression by Prometheus' own type rules; empty when nothing is. */
export function typeErrors(expr: string): string[] {
  const state = codemirror.EditorState.create({ doc: expr, extensions });
  const check = new Parser(state);
  // The editor parses for milliseconds only and would go on later; on a busy machine the state keeps half a tree.
  const tree = ensureSyntaxTree(state, expr.length, 10_000);
  if (tree === null) throw new Error(`not parsed in time: ${expr}`);
  check.tree = tree;
  check.analyze();
  return check.getDiagnostics().map(({ message, from }) => `${message} at ${from}`);
}

/** What is known of a series: its labels, and whether it is a counter. */
export interface SeriesKnowledge {
  readonly labels: ReadonlySet<string>;
  readonly counter: boolean;
  /** True for a gauge that every replica tells whole: the greatest or the least of them counts, never their sum. */
  readonly whole?: boolean;
}

/** What an expression gives: the labels of its result (none for a scalar), and what is wrong with its names. */
export interface Inference {
  readonly labels: ReadonlySet<string> | undefined;
  readonly problems: readonly string[];
  readonly series: readonly string[];
}

const counterFunctions = new Set([
  "rate",
  "irate",
  "increase",
  "delta",
  "changes",
  "resets",
  "absent",
  "absent_over_time",
]);
const aggregations = new Set([
  ...["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar"],
  ...["topk", "bottomk", "quantile", "count_values", "limitk", "limit_ratio"],
]);
const scalarFunctions = new Set(["time", "scalar", "pi"]);
const setOperators = new Set(["And", "Unless", "Or"]);

const children = (node: SyntaxNode) => {
  const all: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) all.push(child);
  return all;
};

const same = (left: ReadonlySet<string>, right: ReadonlySet<string>) =>
  left.size === right.size && [...left].every((label) => right.has(label));

/** Follows the labels through an expression, from series to result, and collects every name that nobody promises. */
export function infer(expr: string, known: (series: string) => SeriesKnowledge | undefined): Inference {
  const problems: string[] = [];
  const read: string[] = [];
  const text = (node: SyntaxNode) => expr.slice(node.from, node.to);
  const names = (node: SyntaxNode | undefined) =>
    node === undefined
      ? []
      : children(node)
          .filter(({ name }) => name === "LabelName")
          .map(text);
  const unquoted = (node: SyntaxNode) => text(node).slice(1, -1);

  function matchers(node: SyntaxNode): { label: string; operator: string; value: string }[] {
    const list = node.getChild("LabelMatchers");
    return (list === null ? [] : children(list)).map((matcher) => {
      const [label, operator, value] = children(matcher);
      return { label: text(label!), operator: text(operator!), value: unquoted(value!) };
    });
  }

  function selector(node: SyntaxNode, callers: readonly string[]): ReadonlySet<string> {
    const name = text(node.getChild("Identifier")!);
    read.push(name);
    const series = known(name);
    if (series === undefined) {
      problems.push(`nobody exports ${name}`);
      return new Set();
    }
    for (const { label } of matchers(node)) {
      if (!series.labels.has(label)) problems.push(`${name} has no label ${label}`);
    }
    if (series.counter && !callers.some((caller) => counterFunctions.has(caller))) {
      problems.push(`${name} is a counter and is read without rate() or increase()`);
    }
    const inner = callers.findLast((caller) => aggregations.has(caller));
    if (series.whole && !callers.includes("absent") && inner !== "max" && inner !== "min") {
      problems.push(
        `${name} is told whole by every replica and is put together by ${inner ?? "nothing"}, not max or min`,
      );
    }
    return series.labels;
  }

  function aggregate(node: SyntaxNode, callers: readonly string[]): ReadonlySet<string> {
    const body = children(node.getChild("FunctionCallBody")!);
    const operation = text(node.firstChild!).toLowerCase();
    const inner = labelsOf(body.at(-1)!, [...callers, operation]) ?? new Set<string>();
    const modifier = node.getChild("AggregateModifier");
    if (modifier === null) return new Set();
    const grouping = names(modifier.getChild("GroupingLabels") ?? undefined);
    for (const label of grouping) {
      if (!inner.has(label)) problems.push(`the aggregation groups by ${label}, which its argument does not have`);
    }
    if (modifier.getChild("By") !== null) return new Set(grouping);
    return new Set([...inner].filter((label) => !grouping.includes(label)));
  }

  function call(node: SyntaxNode, callers: readonly string[]): ReadonlySet<string> | undefined {
    const name = text(node.getChild("FunctionIdentifier")!);
    const args = children(node.getChild("FunctionCallBody")!);
    const inner = args.map((arg) => labelsOf(arg, [...callers, name]));
    if (scalarFunctions.has(name)) return undefined;
    if (name === "absent" || name === "absent_over_time") {
      const first = args[0]!.name === "MatrixSelector" ? args[0]!.firstChild! : args[0]!;
      if (first.name !== "VectorSelector") return new Set();
      return new Set(matchers(first).flatMap(({ label, operator }) => (operator === "=" ? [label] : [])));
    }
    const vector = inner.find((labels) => labels !== undefined) ?? new Set<string>();
    if (name === "histogram_quantile") return new Set([...vector].filter((label) => label !== "le"));
    if (name === "label_replace") {
      const [, target, , source] = args.map(unquoted);
      if (source !== "" && !vector.has(source!)) problems.push(`label_replace reads ${source}, which is not there`);
      return new Set([...vector, target!]);
    }
    if (name === "label_join") {
      const [, target, , ...from] = args.map(unquoted);
      for (const label of from) if (!vector.has(label)) problems.push(`label_join reads ${label}, which is not there`);
      return new Set([...vector, target!]);
    }
    return vector;
  }

  function binary(node: SyntaxNode, callers: readonly string[]): ReadonlySet<string> | undefined {
    const parts = children(node);
    const left = labelsOf(parts[0]!, callers);
    const right = labelsOf(parts.at(-1)!, callers);
    if (left === undefined || right === undefined) return left ?? right;
    const operator = parts[1]!.name;
    const modifier = node.getChild("MatchingModifierClause");
    const [matching, carried] = modifier === null ? [] : modifier.getChildren("GroupingLabels");
    const on = modifier?.getChild("On") ? names(matching) : undefined;
    for (const label of on ?? []) {
      if (!left.has(label) || !right.has(label)) problems.push(`on (${label}) needs the label on both sides`);
    }
    if (operator === "Or") return new Set([...left].filter((label) => right.has(label)));
    if (modifier === null && !same(left, right)) {
      problems.push(`sides with different labels are matched without on: (${[...left]}) and (${[...right]})`);
    }
    if (setOperators.has(operator) || on === undefined) return left;
    if (modifier?.getChild("GroupLeft")) return new Set([...left, ...names(carried)]);
    return new Set(on);
  }

  function labelsOf(node: SyntaxNode, callers: readonly string[]): ReadonlySet<string> | undefined {
    switch (node.name) {
      case "VectorSelector":
        return selector(node, callers);
      case "AggregateExpr":
        return aggregate(node, callers);
      case "FunctionCall":
        return call(node, callers);
      case "BinaryExpr":
        return binary(node, callers);
      case "NumberDurationLiteral":
      case "StringLiteral":
        return undefined;
      case "UnaryExpr":
        return labelsOf(node.lastChild!, callers);
      case "ParenExpr":
      case "MatrixSelector":
      case "SubqueryExpr":
      case "OffsetExpr":
      case "StepInvariantExpr":
        return labelsOf(node.firstChild!, callers);
      default:
        throw new Error(`the label inference does not know ${node.name} in: ${expr}`);
    }
  }

  const labels = labelsOf(parser.parse(expr).topNode.firstChild!, []);
  return { labels, problems, series: read };
}
