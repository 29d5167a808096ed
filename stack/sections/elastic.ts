import { z } from "zod";
import { containerSize } from "./containerSize.ts";
import { cron, gibibytes } from "./quantities.ts";

/** Elasticsearch, Kibana and Logstash, with the trade audit trail. */
export const elasticSchema = z.strictObject({
  /** Dedicated master nodes; 0 lets the data nodes elect the master among themselves. Odd, for they vote. */
  masters: z.number().int().min(0).max(5).describe("dedicated master nodes, odd or 0"),
  /** Data nodes. */
  dataNodes: z.number().int().min(1).max(50).describe("data nodes"),
  /** Size of each data node's volume in GiB. */
  dataGibibytes: gibibytes(5),
  /** Size of one data node; Elasticsearch takes half of the memory as heap. */
  dataSize: containerSize.describe("size of one data node"),
  /**
   * Map index files into memory. Needs `vm.max_map_count` of at least 262144 on the nodes, which EKS Auto Mode lets
   * nobody set: leave off unless the nodes are your own.
   */
  memoryMapping: z.boolean().default(false).describe("map index files into memory"),
  /** Replicas of each shard; 0 only where a lost node may lose data. */
  shardReplicas: z.number().int().min(0).max(4).describe("replicas of each shard"),
  /** Pods of the operator; the second takes over when the first one's node goes. */
  operatorReplicas: z.number().int().min(1).max(3).default(1).describe("pods of the operator"),
  /** Replicas of Kibana. */
  kibanaReplicas: z.number().int().min(1).max(5).describe("replicas of Kibana"),
  /** Replicas of Logstash; they share the partitions of the audit topic. */
  logstashReplicas: z.number().int().min(1).max(10).describe("replicas of Logstash"),
  /** The trade audit trail. */
  audit: z
    .strictObject({
      /** Topic of the catalog whose events are the audit trail. */
      topic: z.string().default("trade-events").describe("topic of the audit trail"),
      /** Days on the hot tier, where events are written. */
      hotDays: z.number().int().min(1).max(365).default(30).describe("days on the hot tier"),
      /** Days until an event leaves the cluster; from then on it is in the snapshots and in the locked bucket. */
      searchDays: z.number().int().min(2).max(3650).default(90).describe("days until an event leaves the cluster"),
    })
    .prefault({}),
  /** Days that candles can be searched. */
  klineSearchDays: z.number().int().min(1).max(3650).default(90).describe("days that candles can be searched"),
  /** When Elasticsearch copies its indices to S3, as a cron expression in UTC. */
  snapshotSchedule: cron.default("30 1 * * *"),
  /** Days that snapshots are kept; must exceed `audit.searchDays`, or the trail would have a hole. */
  snapshotRetentionDays: z.number().int().min(1).max(3650).describe("days that snapshots are kept"),
});

/** Settings of the section `elastic`, complete. */
export type ElasticSettings = z.output<typeof elasticSchema>;
