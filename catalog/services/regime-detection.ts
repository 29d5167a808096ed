import type { Service } from "../types.ts";

export default {
  name: "regime-detection",
  description: "Tells trending, ranging and volatile markets apart and announces changes",
  kind: "fastApi",
  owner: "machine-learning",
  tier: "standard",
  sensitivity: "internal",
  port: 8020,
  replicas: 2,
  resources: { cpuMillicores: 1000, memoryMebibytes: 2048 },
  uses: {
    services: { "data-platform": "startup", "ml-platform": "optional" },
    cache: { prefix: "regime" },
    topics: { produce: ["regime-changes", "system-health"], consume: ["kline-events"] },
    buckets: [{ bucket: "models", access: "read", prefix: "regime/" }],
  },
  slos: { latency: { objectivePercent: 99, windowDays: 30, thresholdMilliseconds: 250 } },
} satisfies Service;
