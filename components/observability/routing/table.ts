import type { RoutingSettings } from "../../../stack/sections/routing.ts";

/** Groups of receivers, the loudest first. `discard` takes what must be evaluated but not sent. */
export type Tier = "heartbeat" | "critical" | "warning" | "digest" | "discard";

/** When Alertmanager sends a group: first, after a change, and again without one. */
export interface Timing {
  groupWait: string;
  groupInterval: string;
  repeatInterval: string;
}

/** One row of the routing table: which alerts, to whom, bundled how, when. */
export interface RouteRow {
  tier: Tier;
  /** Alertmanager matchers, all of which must hold. */
  matchers: readonly string[];
  /** Labels whose values are equal within one message. */
  groupBy: readonly string[];
  timing: Timing;
  /** Name of the time interval outside of which nothing is sent. */
  activeTimeInterval?: string;
}

/** Labels of the alert that always fires. */
const watchdogMatcher = 'alertname="Watchdog"';

/** Name of the window in which the digest leaves. */
export const digestInterval = "digest";

/** Minutes that the digest's window stays open: six group intervals, of which the first sends. */
export const digestWindowMinutes = 30;

/**
 * The whole routing, as one table; the first row that matches takes the alert.
 *
 * A critical group holds one alert of one service, so that no page waits for another; warnings are bundled by service.
 * With the severity cap `warning` there is no critical row: what is critical elsewhere is a warning here.
 */
export function routingTable(routing: RoutingSettings, severityCap: "critical" | "warning"): RouteRow[] {
  const paging = severityCap === "critical";
  return [
    {
      tier: "heartbeat",
      matchers: [watchdogMatcher],
      groupBy: ["alertname"],
      timing: routing.heartbeat.timing,
    },
    {
      tier: "discard",
      matchers: ['severity="none"'],
      groupBy: ["alertname"],
      timing: { groupWait: "30s", groupInterval: "5m", repeatInterval: "24h" },
    },
    ...(paging
      ? [
          {
            tier: "critical" as const,
            matchers: ['severity="critical"'],
            groupBy: ["alertname", "service"],
            timing: routing.critical.timing,
          },
        ]
      : []),
    {
      tier: "warning",
      matchers: [paging ? 'severity="warning"' : 'severity=~"critical|warning"'],
      groupBy: ["service"],
      timing: routing.warning.timing,
    },
    {
      tier: "digest",
      matchers: ['severity="info"'],
      groupBy: ["severity"],
      timing: routing.digest.timing,
      activeTimeInterval: digestInterval,
    },
  ];
}
