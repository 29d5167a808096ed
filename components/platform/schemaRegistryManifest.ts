import { type PlatformContext, priorityClasses } from "./context.ts";
import { pinnedImage } from "./imageMirror.ts";
import { contentHash } from "./jobs.ts";
import {
  kafkaBootstrapServers,
  kafkaNamespace,
  schemaRegistryPort,
  schemaRegistrySecretPath,
  schemaRegistryUsers,
} from "./kafkaNames.ts";
import { resources, restrictedContainer, restrictedPod, topologySpread } from "./pods.ts";
import type { ExternalSecretPlan } from "./secretManifests.ts";

const name = "schema-registry";
const labels = { "app.kubernetes.io/name": name };

/** Secret with the registry's certificate as key store and trust store. */
export const schemaRegistryTlsSecret = "schema-registry-tls";

/** Secret with the password that protects those stores. */
export const schemaRegistryStoreSecret = "schema-registry-store";

/** Path of that password (property `password`), for `Names.secret(path)`. */
export const schemaRegistryStoreSecretPath = "kafka/schema-registry-store";

/** Headless Service, by which the replicas have names: the followers forward writes to the leader by its name. */
const peers = "schema-registry-peers";

const metricsPort = 9404;

/** Names of the registry's certificate: the Service, and each replica. */
export function schemaRegistryCertificateNames(): string[] {
  return [name, `*.${peers}`].flatMap((host) => [
    `${host}.${kafkaNamespace}`,
    `${host}.${kafkaNamespace}.svc`,
    `${host}.${kafkaNamespace}.svc.cluster.local`,
  ]);
}

/** Who may log in: a file of names and passwords, and the module that reads it. */
export function schemaRegistryLogins(): ExternalSecretPlan {
  return {
    name: "schema-registry-logins",
    namespace: kafkaNamespace,
    data: Object.fromEntries(
      schemaRegistryUsers.map((user) => [user, { path: schemaRegistrySecretPath, property: user }]),
    ),
    template: {
      data: {
        "users.properties": `${schemaRegistryUsers.map((user) => `${user}: {{ .${user} }},user`).join("\n")}\n`,
        // With Confluent 8 Jetty is 12 and the module has moved; with the old name every login fails without a word.
        "jaas.conf": `SchemaRegistry {
  org.eclipse.jetty.security.jaas.spi.PropertyFileLoginModule required
  file="/etc/schema-registry-logins/users.properties";
};
`,
      },
    },
  };
}

/** The Services: one for clients and Prometheus, and one that gives the replicas names. */
export function schemaRegistryServices() {
  const ports = [
    { name: "https", port: schemaRegistryPort, targetPort: "https" },
    { name: "metrics", port: metricsPort, targetPort: "metrics" },
  ];
  return [
    { metadata: { name, namespace: kafkaNamespace, labels }, spec: { selector: labels, ports } },
    {
      metadata: { name: peers, namespace: kafkaNamespace },
      spec: { clusterIP: "None", publishNotReadyAddresses: true, selector: labels, ports: ports.slice(0, 1) },
    },
  ];
}

/** Prometheus' job is called `schema-registry`, after the Service: alerts ask for `up{job="schema-registry"}`. */
export function schemaRegistryMonitor() {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name, namespace: kafkaNamespace },
    spec: { selector: { matchLabels: labels }, endpoints: [{ port: "metrics", interval: "30s" }] },
  };
}

/** JMX rules: how many schemas there are, and who leads. JSON, which the exporter reads as YAML. */
export function schemaRegistryMetricsData() {
  const rules = [
    { pattern: "kafka.schema.registry<type=(.+)><>(.+):", name: "kafka_schema_registry_$1_$2", type: "GAUGE" },
  ];
  return { "rules.yaml": JSON.stringify({ lowercaseOutputName: true, rules }, undefined, 2) };
}

/**
 * The registry as a StatefulSet, for the replicas need names of their own that the certificate holds: followers forward
 * writes to the leader over TLS. The root file system is read-only; the image renders its configuration into /etc.
 */
export function schemaRegistryStatefulSet(
  context: Pick<PlatformContext, "imageMirror" | "topologySpread">,
  replicas: number,
  replicationFactor: number,
) {
  const metrics = schemaRegistryMetricsData();
  return {
    metadata: {
      name,
      namespace: kafkaNamespace,
      labels,
      // The stores are read at start only: Reloader restarts the pods when cert-manager has renewed them.
      annotations: { "reloader.stakater.com/auto": "true" },
    },
    spec: {
      serviceName: peers,
      replicas,
      podManagementPolicy: "Parallel",
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels,
          annotations: {
            "trading-platform/metrics-rules": contentHash(metrics),
          },
        },
        spec: {
          // A Service called schema-registry would else set SCHEMA_REGISTRY_PORT, with which the image refuses to start.
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 30,
          priorityClassName: priorityClasses.stateful,
          securityContext: restrictedPod(1000),
          topologySpreadConstraints: topologySpread(context, replicas, labels),
          initContainers: [agentCopier(context)],
          containers: [registryContainer(context, replicationFactor)],
          volumes: [
            { name: "store", secret: { secretName: schemaRegistryTlsSecret, defaultMode: 0o440 } },
            { name: "logins", secret: { secretName: "schema-registry-logins", defaultMode: 0o440 } },
            { name: "metrics", configMap: { name: "schema-registry-metrics" } },
            ...["configuration", "temporary", "agent"].map((volume) => ({
              name: volume,
              emptyDir: { sizeLimit: "128Mi" },
            })),
          ],
        },
      },
    },
  };
}

