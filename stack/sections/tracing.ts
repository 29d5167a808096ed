import { z } from "zod";
import { containerSize } from "./containerSize.ts";

/** OpenTelemetry Collector in two tiers, and Jaeger. */
export const tracingSchema = z.strictObject({
  gateway: z.strictObject({
    /** Pods that take spans in and send all spans of a trace to the same sampler. */
    replicas: z.number().int().min(1).max(20).describe("pods that take spans in"),
    /** Most pods under load; the same number as `replicas` switches autoscaling off. */
    maximumReplicas: z.number().int().min(1).max(50).describe("most pods under load"),
    size: containerSize.prefault({ cpu: "200m", memory: "512Mi" }),
  }),
  sampler: z.strictObject({
    /** Pods that decide which traces are kept. Not autoscaled: a change of number splits the traces in flight. */
    replicas: z.number().int().min(1).max(20).describe("pods that decide which traces are kept"),
    size: containerSize.prefault({ cpu: "300m", memory: "2Gi" }),
  }),
  sampling: z
    .strictObject({
      /** Seconds that a trace is held before the decision; longer than the slowest order. */
      decisionWaitSeconds: z.number().int().min(1).max(120).default(15).describe("seconds before the decision"),
      /** Traces held at once by one sampler. */
      tracesInMemory: z.number().int().min(1000).max(1_000_000).default(50_000).describe("traces held at once"),
      /** Traces at least this slow are kept, in milliseconds; the latency objective is 100 ms. */
      slowMilliseconds: z.number().int().min(1).max(60_000).default(500).describe("slow traces are kept, ms"),
      /** Share of all other traces that is kept, in percent. */
      probabilityPercent: z.number().min(0).max(100).describe("share of ordinary traces kept, percent"),
    })
    .describe("which traces are kept: errors, slow ones, trade orders, and a share of the others"),
  /** Make rate, error and duration metrics of every span before sampling; they feed Jaeger's and Grafana's service graphs. */
  spanMetrics: z.boolean().default(true).describe("make metrics of spans"),
  jaeger: z.strictObject({
    replicas: z.number().int().min(1).max(10).describe("pods of Jaeger"),
    /** Days that traces are kept. */
    retentionDays: z.number().int().min(1).max(365).describe("days that traces are kept"),
    /** Shards of a day's span index. */
    shards: z.number().int().min(1).max(20).default(1).describe("shards of a day's span index"),
    /** Copies of each shard; more than 0 needs a second data node. */
    shardReplicas: z.number().int().min(0).max(3).describe("copies of each shard"),
    size: containerSize.prefault({ cpu: "500m", memory: "2Gi" }),
  }),
});

/** Settings of the section `tracing`, complete. */
export type TracingSettings = z.output<typeof tracingSchema>;
