import type { Service } from "../types.ts";

export default {
  name: "binance-trader-macd",
  description: "Follows MACD crossings on Binance",
  kind: "springBoot",
  owner: "trading",
  tier: "critical",
  sensitivity: "restricted",
  port: 8082,
  replicas: 2,
  resources: { cpuMillicores: 1000, memoryMebibytes: 1024 },
  uses: {
    services: { "binance-data-storage": "startup" },
    postgres: { role: "binance_trader_macd", schemas: { trader_macd: "own", market_data: "read" } },
    cache: { prefix: "macd", reads: ["regime"] },
    queues: { publish: ["order-commands"] },
    topics: {
      produce: ["trading-signals", "trade-events", "system-health"],
      consume: ["kline-events", "regime-changes"],
    },
    exchanges: ["binance"],
  },
  secrets: ["BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_REST_BASE_URL"],
  metrics: [
    "binance_trader_macd_signals_generated_total",
    "binance_trader_macd_orders_placed_total",
    "strategy_sharpe_ratio",
  ],
  markets: ["crypto"],
  executesTrades: true,
} satisfies Service;
