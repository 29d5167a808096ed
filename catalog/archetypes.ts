import type { ContractMetricName } from "./metrics.ts";
import type { CanaryStep, Kind, Service, Slos } from "./types.ts";

/** What a kind of service brings with it, so that no service file has to say it again. */
export interface Archetype {
  /** False for the bot, which runs on EC2 and gets no Kubernetes objects. */
  inCluster: boolean;
  /** True when others may call it over HTTP; a worker's port serves health and metrics only. */
  serves: boolean;
  /** Path of the Prometheus text. */
  metricsPath: string;
  /** Answers 200 while the process works; never looks at dependencies, else one outage restarts everything. */
  livenessPath: string;
  /** Answers 200 while requests can be served. */
  readinessPath: string;
  /** Seconds within which it must have started, else it is restarted. */
  startupSeconds: number;
  /** Default of `shutdownSeconds`. */
  shutdownSeconds: number;
  /** Metrics of the contract that every service of this kind exports. */
  metrics: readonly ContractMetricName[];
  /** Directories that must be writable under the read-only root file system. */
  writablePaths: readonly string[];
}

/** Buckets of every latency histogram, in milliseconds; the thresholds of latency promises must be among them. */
export const latencyBucketsMilliseconds: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];

/** The same as services are told them, in seconds: a threshold that is no bucket makes its indicator count nothing. */
export const histogramBucketsSeconds: string = latencyBucketsMilliseconds.map((bucket) => bucket / 1000).join(",");

const health = { livenessPath: "/health/live", readinessPath: "/health/ready" };
const serverMetrics = ["http_server_requests_seconds"] as const;

/** The archetypes, by kind. */
export const archetypes: Readonly<Record<Kind, Archetype>> = {
  springBoot: {
    ...health,
    inCluster: true,
    serves: true,
    metricsPath: "/actuator/prometheus",
    startupSeconds: 180,
    shutdownSeconds: 45,
    metrics: [
      ...serverMetrics,
      "application_started_time_seconds",
      "jvm_memory_used_bytes",
      "jvm_memory_max_bytes",
      "jvm_gc_pause_seconds",
      "jvm_threads_deadlocked",
    ],
    writablePaths: ["/tmp"],
  },
  fastApi: {
    ...health,
    inCluster: true,
    serves: true,
    metricsPath: "/metrics",
    startupSeconds: 60,
    shutdownSeconds: 30,
    metrics: serverMetrics,
    writablePaths: ["/tmp"],
  },
  http: {
    ...health,
    inCluster: true,
    serves: true,
    metricsPath: "/metrics",
    startupSeconds: 60,
    shutdownSeconds: 30,
    metrics: serverMetrics,
    writablePaths: ["/tmp"],
  },
  worker: {
    ...health,
    inCluster: true,
    serves: false,
    metricsPath: "/metrics",
    startupSeconds: 120,
    shutdownSeconds: 60,
    metrics: [],
    writablePaths: ["/tmp"],
  },
  bot: {
    ...health,
    inCluster: false,
    serves: false,
    metricsPath: "/metrics",
    startupSeconds: 120,
    shutdownSeconds: 60,
    metrics: [],
    writablePaths: ["/tmp"],
  },
};

/** Release steps of every service that gives none of its own: 10, 50 and 100 % with five minutes of analysis each. */
const defaultCanary: readonly CanaryStep[] = [
  { weightPercent: 10, minutes: 5 },
  { weightPercent: 50, minutes: 5 },
  { weightPercent: 100, minutes: 5 },
];

/**
 * The promises of a service: those of the requirement sheets for what it is and uses, overridden by its own.
 * Availability 99.9 % and API latency 99 % within 100 ms for what serves, database 95 % within 50 ms with PostgreSQL,
 * cache 90 % hits with the cache, executions 95 % for what trades.
 */
export function slosOf(service: Service): Slos {
  const { uses, slos, executesTrades } = service;
  return {
    availability: { objectivePercent: 99.9, windowDays: 30 },
    ...(archetypes[service.kind].serves && {
      latency: { objectivePercent: 99, windowDays: 30, thresholdMilliseconds: 100 },
    }),
    ...(uses?.postgres && { database: { objectivePercent: 95, windowDays: 30, thresholdMilliseconds: 50 } }),
    ...(uses?.cache && { cache: { objectivePercent: 90, windowDays: 7 } }),
    ...(executesTrades && { executions: { objectivePercent: 95, windowDays: 30 } }),
    ...slos,
  };
}

/** Metrics that come with what a service uses or does; all of that sort export them. */
const metricsByUse = {
  /** Spring Boot with PostgreSQL: Micrometer reports the connection pool. */
  connectionPool: [
    "hikaricp_connections_active",
    "hikaricp_connections_max",
    "hikaricp_connections_pending",
    "hikaricp_connections_timeout_total",
  ],
  publicRoute: ["auth_failures_total", "security_suspicious_events_total"],
  exchange: ["exchange_api_requests_total"],
  /** Exchanges that publish a request weight, as Binance does. */
  weightedExchange: ["exchange_api_used_weight", "exchange_api_weight_limit"],
  trading: [
    "trades_total",
    "trade_executions_total",
    "orders_placed_total",
    "orders_filled_total",
    "order_placement_duration_seconds",
    "order_slippage_bps",
    "active_positions",
    "max_positions",
    "unrealized_pnl",
    "position_reconciliation_difference",
    "strategy_last_heartbeat_timestamp_seconds",
    "trading_kill_switch_active",
  ],
} as const satisfies Record<string, readonly ContractMetricName[]>;

/** Every metric of the contract that a service exports: its archetype's, those of what it uses and does, its own. */
export function metricsOf(service: Service): ContractMetricName[] {
  const { kind, uses } = service;
  const exported = new Set<ContractMetricName>(["component_health_status", ...archetypes[kind].metrics]);
  const add = (metrics: readonly ContractMetricName[]) => metrics.forEach((metric) => void exported.add(metric));
  if (uses?.postgres) add(["db_query_duration_seconds"]);
  if (uses?.postgres && kind === "springBoot") add(metricsByUse.connectionPool);
  if (uses?.exchanges?.length) add(metricsByUse.exchange);
  if (uses?.exchanges?.includes("binance")) add(metricsByUse.weightedExchange);
  if (service.public) add(metricsByUse.publicRoute);
  if (service.executesTrades) add(metricsByUse.trading);
  add(service.metrics ?? []);
  return [...exported];
}

/** The steps of a release of the service. */
export function canaryOf(service: Service): readonly CanaryStep[] {
  return service.canary ?? defaultCanary;
}

/** Seconds between the request to stop and the end by force. */
export function shutdownSecondsOf(service: Service): number {
  return service.shutdownSeconds ?? archetypes[service.kind].shutdownSeconds;
}
