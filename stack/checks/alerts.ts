import type { Finding } from "../checks.ts";
import type { AlertThresholds } from "../sections/alertThresholds.ts";
import type { Settings } from "../settings.ts";

/** Longest window of a promise in the catalog, in days. */
const longestWindowDays = 30;

/** The alerts' tiers are in order, and what they compare with is what the stack runs and keeps. */
export function checkAlerts({ alerts, monitoring }: Settings): Finding[] {
  return [
    ...tierFindings(alerts.thresholds),
    ...((alerts.slo.windowDays ?? longestWindowDays) <= monitoring.prometheus.retentionDays
      ? []
      : [
          {
            path: ["alerts", "slo", "windowDays"],
            allowed: `at most monitoring.prometheus.retentionDays (${monitoring.prometheus.retentionDays}), or the catalog's ${longestWindowDays} with as much retention`,
            hint: "The remaining error budget is counted over the whole window.",
          },
        ]),
    ...weekendFindings(alerts.holidays),
  ];
}

/** Pairs of thresholds of one condition; the second one must be the worse. */
function tierFindings({ resources, database, trading, platform, security }: AlertThresholds): Finding[] {
  const pairs: readonly [section: string, first: string, low: number, second: string, high: number][] = [
    ["resources", "diskWarning", resources.diskWarning, "diskCritical", resources.diskCritical],
    ["resources", "volumeCriticalFree", resources.volumeCriticalFree, "volumeWarningFree", resources.volumeWarningFree],
    ["database", "poolWarning", database.poolWarning, "poolCritical", database.poolCritical],
    [
      ...(["database", "replicationLagSeconds", database.replicationLagSeconds] as const),
      ...(["replicationLagCriticalSeconds", database.replicationLagCriticalSeconds] as const),
    ],
    ["trading", "portfolioRiskWarning", trading.portfolioRiskWarning, "portfolioRisk", trading.portfolioRisk],
    ["trading", "drawdownWarning", trading.drawdownWarning, "drawdownCritical", trading.drawdownCritical],
    [
      ...(["platform", "certificateCriticalDays", platform.certificateCriticalDays] as const),
      ...(["certificateWarningDays", platform.certificateWarningDays] as const),
    ],
    [
      ...(["security", "refusedRequests", security.refusedRequests] as const),
      ...(["refusedRequestsCritical", security.refusedRequestsCritical] as const),
    ],
    ...(["cpu", "memory"] as const).flatMap((kind): [string, string, number, string, number][] => {
      const warning = resources[`${kind}Warning`];
      const critical = resources[`${kind}Critical`];
      if (warning === null || critical === null) return [];
      return [["resources", `${kind}Warning`, warning.above, `${kind}Critical`, critical.above]];
    }),
  ];
  return pairs
    .filter(([, , low, , high]) => low >= high)
    .map(([section, first, , second, high]) => ({
      path: ["alerts", "thresholds", section, first],
      allowed: `less than ${second} (${high})`,
      hint: "Two tiers of one condition: the warning comes before the page.",
    }));
}

/** A holiday on a weekend changes nothing, and is most often a slip in the year. */
function weekendFindings(holidays: Settings["alerts"]["holidays"]): Finding[] {
  return Object.entries(holidays).flatMap(([market, dates]) =>
    dates.flatMap((date, index) =>
      [0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay())
        ? [{ path: ["alerts", "holidays", market, index], allowed: "a weekday: markets are closed on weekends anyway" }]
        : [],
    ),
  );
}
