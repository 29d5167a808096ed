import { contractMetricNames, seriesIn } from "../../../catalog/metrics.ts";
import { marketRecordings } from "../markets.ts";
import type { RecordingRule } from "../ruleTypes.ts";
import { saturationRecordings } from "../saturation.ts";
import { sloAlerts } from "../slo/alerts.ts";
import { objectivesOf } from "../slo/objectives.ts";
import { budgetRecordings, indicatorRecordings } from "../slo/recordings.ts";
import { costAlerts } from "./cost/cost.ts";
import { connectionAlerts } from "./critical/connections.ts";
import { requestAlerts } from "./critical/requests.ts";
import { serviceAlerts } from "./critical/services.ts";
import { datasetAlerts } from "./data/datasets.ts";
import { loggingAlerts } from "./data/logging.ts";
import { backupAlerts } from "./infrastructure/backups.ts";
import { brokerAndSearchAlerts } from "./infrastructure/brokersAndSearch.ts";
import { diskAlerts } from "./infrastructure/disks.ts";
import { kafkaAlerts } from "./infrastructure/kafka.ts";
import { platformServiceAlerts } from "./infrastructure/platformServices.ts";
import { postgresAlerts } from "./infrastructure/postgres.ts";
import { redisAlerts } from "./infrastructure/redis.ts";
import { saturationAlerts } from "./infrastructure/saturation.ts";
import { sharedSystemAlerts } from "./infrastructure/sharedSystems.ts";
import { watchingAlerts } from "./meta/watching.ts";
import { apiPerformanceAlerts } from "./performance/api.ts";
import { resourceAlerts } from "./performance/resources.ts";
import { storePerformanceAlerts } from "./performance/stores.ts";
import { accessAlerts } from "./security/access.ts";
import { executionAlerts } from "./trading/execution.ts";
import { marketDataAlerts } from "./trading/marketData.ts";
import { orderAlerts } from "./trading/orders.ts";
import { positionAlerts } from "./trading/positions.ts";
import { riskAlerts } from "./trading/risk.ts";
import { strategyAlerts } from "./trading/strategies.ts";
import type { AlertContext, AlertDefinition } from "./types.ts";

const sources: readonly ((context: AlertContext) => AlertDefinition[])[] = [
  ...[serviceAlerts, requestAlerts, connectionAlerts],
  ...[apiPerformanceAlerts, resourceAlerts, storePerformanceAlerts],
  ...[executionAlerts, orderAlerts, riskAlerts, positionAlerts, marketDataAlerts, strategyAlerts],
  ...[diskAlerts, postgresAlerts, redisAlerts, kafkaAlerts, brokerAndSearchAlerts],
  ...[platformServiceAlerts, sharedSystemAlerts, backupAlerts, saturationAlerts],
  ...[loggingAlerts, datasetAlerts, accessAlerts, costAlerts, watchingAlerts, sloAlerts],
];

/** Recordings that several alerts read. */
const orderLatency: RecordingRule = {
  record: "trading:order_latency:bucket_rate5m",
  expr: "sum by (service, le) (rate(order_placement_duration_seconds_bucket[5m]) or rate(order_latency_seconds_bucket[5m]))",
  anyMetric: true,
};

/** Groups of recordings, before any is left out. */
export function allRecordings(context: AlertContext): Readonly<Record<string, readonly RecordingRule[]>> {
  const objectives = objectivesOf(context);
  return {
    indicators: indicatorRecordings(objectives),
    budgets: budgetRecordings(objectives),
    trading: [...marketRecordings(context.settings.holidays), orderLatency],
    saturation: saturationRecordings(),
  };
}

/** Every alert that the platform knows, whether or not its metrics exist in the environment. */
export function allAlerts(context: AlertContext): AlertDefinition[] {
  return sources.flatMap((source) => source(context));
}

/** Tells whether what an expression reads exists: contract metrics that a service declares, exporters that run. */
export function availability(context: AlertContext): {
  readonly recording: (rule: RecordingRule) => boolean;
  readonly missing: (alert: AlertDefinition) => string[];
} {
  const declared = new Set(context.services.flatMap((service) => service.metrics));
  const running = new Set<string>(context.exporters);
  const recordings = Object.values(allRecordings(context)).flat();
  const expressions = new Map<string, RecordingRule[]>();
  for (const rule of recordings) {
    const same = expressions.get(rule.record);
    if (same === undefined) expressions.set(rule.record, [rule]);
    else same.push(rule);
  }
  const known = new Map<string, string[]>();

  /** What a recording lacks: nothing when one of the rules of its name can be evaluated. */
  const missingRecord = (name: string, seen: ReadonlySet<string>): string[] => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const rules = expressions.get(name);
    const found = rules?.map((rule) => missingOf(rule, new Set([...seen, name])));
    const result = found === undefined ? [`recording ${name}`] : (found.find((list) => list.length === 0) ?? found[0]!);
    known.set(name, result);
    return result;
  };
  const missingIn = (expr: string, seen: ReadonlySet<string> = new Set()): string[] => {
    const direct = seriesIn(expr).flatMap(({ metric, exporter }) => {
      if (contractMetricNames.has(metric.name)) return declared.has(metric.name) ? [] : [`metric ${metric.name}`];
      return running.has(exporter.name) ? [] : [`exporter ${exporter.name}`];
    });
    const recorded = [...new Set(expr.replace(/"[^"]*"|\[[^\]]*\]/g, "").match(/[a-z_]+:[a-zA-Z0-9_:]+/g) ?? [])]
      .filter((name) => !seen.has(name))
      .flatMap((name) => missingRecord(name, seen));
    return [...new Set([...direct, ...recorded])];
  };
  const missingOf = (rule: RecordingRule, seen: ReadonlySet<string>): string[] => {
    const missing = missingIn(rule.expr, seen);
    return rule.anyMetric && missing.length < seriesIn(rule.expr).length ? [] : missing;
  };

  return {
    recording: (rule) => missingOf(rule, new Set()).length === 0,
    missing: (alert) => {
      if (alert.system !== undefined && context.without.includes(alert.system)) return [`system ${alert.system}`];
      if (alert.anyExporterOf?.some((name) => running.has(name))) return [];
      return missingIn(alert.expr);
    },
  };
}

/** The alerts of an environment: those whose metrics exist there. */
export function alertCatalogue(context: AlertContext): AlertDefinition[] {
  const { missing } = availability(context);
  return allAlerts(context).filter((alert) => missing(alert).length === 0);
}
