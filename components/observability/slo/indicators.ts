import { userRequests } from "../alerts/selectors.ts";
import type { DiagnosisStep, Duration, IndicatorName, PanelReference } from "../alerts/types.ts";

/** Windows over which an indicator is recorded. */
export const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const satisfies readonly Duration[];

/** One of the recorded windows. */
export type Window = (typeof windows)[number];

/** How good and bad events of one promise are counted. */
export interface Indicator {
  readonly name: IndicatorName;
  /** First part of the names of its alerts. */
  readonly alertName: string;
  /** What a bad event is, completing "share of …". */
  readonly badEvent: string;
  readonly component: string;
  /** Series with the share of bad events, without the window. */
  readonly ratioRecord: string;
  /** Series with events per second, without the window; absent for indicators of time, which have no traffic. */
  readonly eventsRecord?: string;
  /** Share of bad events by service; `selector` narrows to services, `le` is the matcher of the good bucket. */
  readonly ratio: (window: Window, selector: string, le: string) => string;
  /** Events per second by service. */
  readonly events?: (window: Window) => string;
  /** Bad events per second by service, recorded where the reference names it. */
  readonly errors?: { readonly record: string; readonly expr: (window: Window) => string };
  /** Series that must exist for a service, else the indicator is blind. */
  readonly presence: (service: string, le: string) => string;
  /** Metrics of the contract, or an exporter's, that it reads. */
  readonly metric: string;
  /** True for promises that never wake anybody. */
  readonly warnOnly?: boolean;
  readonly panel: PanelReference;
  /** Where to look first when its budget burns. */
  readonly look: DiagnosisStep;
}

const requests = `http_server_requests_seconds_count{${userRequests}}`;
const selected = (series: string, selector: string) => (selector === "" ? series : `${series}{${selector}}`);
const panel = (title: string): PanelReference => ({ dashboard: "errorBudgets", panel: title });

