import type { Topic } from "./types.ts";

/** Kafka topics that services share. Keys are the symbol (or the service's name), so that order holds per key. */
export const topics: readonly Topic[] = [
  {
    name: "kline-events",
    description: "Closed candles of every symbol and interval",
    owner: "market-data",
    schema: "kline-event",
    partitions: 12,
    retentionHours: 168,
    cleanup: "delete",
  },
  {
    name: "trading-signals",
    description: "What a strategy wants to do, before risk checks",
    owner: "trading",
    schema: "trading-signal",
    partitions: 6,
    retentionHours: 168,
    cleanup: "delete",
  },
  {
    name: "trade-events",
    description: "Every order and its outcome: the audit trail",
    owner: "trading",
    schema: "trade-event",
    partitions: 6,
    retentionHours: 720,
    cleanup: "delete",
  },
  {
    name: "regime-changes",
    description: "Market regime per symbol, last one kept",
    owner: "machine-learning",
    schema: "regime-change",
    partitions: 3,
    retentionHours: 720,
    cleanup: "compact",
  },
  {
    name: "system-health",
    description: "Health of each component of each service",
    owner: "platform",
    schema: "health-report",
    partitions: 3,
    retentionHours: 24,
    cleanup: "delete",
  },
];
