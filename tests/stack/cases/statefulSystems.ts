import type { WrongCase } from "./types.ts";

/** A case that changes one section. */
function wrong(
  name: string,
  section: string,
  // biome-ignore lint/suspicious/noExplicitAny: a wrong file has no type
  change: (values: any) => void,
  key: string,
  allowed: RegExp,
): WrongCase {
  return { name, change: (config) => change(config[`trading-platform:${section}`]), expect: { key, allowed } };
}

/** Wrong stack files about Vault, Consul, Kafka and Elasticsearch. */
export const statefulSystemsCases: WrongCase[] = [
  wrong("an even number of Vault servers", "vault", (vault) => (vault.replicas = 4), "vault.replicas", /odd number/),
  wrong(
    "more parts of the recovery key needed than made",
    "vault",
    (vault) => Object.assign(vault, { recoveryShares: 3, recoveryThreshold: 4 }),
    "vault.recoveryThreshold",
    /at most vault.recoveryShares \(3\)/,
  ),
  wrong(
    "a split recovery key of which one part is enough",
    "vault",
    (vault) => Object.assign(vault, { recoveryShares: 3, recoveryThreshold: 1 }),
    "vault.recoveryThreshold",
    /at least 2/,
  ),
  wrong(
    "a schedule that is no cron expression",
    "vault",
    (vault) => (vault.snapshotSchedule = "hourly"),
    "vault.snapshotSchedule",
    /five fields/,
  ),
  wrong(
    "an even number of Consul servers",
    "consul",
    (consul) => (consul.replicas = 2),
    "consul.replicas",
    /odd number/,
  ),
  wrong(
    "an even number of combined Kafka nodes",
    "kafka",
    (kafka) => (kafka.brokers = 2),
    "kafka.brokers",
    /odd number/,
  ),
  wrong(
    "an even number of Kafka controllers",
    "kafka",
    (kafka) => Object.assign(kafka, { roles: "separate", controllers: 2 }),
    "kafka.controllers",
    /odd number/,
  ),
  wrong(
    "more copies than brokers",
    "kafka",
    (kafka) => (kafka.replicationFactor = 3),
    "kafka.replicationFactor",
    /number of brokers \(1\)/,
  ),
  wrong(
    "as many confirming copies as there are",
    "kafka",
    (kafka) => Object.assign(kafka, { brokers: 3, replicationFactor: 3, minimumInSyncReplicas: 3 }),
    "kafka.minimumInSyncReplicas",
    /at most 2/,
  ),
  wrong(
    "Cruise Control for one broker",
    "kafka",
    (kafka) => (kafka.cruiseControl = true),
    "kafka.cruiseControl",
    /nothing to balance/,
  ),
  wrong(
    "a broker without memory for a heap",
    "kafka",
    (kafka) => (kafka.brokerSize.memory = "512Mi"),
    "kafka.brokerSize.memory",
    /at least "1Gi"/,
  ),
  wrong(
    "an even number of dedicated masters",
    "elastic",
    (elastic) => (elastic.masters = 2),
    "elastic.masters",
    /odd number/,
  ),
  wrong(
    "two data nodes that elect among themselves",
    "elastic",
    (elastic) => (elastic.dataNodes = 2),
    "elastic.dataNodes",
    /1 or at least 3/,
  ),
  wrong(
    "replicas without a node to live on",
    "elastic",
    (elastic) => (elastic.shardReplicas = 1),
    "elastic.shardReplicas",
    /at most 0/,
  ),
  wrong(
    "a hot tier longer than the whole",
    "elastic",
    (elastic) => (elastic.audit.hotDays = 7),
    "elastic.audit.hotDays",
    /below elastic.audit.searchDays \(7\)/,
  ),
  wrong(
    "snapshots that end before the audit trail has left the cluster",
    "elastic",
    (elastic) => (elastic.snapshotRetentionDays = 7),
    "elastic.snapshotRetentionDays",
    /more than elastic.audit.searchDays/,
  ),
  wrong(
    "a data node without memory for a heap",
    "elastic",
    (elastic) => (elastic.dataSize.memory = "1Gi"),
    "elastic.dataSize.memory",
    /at least "2Gi"/,
  ),
];