/** The indicators, by name. */
export const indicators: Readonly<Record<IndicatorName, Indicator>> = {
  "api-availability": {
    name: "api-availability",
    alertName: "ApiAvailability",
    badEvent: "requests that end with a server error",
    component: "api",
    ratioRecord: "service:http_error_ratio",
    eventsRecord: "service:http_requests",
    events: (window) => `sum by (service) (rate(${requests}[${window}]))`,
    errors: {
      record: "service:http_errors",
      expr: (window) =>
        `sum by (service) (rate(http_server_requests_seconds_count{${userRequests},outcome="SERVER_ERROR"}[${window}]))`,
    },
    // 0, not absent, for a service without errors.
    ratio: (window) =>
      `(service:http_errors:rate${window} or service:http_requests:rate${window} * 0) / (service:http_requests:rate${window} > 0)`,
    // With the probes: a service that nobody has called since its start counts well, and has nothing to count.
    presence: (service) => `http_server_requests_seconds_count{service="${service}"}`,
    metric: "http_server_requests_seconds",
    panel: panel("API availability"),
    look: {
      text: "Paths and exceptions of the errors.",
      promql:
        'topk(10, sum by (service, uri, exception) (rate(http_server_requests_seconds_count{outcome="SERVER_ERROR"}[30m])))',
    },
  },
  "api-latency": {
    name: "api-latency",
    alertName: "ApiLatency",
    badEvent: "requests slower than promised",
    component: "api",
    ratioRecord: "service:http_slow_ratio",
    eventsRecord: "service:http_requests",
    ratio: (window, selector, le) => {
      const where = [userRequests, selector].filter((part) => part !== "").join(",");
      const good = `sum by (service) (rate(http_server_requests_seconds_bucket{${where},${le}}[${window}]))`;
      return `1 - (${good} / (sum by (service) (rate(http_server_requests_seconds_count{${where}}[${window}])) > 0))`;
    },
    presence: (service, le) => `http_server_requests_seconds_bucket{service="${service}",${le}}`,
    metric: "http_server_requests_seconds",
    panel: panel("API latency"),
    look: {
      text: "Slowest paths.",
      promql:
        "topk(10, histogram_quantile(0.99, sum by (service, uri, le) (rate(http_server_requests_seconds_bucket[30m]))))",
    },
  },
  "database-latency": {
    name: "database-latency",
    alertName: "DatabaseLatency",
    badEvent: "database queries slower than promised",
    component: "postgres",
    ratioRecord: "service:db_slow_ratio",
    eventsRecord: "service:db_queries",
    events: (window) => `sum by (service) (rate(db_query_duration_seconds_count[${window}]))`,
    ratio: (window, selector, le) => {
      const where = [selector, le].filter((part) => part !== "").join(",");
      const good = `sum by (service) (rate(db_query_duration_seconds_bucket{${where}}[${window}]))`;
      const all = `sum by (service) (rate(${selected("db_query_duration_seconds_count", selector)}[${window}]))`;
      return `1 - (${good} / (${all} > 0))`;
    },
    presence: (service, le) => `db_query_duration_seconds_bucket{service="${service}",${le}}`,
    metric: "db_query_duration_seconds",
    panel: panel("Database latency"),
    look: {
      text: "Statements that take the most time; see also SlowDatabaseQueries.",
      promql: "topk(10, rate(pg_stat_statements_seconds_total[30m]))",
    },
  },
  executions: {
    name: "executions",
    alertName: "Executions",
    badEvent: "executions that fail",
    component: "execution",
    ratioRecord: "service:execution_failure_ratio",
    eventsRecord: "service:executions",
    events: (window) => `sum by (service) (rate(trade_executions_total{status=~"filled|failed"}[${window}]))`,
    ratio: (window) => {
      const failed = `sum by (service) (rate(trade_executions_total{status="failed"}[${window}]))`;
      const all = `service:executions:rate${window}`;
      return `(${failed} or ${all} * 0) / (${all} > 0)`;
    },
    presence: (service) => `trade_executions_total{service="${service}"}`,
    metric: "trade_executions_total",
    panel: panel("Executions"),
    look: {
      text: "Reasons of the failed executions.",
      logql:
        'sum by (reason) (count_over_time({namespace="trading"} | json | event=~"trade_failed|order_rejected" [1h]))',
    },
  },
  "cache-hits": {
    name: "cache-hits",
    alertName: "CacheHits",
    badEvent: "cache look-ups that miss",
    component: "redis",
    ratioRecord: "service:cache_miss_ratio",
    eventsRecord: "service:cache_lookups",
    events: (window) =>
      `sum(rate(redis_keyspace_hits_total[${window}])) + sum(rate(redis_keyspace_misses_total[${window}]))`,
    ratio: (window) =>
      `sum(rate(redis_keyspace_misses_total[${window}])) / on () (service:cache_lookups:rate${window} > 0)`,
    presence: () => "redis_keyspace_hits_total",
    metric: "redis_keyspace_hits_total",
    warnOnly: true,
    panel: panel("Cache hits"),
    look: {
      text: "Keys thrown out before they were read again?",
      promql: "rate(redis_evicted_keys_total[30m])",
    },
  },
  "log-ingestion": {
    name: "log-ingestion",
    alertName: "LogIngestion",
    badEvent:
      "log lines that take longer than 4 s to become readable (the canary's last bucket below the promised 5 s)",
    component: "logging",
    ratioRecord: "service:log_slow_ratio",
    eventsRecord: "service:log_probes",
    events: (window) => `sum(rate(loki_canary_response_latency_seconds_count[${window}]))`,
    ratio: (window, _selector, le) => {
      const good = `sum(rate(loki_canary_response_latency_seconds_bucket{${le}}[${window}]))`;
      return `1 - (${good} / on () (service:log_probes:rate${window} > 0))`;
    },
    presence: (_service, le) => `loki_canary_response_latency_seconds_bucket{${le}}`,
    metric: "loki_canary_response_latency_seconds",
    warnOnly: true,
    panel: panel("Log ingestion"),
    look: {
      text: "Where lines wait or get lost.",
      promql:
        "sum by (reason) (rate(loki_discarded_samples_total[30m])) or sum by (reason) (rate(loki_write_dropped_entries_total[30m]))",
    },
  },
  uptime: {
    name: "uptime",
    alertName: "Uptime",
    badEvent: "time in which targets do not answer",
    component: "service",
    ratioRecord: "service:down_ratio",
    ratio: (window, selector) =>
      `1 - avg by (service) (avg_over_time(up{${['namespace=~"trading.*"', selector].filter((part) => part !== "").join(",")}}[${window}]))`,
    presence: (service) => `up{job="${service}"}`,
    metric: "up",
    panel: panel("Uptime"),
    look: {
      text: "Targets that do not answer, and since when.",
      promql: 'up{namespace=~"trading.*"} == 0',
    },
  },
  "market-data": {
    name: "market-data",
    alertName: "MarketData",
    badEvent: "symbol minutes without a fresh candle",
    component: "market-data",
    ratioRecord: "service:market_data_stale_ratio",
    ratio: (window) =>
      `avg_over_time((avg by (service) (time() - max by (service, symbol, interval) (binance_data_collection_last_kline_timestamp_seconds) > bool 120))[${window}:1m])`,
    presence: (service) => `binance_data_collection_last_kline_timestamp_seconds{service="${service}"}`,
    metric: "binance_data_collection_last_kline_timestamp_seconds",
    panel: panel("Market data"),
    look: {
      text: "Symbols without a fresh candle; see KlineStale.",
      promql: "topk(20, time() - binance_data_collection_last_kline_timestamp_seconds)",
    },
  },
};

/** Matcher of the bucket up to a threshold; whole numbers are `1` in Prometheus 2 and `1.0` in Prometheus 3. */
export function bucketMatcher(thresholdSeconds: number): string {
  return Number.isInteger(thresholdSeconds)
    ? `le=~"${thresholdSeconds}|${thresholdSeconds}[.]0"`
    : `le="${thresholdSeconds}"`;
}
