import type { PlannedResource } from "./resource.ts";

/** Types that hold data which a new one would not have: losing them is losing something. */
const statefulTypes: ReadonlySet<string> = new Set([
  "aws:rds/instance:Instance",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:mq/broker:Broker",
  "aws:s3/bucket:Bucket",
  "aws:kms/key:Key",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:secretsmanager/secret:Secret",
  "aws:backup/vault:Vault",
  "aws:cloudtrail/trail:Trail",
  "aws:route53/zone:Zone",
  "aws:eks/cluster:Cluster",
  "aws:ecr/repository:Repository",
  "kubernetes:kafka.strimzi.io/v1:Kafka",
  "kubernetes:kafka.strimzi.io/v1:KafkaTopic",
  "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch",
]);

/** True for a resource whose deletion loses data. */
export function isStateful({ type }: PlannedResource): boolean {
  return statefulTypes.has(type);
}
