import { z } from "zod";
import { containerSize } from "./containerSize.ts";
import { day } from "./quantities.ts";

/** Loki and Alloy: all pod logs and Kubernetes events. */
export const loggingSchema = z.strictObject({
  loki: z.strictObject({
    /**
     * `monolithic` runs all of Loki in one pod, or in three that replicate; `distributed` scales reading and writing
     * apart, so that a heavy query cannot delay what is being written.
     */
    mode: z.enum(["monolithic", "distributed"]).describe("monolithic or distributed"),
    /** Pods that take logs in: all of Loki when monolithic, the ingesters when distributed. An odd number. */
    replicas: z.number().int().min(1).max(15).describe("pods that take logs in: 1, 3, 5…"),
    /** Days that logs are kept; the same number holds for CloudWatch. */
    retentionDays: z.number().int().min(1).max(3650).describe("days that logs are kept"),
    /** Days after which the bucket itself throws objects away: the net below Loki's own retention, so it must be longer. */
    bucketLifecycleDays: z.number().int().min(2).max(4000).describe("days after which the bucket drops objects"),
    /** Volume for the write-ahead log of each pod that takes logs in, in GiB. */
    volumeGibibytes: z.number().int().min(5).max(1000).describe("volume of each pod, GiB"),
    /** Ingestion limit in MiB a second; above it logs are refused and counted. */
    ingestionMebibytesPerSecond: z.number().int().min(1).max(500).default(20).describe("ingestion limit, MiB/s"),
    /** First day of the index schema; never change it once logs are written. */
    schemaFrom: day.default("2026-11-01").describe("first day of the index schema, YYYY-MM-DD"),
    /** Memory of the caches in MiB for each pod; null for none. */
    caches: z
      .strictObject({
        replicas: z.number().int().min(1).max(8).default(2).describe("pods of each cache"),
        chunksMebibytes: z.number().int().min(128).max(65536).describe("chunk cache of each pod, MiB"),
        resultsMebibytes: z.number().int().min(64).max(16384).describe("result cache of each pod, MiB"),
      })
      .nullable()
      .default(null)
      .describe("caches; null for none"),
    size: containerSize.describe("size of each pod that takes logs in"),
  }),
  alloy: z
    .strictObject({
      /** Pods that read Kubernetes events; one works, the others stand by. */
      eventReplicas: z.number().int().min(1).max(3).default(1).describe("pods that read Kubernetes events"),
      size: containerSize.prefault({ cpu: "100m", memory: "512Mi" }),
    })
    .prefault({}),
});

/** Settings of the section `logging`, complete. */
export type LoggingSettings = z.output<typeof loggingSchema>;
