import type { Service } from "../types.ts";

export default {
  name: "binance-data-storage",
  description: "Stores candles in PostgreSQL and Elasticsearch and serves their history",
  kind: "springBoot",
  owner: "market-data",
  tier: "critical",
  sensitivity: "internal",
  port: 8081,
  replicas: 2,
  resources: { cpuMillicores: 1000, memoryMebibytes: 1536 },
  autoscaling: { minimum: 2, maximum: 6 },
  uses: {
    postgres: { role: "binance_data_storage", schemas: { market_data: "own" }, poolSize: 20 },
    topics: { produce: ["system-health"], consume: ["kline-events"] },
    elasticsearch: { write: ["klines-*"], read: ["klines-*"] },
    buckets: [{ bucket: "market-data", access: "write", prefix: "klines/" }],
  },
  metrics: ["binance_data_storage_postgres_saves_total", "binance_data_storage_elasticsearch_saves_total"],
  markets: ["crypto"],
} satisfies Service;
