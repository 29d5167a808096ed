import { kafkaCluster, kafkaNamespace } from "./kafkaNames.ts";
import { fromPrometheus } from "./networkPolicies.ts";

/** ConfigMap and key with the rules by which JMX beans become metrics. */
export const kafkaMetricsConfigMap = "kafka-metrics";

/** Key of the rules for brokers and controllers. */
export const kafkaMetricsKey = "kafka.yaml";

/** Key of the rules for Cruise Control. */
export const cruiseControlMetricsKey = "cruise-control.yaml";

/** One rule of the JMX exporter. */
interface Rule {
  pattern: string;
  name: string;
  type: "GAUGE" | "COUNTER" | "UNTYPED";
  labels?: { [label: string]: string };
  value?: number;
}

/**
 * Rules for brokers and controllers. Names follow Strimzi's examples, because its dashboards and everybody's alerts use
 * them: `kafka_controller_kafkacontroller_offlinepartitionscount`, `kafka_server_replicamanager_underreplicatedpartitions`.
 * Request metrics by percentile are left out but for the total time: they are half of all series and nobody looks at them.
 */
export const kafkaRules: readonly Rule[] = [
  {
    pattern: "kafka.(\\w+)<type=(.+), name=(.+)Percent\\w*><>(?:MeanRate|Value)",
    name: "kafka_$1_$2_$3_percent",
    type: "GAUGE",
  },
  ...counters("(?!RequestMetrics).+"),
  ...gauges(),
  {
    pattern:
      "kafka.network<type=RequestMetrics, name=TotalTimeMs, request=(Produce|FetchConsumer)><>(\\d+)thPercentile",
    name: "kafka_network_requestmetrics_totaltimems",
    type: "GAUGE",
    labels: { request: "$1", quantile: "0.$2" },
  },
  {
    pattern: "kafka.server<type=raft-metrics><>current-state: (.+)",
    name: "kafka_server_raftmetrics_current_state",
    type: "UNTYPED",
    value: 1,
    labels: { state: "$1" },
  },
  {
    pattern: "kafka.server<type=raft-metrics><>(.+-total|.+-max):",
    name: "kafka_server_raftmetrics_$1",
    type: "COUNTER",
  },
  { pattern: "kafka.server<type=raft-metrics><>(.+):", name: "kafka_server_raftmetrics_$1", type: "GAUGE" },
  {
    pattern: "kafka.server<type=broker-metadata-metrics><>(.+):",
    name: "kafka_server_brokermetadatametrics_$1",
    type: "GAUGE",
  },
];

/** Meters that count, with none, one or two keys; the ones with keys first, for the first rule that matches wins. */
function counters(type: string): Rule[] {
  return keyed(
    (keys) => `kafka.(\\w+)<type=(${type}), name=(.+)PerSec\\w*${keys}><>Count`,
    "kafka_$1_$2_$3_total",
    "COUNTER",
  );
}

function gauges(): Rule[] {
  return keyed((keys) => `kafka.(\\w+)<type=(.+), name=(.+)${keys}><>Value`, "kafka_$1_$2_$3", "GAUGE");
}

function keyed(pattern: (keys: string) => string, name: string, type: Rule["type"]): Rule[] {
  const key = ", (.+)=(.+)";
  return [
    { pattern: pattern(key + key), name, type, labels: { $4: "$5", $6: "$7" } },
    { pattern: pattern(key), name, type, labels: { $4: "$5" } },
    { pattern: pattern(""), name, type },
  ];
}

/** Data of the ConfigMap: JSON, which the exporter reads as YAML. */
export function kafkaMetricsData(): { [key: string]: string } {
  const cruiseControl: Rule[] = [
    { pattern: "kafka.cruisecontrol<name=(.+)><>(\\w+)", name: "kafka_cruisecontrol_$1_$2", type: "GAUGE" },
  ];
  return {
    [kafkaMetricsKey]: JSON.stringify({ lowercaseOutputName: true, rules: kafkaRules }, undefined, 2),
    [cruiseControlMetricsKey]: JSON.stringify({ lowercaseOutputName: true, rules: cruiseControl }, undefined, 2),
  };
}

/** What Prometheus scrapes: brokers, controllers, exporter and Cruise Control by one port; the operators by theirs. */
export function kafkaMonitors() {
  const relabelings = [
    { action: "labelmap", regex: "__meta_kubernetes_pod_label_(strimzi_io_.+)", replacement: "$1", separator: ";" },
    { sourceLabels: ["__meta_kubernetes_namespace"], targetLabel: "namespace", action: "replace" },
    { sourceLabels: ["__meta_kubernetes_pod_name"], targetLabel: "pod", action: "replace" },
  ];
  const monitor = (name: string, matchLabels: { [label: string]: string }, port: string) => ({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name, namespace: kafkaNamespace },
    spec: {
      selector: { matchLabels },
      podMetricsEndpoints: [{ port, path: "/metrics", interval: "30s", relabelings }],
    },
  });
  return [
    monitor("kafka", { "strimzi.io/cluster": kafkaCluster, "strimzi.io/kind": "Kafka" }, "tcp-prometheus"),
    monitor("strimzi-operator", { "strimzi.io/kind": "cluster-operator" }, "http"),
    monitor("strimzi-entity-operator", { "app.kubernetes.io/name": "entity-operator" }, "healthcheck"),
  ];
}

/** Ingress of the operators' metrics; the cluster's own pods get theirs from Strimzi's policies. */
export const operatorMetrics = fromPrometheus([8080, 8081]);
