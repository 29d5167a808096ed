import type { Service } from "../types.ts";

export default {
  name: "trading-bot",
  description: "Strategies that run day and night on EC2, apart from the cluster",
  kind: "bot",
  owner: "trading",
  tier: "critical",
  sensitivity: "restricted",
  port: 8200,
  replicas: 1,
  resources: { cpuMillicores: 2000, memoryMebibytes: 2048 },
  uses: {
    exchanges: ["binance", "betfair"],
  },
  secrets: [
    ...["BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_REST_BASE_URL"],
    ...["BETFAIR_APPLICATION_KEY", "BETFAIR_USERNAME", "BETFAIR_PASSWORD"],
  ],
  metrics: [
    ...["trades_total", "orders_placed_total", "orders_filled_total", "order_placement_duration_seconds"],
    ...["active_positions", "unrealized_pnl", "strategy_last_heartbeat_timestamp_seconds", "component_health_status"],
    ...["exchange_api_requests_total", "exchange_api_used_weight", "exchange_api_weight_limit"],
  ],
  markets: ["crypto", "sports"],
  executesTrades: true,
} satisfies Service;
