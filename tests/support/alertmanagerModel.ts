import type { Route } from "../../components/observability/routing/alertmanager.ts";
import type { InhibitRule } from "../../components/observability/routing/inhibition.ts";

/** Labels of an alert. */
export type Labels = Readonly<Record<string, string>>;

/** A small model of Alertmanager's routing, to ask for timings, which amtool does not print. */
export function routeOf(route: Route, labels: Labels): Route {
  const child = route.routes?.find(({ matchers }) => matchesAll(matchers ?? [], labels));
  return child === undefined ? route : routeOf(child, labels);
}

/** True when an alert that fires silences the other. */
export function inhibits(rules: readonly InhibitRule[], source: Labels, target: Labels): boolean {
  return rules.some(
    (rule) =>
      matchesAll(rule.source_matchers, source) &&
      matchesAll(rule.target_matchers, target) &&
      rule.equal.every((label) => (source[label] ?? "") === (target[label] ?? "")) &&
      // Alertmanager never lets an alert silence one that is also a source of the same rule and the other its target.
      !(matchesAll(rule.source_matchers, target) && matchesAll(rule.target_matchers, source)),
  );
}

function matchesAll(matchers: readonly string[], labels: Labels): boolean {
  return matchers.every((matcher) => {
    const [, label = "", operator = "", value = ""] = /^(\w+)(=~|!~|!=|=)"(.*)"$/.exec(matcher) ?? [];
    if (label === "") throw new Error(`the model does not read the matcher ${matcher}`);
    const actual = labels[label] ?? "";
    const equal = operator.includes("~") ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
    return operator.startsWith("!") ? !equal : equal;
  });
}
