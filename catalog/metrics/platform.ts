import { counter, type Exporter, gauge, histogram, monitorLabels } from "./types.ts";

/** What Prometheus writes about every target it scrapes. */
export const scrape = {
  name: "scrape",
  version: "3.14",
  source:
    "https://prometheus.io/docs/concepts/jobs_instances/; scrape_timeout_seconds needs feature extra-scrape-metrics",
  targetLabels: monitorLabels,
  metrics: [
    gauge("up", "none", [], "1 when the last scrape of the target worked"),
    gauge("scrape_duration_seconds", "seconds", [], "duration of a scrape"),
    gauge("scrape_timeout_seconds", "seconds", [], "time that a scrape may take"),
  ],
} as const satisfies Exporter;

/** Prometheus about itself. */
export const prometheus = {
  name: "prometheus",
  version: "3.14",
  source: "https://github.com/prometheus/prometheus",
  targetLabels: monitorLabels,
  metrics: [
    counter("prometheus_rule_evaluation_failures_total", "events", ["rule_group"], "failed evaluations of rules"),
    counter("prometheus_rule_group_iterations_missed_total", "events", ["rule_group"], "evaluations that were skipped"),
    counter("prometheus_notifications_dropped_total", "events", [], "alerts that no Alertmanager took"),
    gauge("prometheus_notifications_queue_length", "none", [], "alerts waiting for Alertmanager"),
    gauge("prometheus_notifications_queue_capacity", "none", [], "alerts that can wait"),
  ],
} as const satisfies Exporter;

/** Alertmanager. */
export const alertmanager = {
  name: "alertmanager",
  version: "0.34",
  source: "https://github.com/prometheus/alertmanager",
  targetLabels: monitorLabels,
  metrics: [
    counter("alertmanager_notifications_total", "events", ["integration"], "notifications tried"),
    counter(
      "alertmanager_notifications_failed_total",
      "events",
      ["integration", "reason"],
      "notifications that failed",
    ),
  ],
} as const satisfies Exporter;

/** Grafana. */
export const grafana = {
  name: "grafana",
  version: "13.1",
  source: "https://github.com/grafana/grafana/tree/main/pkg/services/ngalert/metrics",
  targetLabels: monitorLabels,
  metrics: [
    counter(
      "grafana_alerting_rule_evaluation_failures_total",
      "events",
      ["org"],
      "failed evaluations of Grafana-managed rules",
    ),
    gauge("grafana_build_info", "none", ["version", "revision", "branch", "goversion", "edition"], "always 1"),
  ],
} as const satisfies Exporter;

/** Loki. */
export const loki = {
  name: "loki",
  version: "3.7",
  source: "https://github.com/grafana/loki/blob/main/pkg/validation/validate.go",
  targetLabels: monitorLabels,
  metrics: [
    counter("loki_discarded_samples_total", "events", ["reason", "tenant"], "log entries refused"),
    gauge("loki_build_info", "none", ["version", "revision", "branch", "goversion"], "1, on every part of Loki"),
  ],
} as const satisfies Exporter;

/** loki-canary: writes lines and reads them back. */
export const lokiCanary = {
  name: "loki-canary",
  version: "3.7",
  source: "https://github.com/grafana/loki/tree/main/pkg/canary",
  targetLabels: monitorLabels,
  metrics: [
    histogram(
      "loki_canary_response_latency_seconds",
      "seconds",
      [],
      "from writing a line to reading it back; doubling buckets, none at 5 s",
      [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256],
    ),
    counter("loki_canary_missing_entries_total", "events", [], "lines that never arrived"),
    counter("loki_canary_entries_total", "events", [], "lines written"),
  ],
} as const satisfies Exporter;

/** Grafana Alloy, the log collector. */
export const alloy = {
  name: "alloy",
  version: "1.17",
  source: "https://grafana.com/docs/alloy/latest/reference/components/loki/loki.write/#debug-metrics",
  targetLabels: monitorLabels,
  metrics: [
    histogram(
      "loki_write_entry_propagation_latency_seconds",
      "seconds",
      ["component_id", "component_path"],
      "from reading a line to its acceptance; has a bucket at 5 s",
      [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600],
    ),
    counter(
      "loki_write_dropped_entries_total",
      "events",
      ["component_id", "component_path", "host", "reason", "tenant"],
      "lines thrown away after all retries",
    ),
    gauge("alloy_build_info", "none", ["version", "revision", "branch", "goversion"], "1, on every collector"),
  ],
} as const satisfies Exporter;

/** Vault's own telemetry; a sealed Vault serves none, hence the blackbox probe beside it. */
export const vault = {
  name: "vault",
  version: "2.0",
  source: "https://developer.hashicorp.com/vault/docs/internals/telemetry/metrics/core-system",
  targetLabels: monitorLabels,
  metrics: [
    gauge("vault_core_unsealed", "none", ["cluster"], "1 when unsealed"),
    gauge("vault_core_active", "none", ["cluster"], "1 on the active node"),
  ],
} as const satisfies Exporter;

/** Consul's servers by their own telemetry. */
export const consul = {
  name: "consul",
  version: "2.0",
  source: "https://developer.hashicorp.com/consul/docs/reference/agent/telemetry",
  targetLabels: monitorLabels,
  metrics: [gauge("consul_server_isLeader", "none", [], "1 on the server that leads")],
} as const satisfies Exporter;

/** consul_exporter: the health of registered services, which Consul's own telemetry does not tell. */
export const consulExporter = {
  name: "consul-exporter",
  version: "0.13.0",
  source: "https://github.com/prometheus/consul_exporter",
  targetLabels: monitorLabels,
  metrics: [
    gauge("consul_raft_leader", "none", [], "1 when this server knows a leader"),
    gauge(
      "consul_health_service_status",
      "none",
      ["check", "node", "service_id", "service_name", "status"],
      "1 for the status of a check",
    ),
  ],
} as const satisfies Exporter;
