/** What a metric counts; part of the contract, so that panels and summaries can format the value. */
export type MetricUnit =
  | "none"
  | "seconds"
  | "timestampSeconds"
  | "bytes"
  | "ratio"
  | "dollars"
  | "basisPoints"
  | "requests"
  | "events"
  | "messages"
  | "connections";

/** Kind of series that a metric has; a histogram stands for its `_bucket`, `_count` and `_sum`. */
export type MetricType = "counter" | "gauge" | "histogram";

/** One metric that somebody promises to export. */
export interface Metric<Name extends string = string> {
  /** Exact name; for a histogram the base name without suffix. */
  readonly name: Name;
  readonly type: MetricType;
  readonly unit: MetricUnit;
  /** Labels that the exporter itself writes; the scrape adds more (`targetLabels` of the exporter). */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, without the infinite one, where its exporter fixes them. */
  readonly buckets?: readonly number[];
  /** What it says, in one line. */
  readonly help: string;
  /** What each of several replicas tells, for a gauge of a service; decides how rules put them together. */
  readonly replicas?: Replicas;
  /**
   * Values of a label whose series exist with 0 from the start of the process. Without, the first event makes the series,
   * and `increase()` sees no growth in it.
   */
  readonly fromStart?: { readonly [label: string]: readonly string[] };
}

/**
 * `whole`: every replica tells the whole, read from the store that they share, so rules take the greatest or the least and
 * never add up. `part`: a replica tells what is its own, so rules add up, or look at each.
 */
export type Replicas = "whole" | "part";

/** A program that exports metrics, with the version in which the names below were read. */
export interface Exporter {
  /** Key of the exporter; `components/observability/alerts/exporters.ts` says with what it runs. */
  readonly name: string;
  /** Version whose source or documentation was read. */
  readonly version: string;
  /** Where the names come from. */
  readonly source: string;
  /** Labels that the scrape adds to every series of this exporter. */
  readonly targetLabels: readonly string[];
  readonly metrics: readonly Metric[];
}

/** Labels that a ServiceMonitor or PodMonitor of the Prometheus operator adds to every series. */
export const monitorLabels = ["job", "instance", "namespace", "service", "pod", "container", "endpoint"] as const;

/** A value that only grows, until its process restarts. */
export function counter<const Name extends string>(
  name: Name,
  unit: MetricUnit,
  labels: readonly string[],
  help: string,
): Metric<Name> {
  return { name, type: "counter", unit, labels, help };
}

/** A value that goes up and down. */
export function gauge<const Name extends string>(
  name: Name,
  unit: MetricUnit,
  labels: readonly string[],
  help: string,
): Metric<Name> {
  return { name, type: "gauge", unit, labels, help };
}

/** A distribution in buckets; `buckets` where the exporter fixes their bounds. */
export function histogram<const Name extends string>(
  name: Name,
  unit: MetricUnit,
  labels: readonly string[],
  help: string,
  buckets?: readonly number[],
): Metric<Name> {
  return { name, type: "histogram", unit, labels, help, ...(buckets === undefined ? {} : { buckets }) };
}
