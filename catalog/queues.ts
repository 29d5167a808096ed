import type { Queue } from "./types.ts";

/** Queues of the message broker: work that one consumer does once. */
export const queues: readonly Queue[] = [
  {
    name: "order-commands",
    description: "Orders that passed the risk checks, to be placed",
    owner: "trading",
    deliveryLimit: 3,
    maximumLength: 10_000,
  },
  {
    name: "backtest-jobs",
    description: "Backtests asked for by people",
    owner: "data-platform",
    deliveryLimit: 2,
    maximumLength: 1_000,
  },
  {
    name: "training-jobs",
    description: "Models to train or to evaluate again",
    owner: "machine-learning",
    deliveryLimit: 2,
    maximumLength: 1_000,
  },
  {
    name: "notifications",
    description: "Messages for people on the dashboard",
    owner: "web",
    deliveryLimit: 5,
    maximumLength: 50_000,
  },
];
