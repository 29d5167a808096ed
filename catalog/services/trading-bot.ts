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
    "BINANCE_API_KEY",
    "BINANCE_API_SECRET",
    "BINANCE_REST_BASE_URL",
    "BETFAIR_APPLICATION_KEY",
    "BETFAIR_USERNAME",
    "BETFAIR_PASSWORD",
  ],
  markets: ["crypto", "sports"],
  executesTrades: true,
} satisfies Service;
