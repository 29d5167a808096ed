import type { SharedBucket } from "./types.ts";

/** Buckets that services share, beyond those that the platform keeps for itself (logs, backups, audit). */
export const buckets: readonly SharedBucket[] = [
  {
    name: "market-data",
    description: "Candles and features as Parquet files, by symbol and day",
    owner: "data-platform",
    sensitivity: "internal",
  },
  {
    name: "models",
    description: "Trained models with their metrics, one folder per version",
    owner: "machine-learning",
    sensitivity: "confidential",
  },
];
