import type { Service } from "../types.ts";

export default {
  name: "binance-trader-grid",
  description: "Trades price grids on Binance",
  kind: "springBoot",
  owner: "trading",
  tier: "critical",
  sensitivity: "restricted",
  port: 8083,
  replicas: 2,
  resources: { cpuMillicores: 1000, memoryMebibytes: 1024 },
  uses: {
    services: { "binance-data-storage": "startup" },
    postgres: { role: "binance_trader_grid", schemas: { trader_grid: "own", market_data: "read" } },
    cache: { prefix: "grid", reads: ["regime"] },
    queues: { publish: ["order-commands"] },
    topics: {
      produce: ["trading-signals", "trade-events", "system-health"],
      consume: ["kline-events", "regime-changes"],
    },
    exchanges: ["binance"],
  },
  secrets: ["BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_REST_BASE_URL"],
  metrics: [
    ...["trades_total", "orders_placed_total", "orders_filled_total", "order_placement_duration_seconds"],
    ...["active_positions", "unrealized_pnl", "order_slippage_bps", "strategy_sharpe_ratio", "max_positions"],
    ...["strategy_last_heartbeat_timestamp_seconds", "trading_kill_switch_active", "component_health_status"],
    ...["exchange_api_requests_total", "exchange_api_used_weight", "exchange_api_weight_limit"],
  ],
  markets: ["crypto"],
  executesTrades: true,
} satisfies Service;
