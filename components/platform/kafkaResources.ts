import { mebibytesOf } from "../../stack/memory.ts";
import type { KafkaSettings } from "../../stack/sections/kafka.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { cruiseControlMetricsKey, kafkaMetricsConfigMap, kafkaMetricsKey } from "./kafkaMetrics.ts";
import { kafkaCluster, kafkaLabels, kafkaNamespace, kafkaPort } from "./kafkaNames.ts";
import { hasBudget, onStatefulNodes, resources, restrictedPod, topologySpread, withoutProcessorLimit } from "./pods.ts";
import type { ChartValues } from "./values.ts";

/** Version of Kafka, and the version of its metadata, which is raised after every broker runs the new version. */
const kafkaVersion = { version: "4.3.1", metadataVersion: "4.3-IV0" } as const;

/** Secret with the listener's certificate, of the cluster's own authority. */
export const kafkaTlsSecret = "kafka-listener-tls";

type PoolContext = Pick<PlatformContext, "storageClassName" | "topologySpread" | "statefulPool">;

/** Values of the operator's chart. */
export function strimziValues(context: Pick<PlatformContext, "topologySpread">, replicas: number): ChartValues {
  return {
    replicas,
    // Only its own namespace, so that its rights end there.
    watchNamespaces: [],
    watchAnyNamespace: false,
    leaderElection: { enable: true },
    podDisruptionBudget: hasBudget(replicas) ? { enabled: true, minAvailable: 1 } : { enabled: false },
    priorityClassName: priorityClasses.stateful,
    generateNetworkPolicy: true,
    generatePodDisruptionBudget: true,
    createAggregateRoles: false,
    resources: withoutProcessorLimit(resources("200m", "512Mi")),
    podSecurityContext: restrictedPod(),
    // All that the operator starts gets the security contexts of Pod Security level restricted.
    extraEnvs: [{ name: "STRIMZI_POD_SECURITY_PROVIDER_CLASS", value: "restricted" }],
    topologySpreadConstraints: topologySpread(context, replicas, {
      "strimzi.io/kind": "cluster-operator",
    }),
  };
}

interface Pool {
  name: string;
  roles: ("broker" | "controller")[];
  replicas: number;
  storageGibibytes: number;
  cpu: string;
  memory: string;
  /** Seconds to hand over leaderships and write what is in memory. */
  shutdownSeconds: number;
}

/** The node pools: one of combined nodes, or controllers apart from brokers. */
export function kafkaNodePools(context: PoolContext, settings: KafkaSettings) {
  const broker = {
    replicas: settings.brokers,
    storageGibibytes: settings.brokerStorageGibibytes,
    ...settings.brokerSize,
    shutdownSeconds: 120,
  };
  const pools: Pool[] =
    settings.roles === "combined"
      ? [{ ...broker, name: "combined", roles: ["controller", "broker"] }]
      : [
          {
            name: "controller",
            roles: ["controller"],
            replicas: settings.controllers,
            storageGibibytes: settings.controllerStorageGibibytes,
            cpu: "250m",
            memory: "2Gi",
            shutdownSeconds: 60,
          },
          { ...broker, name: "broker", roles: ["broker"] },
        ];
  return pools.map((pool) => nodePool(context, pool));
}

function nodePool(context: PoolContext, pool: Pool) {
  const labels = { ...kafkaLabels, "strimzi.io/pool-name": pool.name };
  const heap = `${Math.floor(mebibytesOf(pool.memory) / 2)}m`;
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaNodePool",
    metadata: { name: pool.name, namespace: kafkaNamespace, labels: kafkaLabels },
    spec: {
      replicas: pool.replicas,
      roles: pool.roles,
      resources: resources(pool.cpu, pool.memory),
      jvmOptions: { "-Xms": heap, "-Xmx": heap, gcLoggingEnabled: false },
      storage: {
        type: "jbod",
        volumes: [
          {
            id: 0,
            type: "persistent-claim",
            size: `${pool.storageGibibytes}Gi`,
            class: context.storageClassName,
            // Volumes outlive the resource: deleting the data is done by hand.
            deleteClaim: false,
            kraftMetadata: "shared",
          },
        ],
      },
      template: {
        pod: {
          priorityClassName: priorityClasses.stateful,
          terminationGracePeriodSeconds: pool.shutdownSeconds,
          securityContext: restrictedPod(1001),
          // Since Strimzi 0.49 the rack setting does not spread pods any more.
          topologySpreadConstraints: topologySpread(context, pool.replicas, labels),
          ...placement(context, pool.replicas, labels),
        },
      },
    },
  };
}

