import { archetypes, canaryOf, slosOf } from "../../catalog/archetypes.ts";
import { userRequests } from "../../catalog/metrics.ts";
import type { Service } from "../../catalog/types.ts";
import { prometheusAddress } from "../platform/monitoringNames.ts";
import { metadataOf, tradingNamespace, type WorkloadSettings } from "./context.ts";

/** Seconds between two measurements. */
const intervalSeconds = 30;

/** Share of failed requests at which a release is bad, from the alert HighErrorRate: 1 %. */
const errorRatio = 0.01;

/** Seconds within which 95 % of the requests must be answered, from the alert HighResponseTimeP95. */
const p95Seconds = 1;

/** Requests per second below which ratios say nothing. */
const minimumRate = 0.1;

/** How many times faster than allowed a release may use up the error budget: the slower of the two paging burn rates. */
const burnRate = 6;

/** Measurements that may fail before the release is aborted: one bad half minute is not a bad release. */
const failureLimit = 2;

/** Name of the analysis of a step of that many minutes. */
export function analysisName(service: Service, minutes: number): string {
  return `${service.name}-${minutes}m`;
}

/**
 * One AnalysisTemplate for each length of step that the service's release has. It looks at the pods of the new version
 * only, told apart by the pod template hash that the ServiceMonitor copies to the metrics.
 */
export function analysisTemplates(service: Service, settings: WorkloadSettings) {
  const lengths = [...new Set(canaryOf(service).map((step) => step.minutes))];
  return lengths.map((minutes) => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: metadataOf(service, analysisName(service, minutes)),
    spec: {
      args: [{ name: "hash" }],
      metrics: measurements(service, settings).map((measurement) => ({
        name: measurement.name,
        // New pods must have been scraped twice before anything can be said; the last measurement ends the step.
        initialDelay: `${intervalSeconds}s`,
        interval: `${intervalSeconds}s`,
        count: (minutes * 60) / intervalSeconds,
        failureLimit,
        // Prometheus being away is no verdict on the release: four errors in a row abort, as nobody would see a bad one.
        consecutiveErrorLimit: 4,
        // Three measurements without a verdict pause the release until a person decides.
        inconclusiveLimit: 3,
        successCondition: measurement.success,
        ...(measurement.failure && { failureCondition: measurement.failure }),
        provider: { prometheus: { address: prometheusAddress, timeout: 20, query: measurement.query } },
      })),
    },
  }));
}

interface Measurement {
  name: string;
  query: string;
  success: string;
  failure?: string;
}

/** What is measured of a release: that it lives; and of what serves, errors, latency and the service's own promises. */
function measurements(service: Service, settings: WorkloadSettings): Measurement[] {
  const slos = slosOf(service);
  const alive = aliveMeasurements(service);
  const executions = slos.executions ? [executionMeasurement(service, slos.executions.objectivePercent)] : [];
  if (!archetypes[service.kind].serves) return [...alive, ...executions];
  const requests = rate(service, "http_server_requests_seconds_count", userRequests);
  const errors = `(${rate(service, "http_server_requests_seconds_count", userRequests, 'status=~"5.."')} or vector(0))`;
  // Without traffic the query is empty: only a public service can expect traffic, since the gateway sends it its share.
  const judged = (name: string, query: string, limit: number): Measurement => {
    const bounded = `(${query}) and (${requests} > ${minimumRate})`;
    const seen = "len(result) > 0 && !isNaN(result[0])";
    return service.public && settings.canaryWithoutTraffic === "pause"
      ? {
          name,
          query: bounded,
          success: `${seen} && result[0] < ${limit}`,
          failure: `${seen} && result[0] >= ${limit}`,
        }
      : { name, query: bounded, success: `len(result) == 0 || isNaN(result[0]) || result[0] < ${limit}` };
  };
  const budget = (objectivePercent: number) => rounded(1 - objectivePercent / 100);
  const result = [
    ...alive,
    judged("error-ratio", `${errors} / ${requests}`, errorRatio),
    judged(
      "p95-seconds",
      `histogram_quantile(0.95, sum by (le) (rate(http_server_requests_seconds_bucket{${selector(service, userRequests)}}[2m])))`,
      p95Seconds,
    ),
    judged("availability-burn", `${errors} / ${requests} / ${budget(slos.availability.objectivePercent)}`, burnRate),
  ];
  if (slos.latency) {
    const { objectivePercent, thresholdMilliseconds } = slos.latency;
    const fast = rate(service, "http_server_requests_seconds_bucket", userRequests, bucket(thresholdMilliseconds));
    result.push(judged("latency-burn", `(1 - ${fast} / ${requests}) / ${budget(objectivePercent)}`, burnRate));
  }
  return [...result, ...executions];
}

/**
 * The guard against a release that looks good because it does nothing: all its pods answer and none starts again. A pod
 * that the autoscaler adds meanwhile may take its time to start; that it is silent counts only afterwards.
 */
function aliveMeasurements(service: Service): Measurement[] {
  const seen = "len(result) > 0";
  const pods = `namespace="${tradingNamespace}",pod=~"${service.name}-{{args.hash}}-.*"`;
  const started = `time() - kube_pod_start_time{${pods}} > ${archetypes[service.kind].startupSeconds}`;
  const up = `up{${selector(service)}}`;
  return [
    {
      name: "answers",
      query: `min(${up} == 1 or (${up} == 0 and on (namespace, pod) (${started})))`,
      success: `${seen} && result[0] == 1`,
      failure: `${seen} && result[0] != 1`,
    },
    {
      name: "restarts",
      query: `sum(increase(kube_pod_container_status_restarts_total{${pods}}[5m])) or vector(0)`,
      success: "result[0] < 1",
    },
  ];
}

/** Filled share of the executions, once there are enough of them to speak of a share. */
function executionMeasurement(service: Service, objectivePercent: number): Measurement {
  const filled = `sum(increase(trade_executions_total{${selector(service, 'status="filled"')}}[5m]))`;
  const ended = `sum(increase(trade_executions_total{${selector(service, 'status=~"filled|failed"')}}[5m]))`;
  return {
    name: "executions",
    query: `(${filled} or vector(0)) / (${ended} >= 20)`,
    success: `len(result) == 0 || isNaN(result[0]) || result[0] >= ${objectivePercent / 100}`,
  };
}

/** Matchers of the new version's pods. */
function selector(service: Service, ...matchers: string[]): string {
  const pods = [
    `namespace="${tradingNamespace}"`,
    `service="${service.name}"`,
    `rollouts_pod_template_hash="{{args.hash}}"`,
  ];
  return [...pods, ...matchers].join(",");
}

function rate(service: Service, metric: string, ...matchers: string[]): string {
  return `sum(rate(${metric}{${selector(service, ...matchers)}}[2m]))`;
}

/** Matcher of the bucket up to a threshold; Prometheus 3 writes whole numbers as `1.0`, services write `1`. */
function bucket(thresholdMilliseconds: number): string {
  const seconds = thresholdMilliseconds / 1000;
  return Number.isInteger(seconds) ? `le=~"${seconds}|${seconds}[.]0"` : `le="${seconds}"`;
}

/** Keeps 0.1 % from being written as 0.0010000000000000009. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}
