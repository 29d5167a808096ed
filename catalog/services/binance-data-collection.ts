import type { Service } from "../types.ts";

export default {
  name: "binance-data-collection",
  description: "Reads candles from Binance's streams and publishes them",
  kind: "springBoot",
  owner: "market-data",
  tier: "critical",
  sensitivity: "internal",
  port: 8080,
  replicas: 2,
  resources: { cpuMillicores: 1000, memoryMebibytes: 1024 },
  uses: {
    topics: { produce: ["kline-events", "system-health"] },
    exchanges: ["binance"],
  },
  secrets: ["BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_REST_BASE_URL"],
  metrics: [
    "binance_data_collection_kline_events_received_total",
    "binance_data_collection_active_websocket_connections",
    "binance_data_collection_last_kline_timestamp_seconds",
  ],
  markets: ["crypto"],
} satisfies Service;
