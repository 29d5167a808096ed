import { z } from "zod";

const ratio = (value: number, text: string) => z.number().gt(0).lte(1).default(value).describe(`${text}, 0 to 1`);
const positive = (value: number, text: string) => z.number().positive().default(value).describe(text);
const count = (value: number, text: string) => z.number().int().nonnegative().default(value).describe(text);
const duration = z.string().regex(/^[1-9]\d*[smhd]$/, "a Prometheus duration, for example 10m");

/** One tier of an alert: how much, and how long before somebody hears of it. `null` switches the tier off. */
const tier = (above: number, pending: string, text: string) =>
  z
    .strictObject({
      /** Share above which the tier fires. */
      above: z.number().gt(0).lte(1),
      /** How long the share must stay above. */
      for: duration,
    })
    .nullable()
    .default({ above, for: pending })
    .describe(`${text}; null switches the tier off`);

/**
 * Every number that an alert compares with. Defaults are production's: the requirement sheets where they give a number
 * (resolutions C1 to C7 of the reference), else values of the reference's catalogue; staging's file says what differs.
 */
export const alertThresholdsSchema = z.strictObject({
  service: z
    .strictObject({
      errorRatio: ratio(0.01, "share of failed requests"),
      minimumRequestsPerSecond: positive(0.1, "request rate below which ratios say nothing"),
      responseTimeSeconds: positive(1, "p95 (95th percentile) of response time, seconds"),
      latencyObjectiveSeconds: positive(0.1, "99th percentile of response time that the objective allows, seconds"),
      restarts: count(3, "restarts in 15 minutes"),
    })
    .prefault({}),
  resources: z
    .strictObject({
      cpuWarning: tier(0.8, "10m", "CPU use against the limit, first tier"),
      cpuCritical: tier(0.85, "15m", "CPU use against the limit, second tier"),
      memoryWarning: tier(0.8, "10m", "memory use against the limit, first tier"),
      memoryCritical: tier(0.9, "5m", "memory use against the limit, second tier"),
      nodeCpu: ratio(0.85, "CPU use of a node"),
      nodeMemory: ratio(0.9, "memory use of a node"),
      diskWarning: ratio(0.85, "use of a file system, first tier"),
      diskCritical: ratio(0.95, "use of a file system, second tier"),
      diskForecastFree: ratio(0.4, "free share below which the 24-hour forecast counts"),
      volumeWarningFree: ratio(0.15, "free share of a volume, first tier"),
      volumeCriticalFree: ratio(0.05, "free share of a volume, second tier"),
      networkErrorsPerSecond: positive(10, "errors per second of a network interface"),
      heap: ratio(0.9, "use of the Java heap"),
      garbageCollection: ratio(0.1, "share of time spent in garbage collection"),
    })
    .prefault({}),
  database: z
    .strictObject({
      querySeconds: positive(0.05, "p95 (95th percentile), and mean, of query time, seconds"),
      poolWarning: ratio(0.8, "use of a connection pool, first tier"),
      poolCritical: ratio(0.95, "use of a connection pool, second tier"),
      connections: ratio(0.8, "use of max_connections"),
      replicationLagSeconds: positive(30, "delay of a replica, first tier, seconds"),
      replicationLagCriticalSeconds: positive(300, "delay of a replica, second tier, seconds"),
      deadlocks: count(5, "deadlocks in 10 minutes"),
      transactionSeconds: positive(600, "age of the oldest transaction, seconds"),
    })
    .prefault({}),
  cache: z
    .strictObject({
      hitRatio: ratio(0.9, "share of look-ups that hit"),
      memory: ratio(0.85, "memory use of the cache"),
    })
    .prefault({}),
  messaging: z
    .strictObject({
      consumerLag: positive(10_000, "messages that a consumer group may be behind"),
      stuckLag: positive(100, "messages waiting, beyond which a group without progress is stuck"),
      queueMessages: positive(1_000, "messages ready in a RabbitMQ queue"),
    })
    .prefault({}),
  search: z
    .strictObject({
      diskFree: ratio(0.15, "free share of an Elasticsearch data path"),
      heap: ratio(0.9, "use of Elasticsearch's heap"),
    })
    .prefault({}),
  trading: z
    .strictObject({
      failureRatio: ratio(0.05, "share of failed executions"),
      minimumExecutions: count(20, "executions in 5 minutes below which the failure ratio says nothing"),
      failedExecutions: count(2, "failed executions in 5 minutes, none filled"),
      portfolioRisk: ratio(0.02, "portfolio at risk: the limit"),
      portfolioRiskWarning: ratio(0.016, "portfolio at risk: 80 % of the limit"),
      drawdownWarning: ratio(0.1, "fall from the 30-day high, first tier"),
      drawdownCritical: ratio(0.2, "fall from the 30-day high, second tier"),
      dailyLoss: ratio(0.03, "loss of one day against the portfolio's value"),
      valueAtRisk: ratio(0.05, "99 % value at risk against the portfolio's value"),
      slippageBasisPoints: positive(10, "p95 (95th percentile) of slippage, basis points"),
      orderLatencySeconds: positive(0.1, "99th percentile of order placement, seconds"),
      fillRatio: ratio(0.8, "share of orders filled"),
      minimumOrders: count(10, "orders in 30 minutes below which the fill ratio says nothing"),
      webSocketShare: ratio(0.5, "share of the 6-hour maximum of WebSocket connections"),
      klineAgeSeconds: positive(120, "age of the newest kline, seconds"),
      storedShare: ratio(0.9, "share of received klines that is stored"),
      storeDivergence: ratio(0.05, "difference between the two kline stores"),
      minimumKlines: count(100, "klines in 30 minutes below which the divergence says nothing"),
      unusedSignals: count(5, "signals in 30 minutes, none of which became an order"),
      exchangeErrorRatio: ratio(0.05, "share of failed exchange calls"),
      exchangeWeight: ratio(0.8, "use of an exchange's request weight"),
      heartbeatSeconds: positive(300, "age of a strategy's heartbeat, seconds"),
    })
    .prefault({}),
  data: z
    .strictObject({
      logDelaySeconds: positive(5, "p95 (95th percentile) of log delay, seconds"),
      completeness: ratio(0.99, "completeness of a dataset"),
      pipelineFailureRatio: ratio(0.1, "share of failed pipeline runs in an hour"),
    })
    .prefault({}),
  security: z
    .strictObject({
      refusedRequests: positive(50, "refused requests (401, 403) in 5 minutes, first tier"),
      refusedRequestsCritical: positive(500, "refused requests (401, 403) in 5 minutes, second tier"),
      rateLimitedPerSecond: positive(1, "requests per second answered with 429"),
      loginFailureFactor: positive(5, "login failures against the same time yesterday"),
    })
    .prefault({}),
  platform: z
    .strictObject({
      certificateWarningDays: positive(21, "days before a certificate ends, first tier"),
      certificateCriticalDays: positive(7, "days before a certificate ends, second tier"),
      endpointCertificateDays: positive(14, "days before a served certificate ends"),
      backupHours: z.number().int().positive().default(26).describe("hours without a completed daily backup"),
      databaseBackupHours: z.number().int().positive().default(7).describe("hours without a completed database backup"),
      notificationFailureRatio: ratio(0.01, "share of failed notifications"),
      scrapeShare: ratio(0.8, "scrape duration against its timeout"),
      monthlyDollars: positive(5_000, "forecast cost of the cluster's nodes per month, US dollars"),
      costFactor: positive(1.3, "hourly cost against the mean of the week"),
    })
    .prefault({}),
});

/** Every number that an alert compares with, complete. */
export type AlertThresholds = z.output<typeof alertThresholdsSchema>;
