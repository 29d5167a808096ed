import { z } from "zod";
import { containerSize } from "./containerSize.ts";
import { gibibytes } from "./quantities.ts";

/** What a stack may change about a topic of the catalog. */
const topicOverride = z.strictObject({
  /** Partitions in this environment; can grow, never shrink. */
  partitions: z.number().int().min(1).max(1000).optional().describe("partitions in this environment"),
  /** Hours that messages are kept in this environment. */
  retentionHours: z.number().int().min(1).max(87_600).optional().describe("hours that messages are kept"),
});

/** Kafka (KRaft, by Strimzi), its topics, and the schema registry. */
export const kafkaSchema = z.strictObject({
  /** `combined`: every node is broker and controller, for small stacks; `separate`: controllers have a pool of their own. */
  roles: z.enum(["combined", "separate"]).describe("one pool of combined nodes, or controllers apart from brokers"),
  /** Brokers; in the combined role also the number of controllers. */
  brokers: z.number().int().min(1).max(99).describe("brokers"),
  /** Controllers of the separate role; odd, for they vote. */
  controllers: z.number().int().min(1).max(9).default(3).describe("controllers, odd"),
  /** Size of each broker's volume in GiB; it can grow, never shrink. */
  brokerStorageGibibytes: gibibytes(1),
  /** Size of each controller's volume in GiB. */
  controllerStorageGibibytes: gibibytes(1).default(20),
  /** Size of one broker; half of the memory becomes the heap, the rest is page cache. */
  brokerSize: containerSize.describe("size of one broker"),
  /** Copies of each partition. */
  replicationFactor: z.number().int().min(1).max(9).describe("copies of each partition"),
  /** Copies that must have a message before it counts as written; below the replication factor, so that one may fail. */
  minimumInSyncReplicas: z.number().int().min(1).max(8).describe("copies that must confirm a message"),
  /** Let Cruise Control move partitions so that brokers carry equal load; needs two brokers. */
  cruiseControl: z.boolean().default(false).describe("balance the brokers by Cruise Control"),
  /** Pods of the operator; the second takes over when the first one's node goes. */
  operatorReplicas: z.number().int().min(1).max(3).default(1).describe("pods of the operator"),
  /** Replicas of the schema registry; one leads, the others forward writes. */
  schemaRegistryReplicas: z.number().int().min(1).max(5).describe("replicas of the schema registry"),
  /** What this stack changes about topics of the catalog, by topic name. */
  topics: z.record(z.string(), topicOverride).default({}).describe("overrides by topic name"),
});

/** Settings of the section `kafka`, complete. */
export type KafkaSettings = z.output<typeof kafkaSchema>;
