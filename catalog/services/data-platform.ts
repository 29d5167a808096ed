import type { Service } from "../types.ts";

export default {
  name: "data-platform",
  description: "Loads, cleans and serves market data sets; runs backtests",
  kind: "fastApi",
  owner: "data-platform",
  tier: "standard",
  sensitivity: "internal",
  port: 8000,
  replicas: 2,
  resources: { cpuMillicores: 2000, memoryMebibytes: 4096 },
  autoscaling: { minimum: 2, maximum: 6 },
  public: { host: "api", path: "/data", requestsPerSecond: 50, bodyKibibytes: 8192, timeoutSeconds: 60 },
  uses: {
    services: { "binance-data-storage": "requests" },
    postgres: { role: "data_platform", schemas: { datasets: "own", market_data: "read" }, poolSize: 15 },
    cache: { prefix: "data" },
    queues: { publish: ["notifications", "backtest-jobs"], consume: ["backtest-jobs"] },
    topics: { produce: ["system-health"], consume: ["kline-events"] },
    elasticsearch: { read: ["klines-*"] },
    buckets: [{ bucket: "market-data", access: "readWrite", prefix: "" }],
  },
  slos: { latency: { objectivePercent: 95, windowDays: 30, thresholdMilliseconds: 500 } },
  metrics: [
    "dataset_last_update_timestamp_seconds",
    "dataset_max_age_seconds",
    "dataset_completeness_ratio",
    "etl_runs_total",
  ],
} satisfies Service;
