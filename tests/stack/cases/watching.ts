import type { WrongCase } from "./types.ts";

const section = (name: string) => `trading-platform:${name}`;

/** Wrong stack files about metrics, logs and traces. */
export const watchingCases: WrongCase[] = [
  {
    name: "samples that would fill Prometheus' volume",
    change: (config) => {
      config[section("monitoring")].prometheus.retentionGibibytes = 19;
    },
    expect: { key: "monitoring.prometheus.retentionGibibytes", allowed: /at most 17, 85 % of the volume of 20 GiB/ },
  },
  {
    name: "two replicas of Grafana on one volume",
    change: (config) => {
      config[section("monitoring")].grafana.replicas = 2;
    },
    expect: { key: "monitoring.grafana.replicas", allowed: /1 while monitoring\.grafana\.database is volume/ },
  },
  {
    name: "an exporter that does not exist",
    change: (config) => {
      config[section("monitoring")].exporters = ["postgress"];
    },
    expect: { key: "monitoring.exporters.0", allowed: /postgres, redis/, nearest: "postgres" },
  },
  {
    name: "a host that is probed twice",
    change: (config) => {
      const probe = { host: "api", paths: ["/health"] };
      config[section("monitoring")].blackbox = { probes: [probe, probe] };
    },
    expect: { key: "monitoring.blackbox.probes.1.host", allowed: /each host once/ },
  },
  {
    name: "a port of the broker that its security group does not open",
    change: (config) => {
      config[section("monitoring")].rabbitmq = { port: 9419 };
    },
    expect: { key: "monitoring.rabbitmq.port", allowed: /443, 15671, 15692/ },
  },
  {
    name: "a login provider without TLS",
    change: (config) => {
      config[section("monitoring")].grafana.rootUrl = "http://grafana.example.com";
    },
    expect: { key: "monitoring.grafana.rootUrl", allowed: /https/ },
  },
  {
    name: "logs that the bucket throws away before Loki does",
    change: (config) => {
      config[section("logging")].loki.retentionDays = 14;
    },
    expect: { key: "logging.loki.bucketLifecycleDays", allowed: /more than retentionDays, which is 14/ },
  },
  {
    name: "two pods of Loki, of which none may fail",
    change: (config) => {
      config[section("logging")].loki.replicas = 2;
    },
    expect: { key: "logging.loki.replicas", allowed: /an odd number/ },
  },
  {
    name: "distributed Loki with one ingester",
    change: (config) => {
      config[section("logging")].loki.mode = "distributed";
    },
    expect: { key: "logging.loki.replicas", allowed: /at least 3 when logging\.loki\.mode is distributed/ },
  },
  {
    name: "a mode of Loki that is gone",
    change: (config) => {
      config[section("logging")].loki.mode = "monolitic";
    },
    expect: { key: "logging.loki.mode", allowed: /monolithic, distributed/, nearest: "monolithic" },
  },
  {
    name: "fewer collectors under load than at rest",
    change: (config) => {
      config[section("tracing")].gateway = { replicas: 3, maximumReplicas: 2 };
    },
    expect: { key: "tracing.gateway.maximumReplicas", allowed: /at least tracing\.gateway\.replicas, which is 3/ },
  },
  {
    name: "more copies of a trace than there are nodes",
    change: (config) => {
      config[section("tracing")].jaeger.shardReplicas = 1;
    },
    expect: { key: "tracing.jaeger.shardReplicas", allowed: /less than elastic\.dataNodes, which is 1/ },
  },
  {
    name: "a share of more than everything",
    change: (config) => {
      config[section("tracing")].sampling.probabilityPercent = 110;
    },
    expect: { key: "tracing.sampling.probabilityPercent", allowed: /at most 100/ },
  },
];
