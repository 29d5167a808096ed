import type { Service } from "../types.ts";

export default {
  name: "dashboard",
  description: "Web dashboard for traders",
  kind: "http",
  owner: "web",
  tier: "standard",
  sensitivity: "confidential",
  port: 3080,
  replicas: 2,
  resources: { cpuMillicores: 1000, memoryMebibytes: 1024 },
  autoscaling: { minimum: 2, maximum: 5 },
  public: { host: "dashboard", path: "/" },
  uses: {
    services: { "trading-system": "requests", "streaming-platform": "optional", "data-platform": "optional" },
    cache: { prefix: "dashboard" },
    queues: { consume: ["notifications"] },
  },
  secrets: ["SESSION_KEY"],
} satisfies Service;
