import type { Service } from "../types.ts";

export default {
  name: "trading-system",
  description: "Trading API: portfolio, risk checks and order execution",
  kind: "fastApi",
  owner: "trading",
  tier: "critical",
  sensitivity: "restricted",
  port: 8090,
  replicas: 3,
  resources: { cpuMillicores: 2000, memoryMebibytes: 2048 },
  autoscaling: { minimum: 2, maximum: 10, cpuPercent: 70, memoryPercent: 80 },
  public: { host: "api", path: "/", bodyKibibytes: 256 },
  uses: {
    services: { "regime-detection": "optional", "ml-platform": "optional" },
    postgres: { role: "trading_system", schemas: { trading: "own", market_data: "read" }, poolSize: 15 },
    cache: { prefix: "trading", reads: ["regime"] },
    queues: { publish: ["notifications"], consume: ["order-commands"] },
    topics: { produce: ["trade-events", "system-health"], consume: ["trading-signals", "regime-changes"] },
    exchanges: ["binance", "zerodha"],
  },
  secrets: ["BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_REST_BASE_URL", "ZERODHA_API_KEY", "ZERODHA_API_SECRET"],
  metrics: [
    "portfolio_value_dollars",
    "portfolio_risk_ratio",
    "portfolio_value_at_risk_dollars",
    "daily_pnl_dollars",
    "order_latency_seconds",
  ],
  markets: ["crypto", "nse"],
  executesTrades: true,
  shutdownSeconds: 60,
} satisfies Service;