/** Where the pods may stand. Strimzi knows no `nodeSelector`, only affinity. */
function placement(context: PoolContext, replicas: number, labels: { [label: string]: string }) {
  const { nodeSelector } = onStatefulNodes(context);
  const affinity = {
    ...(replicas > 1 ? onePerNode(labels) : {}),
    ...(nodeSelector && {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: Object.entries(nodeSelector).map(([key, value]) => ({
                key,
                operator: "In",
                values: [value],
              })),
            },
          ],
        },
      },
    }),
  };
  return Object.keys(affinity).length > 0 ? { affinity } : {};
}

/** Two brokers on one node would be lost together. */
function onePerNode(matchLabels: { [label: string]: string }) {
  return {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels } },
      ],
    },
  };
}

/** Names of the listener's certificate: the bootstrap Service, and every broker behind the headless one. */
export function kafkaCertificateNames(): string[] {
  const bootstrap = `${kafkaCluster}-kafka-bootstrap`;
  const brokers = `*.${kafkaCluster}-kafka-brokers`;
  return [bootstrap, brokers].flatMap((name) => [
    `${name}.${kafkaNamespace}`,
    `${name}.${kafkaNamespace}.svc`,
    `${name}.${kafkaNamespace}.svc.cluster.local`,
  ]);
}

/** The cluster: one listener for clients (TLS, SCRAM), ACLs, metrics, operators for topics and users. */
export function kafkaResource(settings: KafkaSettings) {
  const { replicationFactor, minimumInSyncReplicas } = settings;
  const small = resources("50m", "512Mi");
  const metrics = (key: string) => ({
    type: "jmxPrometheusExporter",
    valueFrom: { configMapKeyRef: { name: kafkaMetricsConfigMap, key } },
  });
  const important = { pod: { priorityClassName: priorityClasses.stateful, securityContext: restrictedPod() } };
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "Kafka",
    metadata: { name: kafkaCluster, namespace: kafkaNamespace },
    spec: {
      kafka: {
        ...kafkaVersion,
        rack: { topologyKey: "topology.kubernetes.io/zone" },
        listeners: [clientListener()],
        authorization: { type: "simple" },
        config: {
          "auto.create.topics.enable": false,
          "default.replication.factor": replicationFactor,
          "min.insync.replicas": minimumInSyncReplicas,
          "offsets.topic.replication.factor": replicationFactor,
          "transaction.state.log.replication.factor": replicationFactor,
          "transaction.state.log.min.isr": minimumInSyncReplicas,
          "share.coordinator.state.topic.replication.factor": replicationFactor,
          "share.coordinator.state.topic.min.isr": minimumInSyncReplicas,
          "unclean.leader.election.enable": false,
          // Consumers read from the broker in their own zone: no cross-zone traffic, which costs.
          "replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector",
        },
        metricsConfig: metrics(kafkaMetricsKey),
      },
      entityOperator: {
        topicOperator: { watchedNamespace: kafkaNamespace, resources: small },
        userOperator: { watchedNamespace: kafkaNamespace, resources: small },
        template: important,
      },
      kafkaExporter: {
        topicRegex: ".*",
        groupRegex: ".*",
        resources: resources("50m", "128Mi", "256Mi"),
        template: { pod: { priorityClassName: priorityClasses.observability, securityContext: restrictedPod() } },
      },
      ...(settings.cruiseControl
        ? {
            cruiseControl: {
              resources: resources("250m", "1Gi"),
              metricsConfig: metrics(cruiseControlMetricsKey),
              template: important,
              autoRebalance: [{ mode: "add-brokers" }, { mode: "remove-brokers" }],
            },
          }
        : {}),
      // Between brokers and operators; clients see the listener's own certificate.
      clusterCa: { generateCertificateAuthority: true, validityDays: 1825, renewalDays: 90 },
      clientsCa: { generateCertificateAuthority: true, validityDays: 1825, renewalDays: 90 },
      // Renewals restart every broker: at the weekend, when fewest markets are open.
      maintenanceTimeWindows: ["* * 2-5 ? * SAT,SUN *"],
    },
  };
}

function clientListener() {
  return {
    name: "scram",
    port: kafkaPort,
    type: "internal",
    tls: true,
    authentication: { type: "scram-sha-512" },
    configuration: {
      brokerCertChainAndKey: { secretName: kafkaTlsSecret, certificate: "tls.crt", key: "tls.key" },
    },
    networkPolicyPeers: ["trading", "elastic", kafkaNamespace].map((namespace) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    })),
  };
}
