import type { Route } from "../../components/observability/routing/alertmanager.ts";
import type { InhibitRule } from "../../components/observability/routing/inhibition.ts";

/** Labels of an alert. */
export type Labels = Readonly<Record<string, string>>;

/** A small model of Alertmanager's routing, to ask for timings, which amtool does not print. */
export function routeOf(route: Route, labels: Labels): Route {
  const child = route.routes?.find(({ matchers }) => matchesAll(matchers ?? [], labels));
  return child === undefined ? route : routeOf(child, labels);
}

/**
 * Seconds between the messages of a group that does not change. Alertmanager looks once per group interval, and repeats
 * when the last message is older than the repeat interval; its age counts from when it was sent, not from the look.
 */
export function repetitions(
  route: Pick<Route, "group_interval" | "repeat_interval">,
  sendingSeconds: number,
  count: number,
): number[] {
  const [group, repeat] = [durationSeconds(route.group_interval), durationSeconds(route.repeat_interval)];
  const looks = [0];
  let written = sendingSeconds;
  for (let now = group; looks.length <= count; now += group) {
    if (written >= now - repeat) continue;
    looks.push(now);
    written = now + sendingSeconds;
  }
  return looks.slice(1).map((look, index) => look - looks[index]!);
}

/** Seconds of a duration such as `23h30m`. */
export function durationSeconds(duration: string): number {
  const unit = { h: 3600, m: 60, s: 1 };
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, amount, name]) => sum + Number(amount) * unit[name as keyof typeof unit],
    0,
  );
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
