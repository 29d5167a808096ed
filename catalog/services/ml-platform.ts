import type { Service } from "../types.ts";

export default {
  name: "ml-platform",
  description: "Trains models and serves their predictions",
  kind: "fastApi",
  owner: "machine-learning",
  tier: "standard",
  sensitivity: "confidential",
  port: 8010,
  replicas: 2,
  resources: { cpuMillicores: 4000, memoryMebibytes: 8192 },
  autoscaling: { minimum: 2, maximum: 4 },
  uses: {
    services: { "data-platform": "requests" },
    postgres: { role: "ml_platform", schemas: { models: "own", datasets: "read" } },
    cache: { prefix: "predictions" },
    queues: { publish: ["training-jobs", "notifications"], consume: ["training-jobs"] },
    topics: { produce: ["system-health"] },
    buckets: [
      { bucket: "market-data", access: "read", prefix: "" },
      { bucket: "models", access: "readWrite", prefix: "" },
    ],
  },
  slos: { latency: { objectivePercent: 95, windowDays: 30, thresholdMilliseconds: 250 } },
  metrics: ["etl_runs_total"],
} satisfies Service;
