import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Topic } from "../../catalog/types.ts";
import type { KafkaSettings } from "../../stack/sections/kafka.ts";
import { type PlatformContext, readiness } from "./context.ts";
import { DrainCleaner } from "./drainCleaner.ts";
import { createGeneratedSecret, createPassword, custodyOf, type SecretCustody } from "./generatedSecret.ts";
import { kafkaMetricsConfigMap, kafkaMetricsData, kafkaMonitors, operatorMetrics } from "./kafkaMetrics.ts";
import {
  type KafkaPlatformUser,
  kafkaBootstrapServers,
  kafkaNamespace,
  kafkaPlatformUsers,
  kafkaUserSecretPath,
} from "./kafkaNames.ts";
import {
  kafkaCertificateNames,
  kafkaNodePools,
  kafkaResource,
  kafkaTlsSecret,
  strimziValues,
} from "./kafkaResources.ts";
import { planTopics, schemasTopic } from "./kafkaTopics.ts";
import { kafkaPasswordSecret, kafkaPlatformUser } from "./kafkaUsers.ts";
import { allowFlows, type Flows, toApiServer, withinNamespace } from "./networkPolicies.ts";
import { hasBudget } from "./pods.ts";
import { installChart } from "./release.ts";
import { SchemaRegistry } from "./schemaRegistry.ts";
import { createExternalSecret, createInsideCertificate } from "./secretResources.ts";

/** Arguments of `Kafka`. */
export interface KafkaArgs extends SecretCustody {
  context: PlatformContext;
  /** Pools, volumes, replication, overrides of topics: the section `kafka` of the stack file. */
  settings: KafkaSettings;
  /** Topics of the catalog. */
  topics: readonly Topic[];
  /** Topic that Logstash reads: the audit trail. */
  auditTopic: string;
}

/**
 * Kafka without ZooKeeper, run by Strimzi: node pools, one listener behind TLS and SCRAM, topics of the catalog, users
 * with ACLs, metrics; and the schema registry.
 */
export class Kafka extends pulumi.ComponentResource {
  /** Bootstrap address of the listener for clients. */
  readonly bootstrapServers: string;
  /** Address of the schema registry. */
  readonly schemaRegistryUrl: string;

  constructor(name: string, args: KafkaArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Kafka", name, { settings: args.settings, auditTopic: args.auditTopic }, opts);
    const { context, settings } = args;
    const policies = createPolicies(name, context, this);
    const operator = installChart(
      `${name}-operator`,
      {
        chart: "strimzi-kafka-operator",
        context,
        namespace: kafkaNamespace,
        values: strimziValues(context, settings.operatorReplicas),
      },
      { parent: this, dependsOn: policies },
    );
    const cluster = createCluster(name, args, { parent: this, dependsOn: [operator] });
    if (hasBudget(settings.brokers)) {
      new DrainCleaner(`${name}-drain-cleaner`, { context }, { parent: this, dependsOn: [operator] });
    }
    const topics = createTopics(name, args, { parent: this, dependsOn: [cluster] });
    const users = kafkaPlatformUsers.map((user) =>
      createUser(name, user, args, { parent: this, dependsOn: [cluster] }),
    );
    const registry = new SchemaRegistry(
      `${name}-schema-registry`,
      {
        context,
        replicas: settings.schemaRegistryReplicas,
        replicationFactor: settings.replicationFactor,
        ...custodyOf(args),
      },
      { parent: this, dependsOn: [...topics, ...users] },
    );

    this.bootstrapServers = kafkaBootstrapServers;
    this.schemaRegistryUrl = registry.url;
    this.registerOutputs({ bootstrapServers: this.bootstrapServers, schemaRegistryUrl: this.schemaRegistryUrl });
  }
}

/**
 * What may flow in the namespace. Strimzi writes the policies for what reaches brokers and controllers; egress and the
 * operators' metrics are ours.
 */
