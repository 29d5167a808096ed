import type { Check, Finding } from "../checks.ts";
import type { RoutingSettings } from "../sections/routing.ts";

/** The tiers that have timings of their own. */
const tiers = ["critical", "warning", "digest", "heartbeat"] as const;

/**
 * Alertmanager sends a repetition only at the end of a group interval, and skips one whose age equals the repeat
 * interval to the second: equal intervals double the repetition, and others delay it to the next multiple.
 */
export function checkTimings(routing: RoutingSettings): Finding[] {
  return tiers.flatMap((tier) => {
    const { groupInterval, repeatInterval } = routing[tier].timing;
    const [group, repeat] = [seconds(groupInterval), seconds(repeatInterval)];
    if (group > 0 && repeat > group && repeat % group === 0) return [];
    return [
      {
        path: ["routing", tier, "timing", "repeatInterval"],
        allowed: `a multiple of groupInterval (${groupInterval}), and more than it`,
        hint: "Alertmanager looks whether to repeat only once per group interval, and skips a repetition that is due at the very moment.",
      },
    ];
  });
}

/** Every tier must reach somebody: an alert without a receiver is an alert that nobody wrote. */
export function checkReceivers(routing: RoutingSettings): Finding[] {
  return (["critical", "warning", "digest"] as const).flatMap((tier) => {
    const { slack, email } = routing[tier];
    const sns = tier === "critical" && routing.critical.sns;
    return slack !== null || email.length > 0 || sns
      ? []
      : [{ path: ["routing", tier], allowed: "at least one of slack, email and, for critical, sns" }];
  });
}

/** The checks of the section `routing`. */
export const checkRouting: Check = ({ routing }) => [...checkTimings(routing), ...checkReceivers(routing)];

function seconds(duration: string): number {
  const unit = { h: 3600, m: 60, s: 1 };
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, name]) => sum + Number(count) * unit[name as keyof typeof unit],
    0,
  );
}
