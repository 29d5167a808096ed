import type { Service } from "../types.ts";

export default {
  name: "admin-portal",
  description: "Operations portal: health, accounts, kill switches, search in the audit trail",
  kind: "fastApi",
  owner: "platform",
  tier: "supporting",
  sensitivity: "confidential",
  port: 8100,
  replicas: 2,
  resources: { cpuMillicores: 500, memoryMebibytes: 512 },
  public: { host: "dashboard", path: "/admin", requestsPerSecond: 20 },
  uses: {
    services: {
      "trading-system": "requests",
      "data-platform": "optional",
      "ml-platform": "optional",
      "regime-detection": "optional",
      "streaming-platform": "optional",
    },
    postgres: { role: "admin_portal", schemas: { administration: "own", trading: "read" } },
    cache: { prefix: "admin" },
    queues: { publish: ["notifications", "training-jobs"] },
    topics: { consume: ["system-health"] },
    elasticsearch: { read: ["trade-events*"] },
  },
  secrets: ["SESSION_KEY"],
  slos: { latency: { objectivePercent: 95, windowDays: 30, thresholdMilliseconds: 500 } },
} satisfies Service;
