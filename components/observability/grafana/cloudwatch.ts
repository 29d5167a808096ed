import type { Alarm } from "../../operations/alarms/types.ts";
import type { GrafanaAlert } from "./types.ts";

/**
 * Warnings of AWS that belong beside those of the applications: they explain a slow service, so they are bundled,
 * inhibited and shown with them. As alarms of CloudWatch they speak too, by mail, when the cluster cannot.
 */
export const correlatedAlarms: readonly string[] = [
  ...["RdsCpuHigh", "RdsReadLatency", "RdsWriteLatency", "RdsDiskQueue", "RdsConnectionsHigh"],
  ...["CacheEngineCpu", "CacheEvictions", "CacheHitRate", "BrokerQueueDepth"],
];

/** Grafana-managed rules for the correlated alarms, from the same table that makes the alarms of AWS. */
export function cloudwatchAlerts(alarms: readonly Alarm[]): GrafanaAlert[] {
  return correlatedAlarms.flatMap((name) => {
    const alarm = alarms.find((each) => each.name === name);
    return alarm === undefined ? [] : [grafanaAlert(alarm)];
  });
}

function grafanaAlert(alarm: Alarm): GrafanaAlert {
  const { watches, periodSeconds, periods, unit } = alarm;
  if (watches.kind !== "metric") throw new Error(`${alarm.name} looks at more than one metric: Grafana's rule cannot`);
  const { namespace, metric, statistic, dimensions } = watches.metric;
  return {
    name: alarm.name,
    category: alarm.category,
    severity: alarm.severity,
    component: alarm.component,
    owner: alarm.owner,
    queries: [
      {
        kind: "cloudwatch",
        ...{ namespace, metric, statistic, periodSeconds },
        // The account holds one environment: every resource is ours, and names need not be known.
        dimensions: Object.fromEntries(Object.keys(dimensions).map((key) => [key, "*"])),
      },
    ],
    threshold: alarm.fires,
    for: `${((periods - 1) * periodSeconds) / 60}m`,
    service: { fixed: alarm.component },
    summary: `${alarm.component}: ${alarm.description.replace(/\.$/, "")}`,
    description: `${namespace} ${metric}, ${statistic} over ${periodSeconds} s, in ${unit}.`,
    impact: alarm.impact,
    panel: alarm.panel,
    runbook: alarm.runbook,
    source: alarm.source,
    cases: alarm.cases
      .filter(({ periods: values }) => new Set(values).size === 1)
      .map(({ name: caseName, periods: values, fires }) => ({
        name: caseName,
        values: { A: values[0] ?? undefined },
        ...(fires ? { fires: [{}] } : {}),
      })),
  };
}
