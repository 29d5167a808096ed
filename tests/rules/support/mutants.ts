import type { AlertDefinition } from "../../../components/observability/alerts/types.ts";
import type { AlertRule } from "../../../components/observability/ruleTypes.ts";
import { minutes } from "./unitTests.ts";

/** A rule with one thing wrong; a good set of cases notices. */
export interface Mutant {
  /** What was changed, for the list of survivors. */
  readonly change: string;
  readonly kind: "threshold" | "quantile" | "operator" | "duration" | "window" | "selector";
  readonly rule: AlertRule;
}

/** Parts of an expression outside of quotes and braces, where operators and numbers mean what they say. */
function outside(expr: string): { start: number; text: string }[] {
  const parts: { start: number; text: string }[] = [];
  const quoted = /"[^"]*"|\{[^}]*\}|\[[^\]]*\]/g;
  let last = 0;
  for (const match of expr.matchAll(quoted)) {
    parts.push({ start: last, text: expr.slice(last, match.index) });
    last = match.index + match[0].length;
  }
  parts.push({ start: last, text: expr.slice(last) });
  return parts;
}

const replaceAt = (text: string, start: number, length: number, by: string) =>
  text.slice(0, start) + by + text.slice(start + length);

/** Numbers that something is compared with or multiplied by: doubled and halved; zero becomes one and minus one. */
function thresholdMutants(expr: string): [string, string][] {
  return outside(expr).flatMap(({ start, text }) =>
    [...text.matchAll(/(?<![\w.:])\d+(?:\.\d+)?(?![\w.:])/g)].flatMap((match): [string, string][] => {
      const value = Number(match[0]);
      const before = text.slice(0, match.index).trimEnd();
      // The share of a quantile has mutants of its own: twice 0.95 is no share.
      if (/histogram_quantile\($/.test(before)) return [];
      const changes = value === 0 ? [1, -1] : [value * 2, value / 2];
      const at = start + match.index;
      return changes.map((change) => [
        `${match[0]} → ${change} at ${at}`,
        replaceAt(expr, at, match[0].length, change < 0 ? `(${change})` : String(change)),
      ]);
    }),
  );
}

/** Another quantile: the median, and the tail behind. */
function quantileMutants(expr: string): [string, string][] {
  return [...expr.matchAll(/(?<=histogram_quantile\()0\.\d+/g)].flatMap(({ 0: share, index }) =>
    ["0.5", "0.999"].map((other): [string, string] => [
      `${share} → ${other} at ${index}`,
      replaceAt(expr, index, share.length, other),
    ]),
  );
}

const operators: readonly [RegExp, readonly string[]][] = [
  [/(?<![<>=!])>(?!=)/g, ["<", ">="]],
  [/(?<![<>=!])<(?!=)/g, [">", "<="]],
  [/>=/g, ["<", ">"]],
  [/<=/g, [">", "<"]],
  [/(?<![<>!=])==/g, ["!="]],
  [/!=/g, ["=="]],
  [/\band\b/g, ["or", "unless"]],
  [/\bunless\b/g, ["and"]],
];

/** Comparisons turned round or by their edge, sets exchanged. */
function operatorMutants(expr: string): [string, string][] {
  return outside(expr).flatMap(({ start, text }) =>
    operators.flatMap(([pattern, replacements]) =>
      [...text.matchAll(pattern)].flatMap((match) =>
        replacements.map((replacement): [string, string] => [
          `${match[0]} → ${replacement} at ${start + match.index}`,
          replaceAt(expr, start + match.index, match[0].length, replacement),
        ]),
      ),
    ),
  );
}

/** Each label matcher left out, everywhere at once: what one side still filters would hide the loss of the other. */
function selectorMutants(expr: string): [string, string][] {
  const matchers = new Set(
    [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner]) => inner!.match(/\w+(?:=~|!~|!=|=)"[^"]*"/g) ?? []),
  );
  return [...matchers].map((matcher) => {
    const without = expr.replace(/\{([^}]*)\}/g, (_all, inner: string) => {
      const kept = (inner.match(/\w+(?:=~|!~|!=|=)"[^"]*"/g) ?? []).filter((part) => part !== matcher);
      return kept.length === 0 ? "" : `{${kept.join(",")}}`;
    });
    return [`without ${matcher}`, without];
  });
}

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Each range three times and a third as long, everywhere at once; a case sees how long an event is remembered. */
function windowMutants(expr: string): [string, string][] {
  const ranges = new Set([...expr.matchAll(/\[(\d+)([smhd])(:\w+)?\]/g)].map(([range]) => range));
  return [...ranges].flatMap((range): [string, string][] => {
    const [, amount, unit, step = ""] = /\[(\d+)([smhd])(:\w+)?\]/.exec(range)!;
    const third = Math.floor((Number(amount) * secondsOf[unit as keyof typeof secondsOf]) / 3);
    return [
      [`${range} → three times`, expr.replaceAll(range, `[${Number(amount) * 3}${unit}${step}]`)],
      // Two samples are the least that a rate needs.
      ...(third < 120
        ? []
        : [[`${range} → a third`, expr.replaceAll(range, `[${third}s${step}]`)] as [string, string]]),
    ];
  });
}

/** The waiting time halved, doubled and dropped; half a minute is the same as none when looked at once a minute. */
function durationMutants(rule: AlertRule): { change: string; rule: AlertRule }[] {
  const pending = minutes(rule.for);
  if (pending === 0) return [{ change: "for 0 → 5m", rule: { ...rule, for: "5m" } }];
  const changes = [...(pending < 2 ? [] : [pending / 2]), pending * 2, 0];
  return changes.map((changed) => ({
    change: `for ${rule.for} → ${changed}m`,
    rule: { ...rule, for: `${Math.round(changed * 60)}s` },
  }));
}

/** Every mutant of a rule. */
export function mutantsOf(alert: AlertDefinition, rule: AlertRule): Mutant[] {
  const expressions = [
    ...thresholdMutants(alert.expr).map((mutant) => ["threshold", ...mutant] as const),
    ...quantileMutants(alert.expr).map((mutant) => ["quantile", ...mutant] as const),
    ...operatorMutants(alert.expr).map((mutant) => ["operator", ...mutant] as const),
    ...windowMutants(alert.expr).map((mutant) => ["window", ...mutant] as const),
    ...selectorMutants(alert.expr).map((mutant) => ["selector", ...mutant] as const),
  ];
  return [
    ...expressions.map(([kind, change, expr]) => ({
      kind,
      change,
      rule: { ...rule, expr: rule.expr.replace(alert.expr, () => expr) },
    })),
    ...durationMutants(rule).map((mutant) => ({ kind: "duration" as const, ...mutant })),
  ];
}
