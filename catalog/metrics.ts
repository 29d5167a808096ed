import { contract } from "./metrics/contract.ts";
import {
  argoRollouts,
  blackboxExporter,
  certManager,
  kubelet,
  kubeStateMetrics,
  nodeExporter,
} from "./metrics/kubernetes.ts";
import { kafkaExporter, rabbitmq, strimziBrokers } from "./metrics/messaging.ts";
import {
  alertmanager,
  alloy,
  consul,
  consulExporter,
  grafana,
  loki,
  lokiCanary,
  prometheus,
  scrape,
  vault,
} from "./metrics/platform.ts";
import {
  cloudwatchExporter,
  elasticsearchExporter,
  openCost,
  postgresExporter,
  redisExporter,
  velero,
} from "./metrics/stores.ts";
import type { Exporter, Metric } from "./metrics/types.ts";

export type { ContractMetricName } from "./metrics/contract.ts";
export { contract } from "./metrics/contract.ts";
export type { Exporter, Metric, MetricType, MetricUnit } from "./metrics/types.ts";

/**
 * Selects the requests that somebody sent: the kubelet's probes and the scrapes, always good and always there, would pass
 * for traffic and dilute the errors and delays of users.
 */
export const userRequests = 'uri!~"/actuator.*|/health.*|/metrics|/ping|/version"';

/** Every program of the platform whose metrics an alert, a recording or a dashboard may use. */
export const exporters = [
  scrape,
  prometheus,
  alertmanager,
  grafana,
  kubeStateMetrics,
  kubelet,
  nodeExporter,
  argoRollouts,
  certManager,
  blackboxExporter,
  postgresExporter,
  redisExporter,
  elasticsearchExporter,
  cloudwatchExporter,
  kafkaExporter,
  strimziBrokers,
  rabbitmq,
  loki,
  lokiCanary,
  alloy,
  vault,
  consul,
  consulExporter,
  velero,
  openCost,
] as const satisfies readonly Exporter[];

/** Name of an exporter; which ones run in a stack follows from what it installs. */
export type ExporterName = (typeof exporters)[number]["name"];

/** A series name with the metric it belongs to, who exports it and every label it may carry. */
export interface KnownSeries {
  readonly metric: Metric;
  readonly exporter: Exporter;
  readonly labels: ReadonlySet<string>;
}

const suffixes = ["_bucket", "_count", "_sum"] as const;

function seriesOf(exporter: Exporter): [string, KnownSeries][] {
  return exporter.metrics.flatMap((metric): [string, KnownSeries][] => {
    const labels = [...exporter.targetLabels, ...metric.labels];
    if (metric.type !== "histogram") return [[metric.name, { metric, exporter, labels: new Set(labels) }]];
    return suffixes.map((suffix) => [
      `${metric.name}${suffix}`,
      { metric, exporter, labels: new Set(suffix === "_bucket" ? [...labels, "le"] : labels) },
    ]);
  });
}

/** Every series name that the contract or an exporter promises, with its labels. */
export const knownSeries: ReadonlyMap<string, KnownSeries> = new Map([contract, ...exporters].flatMap(seriesOf));

/** Names of the metrics of the contract. */
export const contractMetricNames: ReadonlySet<string> = new Set(contract.metrics.map((metric) => metric.name));

/**
 * The known series that an expression reads. Words are enough: a series name is unmistakable, and what is in quotes
 * (label values) is taken out first.
 */
export function seriesIn(expression: string): KnownSeries[] {
  const words = new Set(expression.replace(/"[^"]*"/g, "").match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? []);
  return [...words].flatMap((word) => knownSeries.get(word) ?? []);
}