function kafkaFlows(context: Pick<PlatformContext, "vpcCidr" | "serviceCidr">): { [name: string]: Flows } {
  return {
    // Brokers ask the API server for their node's zone; the operators work with it all day.
    "kafka-egress": {
      namespace: kafkaNamespace,
      egress: [withinNamespace(kafkaNamespace), toApiServer(context)],
    },
    "kafka-operators": {
      namespace: kafkaNamespace,
      pods: { "strimzi.io/kind": "cluster-operator" },
      ingress: [operatorMetrics],
    },
    "kafka-entity-operator": {
      namespace: kafkaNamespace,
      pods: { "app.kubernetes.io/name": "entity-operator" },
      ingress: [operatorMetrics],
    },
  };
}

function createPolicies(name: string, context: PlatformContext, parent: pulumi.Resource) {
  return Object.entries(kafkaFlows(context)).map(
    ([policy, flows]) =>
      new kubernetes.networking.v1.NetworkPolicy(`${name}-flows-${policy}`, allowFlows(policy, flows), { parent }),
  );
}

interface Ordered {
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[];
}

function createCluster(name: string, { context, settings }: KafkaArgs, opts: Ordered) {
  const { parent } = opts;
  const certificate = createInsideCertificate(
    `${name}-certificate`,
    {
      name: kafkaTlsSecret,
      namespace: kafkaNamespace,
      dnsNames: kafkaCertificateNames(),
    },
    context,
    { parent },
  );
  const metrics = new kubernetes.core.v1.ConfigMap(
    `${name}-metrics`,
    { metadata: { name: kafkaMetricsConfigMap, namespace: kafkaNamespace }, data: kafkaMetricsData() },
    { parent },
  );
  const pools = kafkaNodePools(context, settings).map(
    (pool) =>
      new kubernetes.apiextensions.CustomResource(`${name}-pool-${pool.metadata.name}`, pool, {
        ...opts,
        protect: context.protect,
      }),
  );
  const manifest = kafkaResource(settings);
  const cluster = new kubernetes.apiextensions.CustomResource(
    `${name}-cluster`,
    { ...manifest, metadata: { ...manifest.metadata, annotations: readiness(context, "condition=Ready") } },
    {
      parent,
      dependsOn: [...opts.dependsOn, certificate, metrics, ...pools],
      protect: context.protect,
      customTimeouts: { create: "30m", update: "60m" },
    },
  );
  for (const monitor of kafkaMonitors()) {
    new kubernetes.apiextensions.CustomResource(`${name}-monitor-${monitor.metadata.name}`, monitor, { parent });
  }
  return cluster;
}

/**
 * Deleting a KafkaTopic deletes its data, so where data is protected a topic that leaves the catalog stays until somebody
 * deletes it by hand. Elsewhere it goes: one that stayed would keep its finalizer, and with the operator gone that is taken
 * off by nobody, so the namespace could never be deleted.
 */
function createTopics(name: string, { context, settings, topics }: KafkaArgs, opts: Ordered) {
  return [...planTopics(topics, settings), schemasTopic(settings)].map(
    (topic) =>
      new kubernetes.apiextensions.CustomResource(
        `${name}-topic-${topic.metadata.name}`,
        { ...topic, metadata: { ...topic.metadata, annotations: readiness(context, "condition=Ready") } },
        { ...opts, protect: context.protect, retainOnDelete: context.protect },
      ),
  );
}

function createUser(name: string, user: KafkaPlatformUser, args: KafkaArgs, opts: Ordered) {
  const { context, auditTopic } = args;
  const { parent } = opts;
  const secret = createGeneratedSecret(
    `${name}-user-${user}-login`,
    {
      ...args,
      path: kafkaUserSecretPath(user),
      description: `Password of the Kafka user ${user}`,
      value: pulumi.jsonStringify({ password: createPassword(`${name}-user-${user}-password`, parent) }),
    },
    parent,
  );
  const password = createExternalSecret(
    `${name}-user-${user}-secret`,
    {
      name: kafkaPasswordSecret(user),
      namespace: kafkaNamespace,
      data: { password: { path: kafkaUserSecretPath(user), property: "password" } },
    },
    context,
    { parent, dependsOn: [secret] },
  );
  const manifest = kafkaPlatformUser(user, auditTopic);
  return new kubernetes.apiextensions.CustomResource(
    `${name}-user-${user}`,
    { ...manifest, metadata: { ...manifest.metadata, annotations: readiness(context, "condition=Ready") } },
    { parent, dependsOn: [...opts.dependsOn, password] },
  );
}
