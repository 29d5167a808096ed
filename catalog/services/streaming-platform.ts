import type { Service } from "../types.ts";

export default {
  name: "streaming-platform",
  description: "Pushes candles, signals and trades to browsers over WebSocket",
  kind: "fastApi",
  owner: "data-platform",
  tier: "standard",
  sensitivity: "confidential",
  port: 8030,
  replicas: 2,
  resources: { cpuMillicores: 1000, memoryMebibytes: 1024 },
  autoscaling: { minimum: 2, maximum: 8 },
  public: { host: "api", path: "/stream", timeoutSeconds: 3600 },
  uses: {
    cache: { prefix: "stream" },
    topics: { produce: ["system-health"], consume: ["kline-events", "trading-signals", "trade-events"] },
  },
  shutdownSeconds: 120,
} satisfies Service;