/** The registry's image brings no Prometheus exporter that one could rely on; the one of Kafka's image is copied. */
function agentCopier(context: Pick<PlatformContext, "imageMirror">) {
  return {
    name: "metrics-agent",
    image: pinnedImage("kafka", context.imageMirror),
    command: ["/bin/bash", "-euc", 'cp "$JMX_EXPORTER_HOME"/jmx_prometheus_javaagent*.jar /agent/agent.jar'],
    resources: resources("20m", "32Mi", "64Mi"),
    securityContext: restrictedContainer,
    volumeMounts: [{ name: "agent", mountPath: "/agent" }],
  };
}

function registryContainer(context: Pick<PlatformContext, "imageMirror">, replicationFactor: number) {
  const store = "/etc/schema-registry-store";
  const storePassword = { secretKeyRef: { name: schemaRegistryStoreSecret, key: "password" } };
  const clear: { [name: string]: string } = {
    SCHEMA_REGISTRY_HOST_NAME: `$(POD_NAME).${peers}.${kafkaNamespace}.svc`,
    SCHEMA_REGISTRY_LISTENERS: `https://0.0.0.0:${schemaRegistryPort}`,
    SCHEMA_REGISTRY_INTER_INSTANCE_PROTOCOL: "https",
    SCHEMA_REGISTRY_AUTHENTICATION_METHOD: "BASIC",
    SCHEMA_REGISTRY_AUTHENTICATION_REALM: "SchemaRegistry",
    SCHEMA_REGISTRY_AUTHENTICATION_ROLES: "user",
    SCHEMA_REGISTRY_SSL_KEYSTORE_LOCATION: `${store}/keystore.p12`,
    SCHEMA_REGISTRY_SSL_KEYSTORE_TYPE: "PKCS12",
    SCHEMA_REGISTRY_SSL_TRUSTSTORE_LOCATION: `${store}/truststore.p12`,
    SCHEMA_REGISTRY_SSL_TRUSTSTORE_TYPE: "PKCS12",
    SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS: `SASL_SSL://${kafkaBootstrapServers}`,
    SCHEMA_REGISTRY_KAFKASTORE_SECURITY_PROTOCOL: "SASL_SSL",
    SCHEMA_REGISTRY_KAFKASTORE_SASL_MECHANISM: "SCRAM-SHA-512",
    SCHEMA_REGISTRY_KAFKASTORE_SSL_TRUSTSTORE_TYPE: "PEM",
    SCHEMA_REGISTRY_KAFKASTORE_SSL_TRUSTSTORE_LOCATION: `${store}/ca.crt`,
    SCHEMA_REGISTRY_KAFKASTORE_TOPIC_REPLICATION_FACTOR: String(replicationFactor),
    // Readers and writers of any age understand each other: fields are only added, as optional ones.
    SCHEMA_REGISTRY_SCHEMA_COMPATIBILITY_LEVEL: "full_transitive",
    SCHEMA_REGISTRY_HEAP_OPTS: "-Xms512m -Xmx512m",
    SCHEMA_REGISTRY_OPTS: `-Djava.security.auth.login.config=/etc/schema-registry-logins/jaas.conf -javaagent:/agent/agent.jar=${metricsPort}:/etc/schema-registry-metrics/rules.yaml`,
    LOG_DIR: "/tmp/logs",
  };
  // Basic authentication refuses the kubelet's HTTP probes; the port opens only when the schemas are read.
  const probe = { tcpSocket: { port: "https" }, periodSeconds: 10 };
  return {
    name,
    image: pinnedImage("schema-registry", context.imageMirror),
    ports: [
      { name: "https", containerPort: schemaRegistryPort },
      { name: "metrics", containerPort: metricsPort },
    ],
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      ...Object.entries(clear).map(([key, value]) => ({ name: key, value })),
      ...["SSL_KEYSTORE_PASSWORD", "SSL_KEY_PASSWORD", "SSL_TRUSTSTORE_PASSWORD"].map((key) => ({
        name: `SCHEMA_REGISTRY_${key}`,
        valueFrom: storePassword,
      })),
      {
        // Made by Strimzi's user operator for the KafkaUser of the same name.
        name: "SCHEMA_REGISTRY_KAFKASTORE_SASL_JAAS_CONFIG",
        valueFrom: { secretKeyRef: { name, key: "sasl.jaas.config" } },
      },
    ],
    startupProbe: { ...probe, failureThreshold: 30 },
    readinessProbe: probe,
    livenessProbe: { ...probe, periodSeconds: 30 },
    resources: resources("200m", "1Gi"),
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: "store", mountPath: store, readOnly: true },
      { name: "logins", mountPath: "/etc/schema-registry-logins", readOnly: true },
      { name: "metrics", mountPath: "/etc/schema-registry-metrics", readOnly: true },
      { name: "agent", mountPath: "/agent", readOnly: true },
      { name: "configuration", mountPath: "/etc/schema-registry" },
      { name: "temporary", mountPath: "/tmp" },
    ],
  };
}
