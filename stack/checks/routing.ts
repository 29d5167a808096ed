import type { Check, Finding } from "../checks.ts";
import type { RoutingSettings } from "../sections/routing.ts";

/** The tiers that have timings of their own. */
const tiers = ["critical", "warning", "digest", "heartbeat"] as const;

/** Group intervals in a repeat interval, at least: a repetition comes one of them late, a tenth of the time at most. */
const leastLooks = 10;

/**
 * Alertmanager looks whether to repeat only at the end of a group interval, and the last message is always a moment
 * younger than that, so the repetition comes with the next one: equal intervals double the time, and 1m makes six
 * minutes of five.
 */
export function checkTimings(routing: RoutingSettings): Finding[] {
  return tiers.flatMap((tier) => {
    const { groupInterval, repeatInterval } = routing[tier].timing;
    const [group, repeat] = [seconds(groupInterval), seconds(repeatInterval)];
    if (group > 0 && repeat >= group * leastLooks && repeat % group === 0) return [];
    return [
      {
        path: ["routing", tier, "timing", "repeatInterval"],
        allowed: `a multiple of groupInterval (${groupInterval}), at least ${leastLooks} times as long`,
        hint: "Alertmanager looks whether to repeat only once per group interval and repeats one of them late; equal intervals double the time.",
      },
    ];
  });
}

/** Every tier must reach somebody: an alert without a receiver is an alert that nobody wrote. */
export function checkReceivers(routing: RoutingSettings): Finding[] {
  return (["critical", "warning", "digest"] as const).flatMap((tier) => {
    const { slack, email } = routing[tier];
    const sns = tier === "critical" && routing.critical.sns;
    return slack !== undefined || email.length > 0 || sns
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
