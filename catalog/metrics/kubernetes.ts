import { counter, type Exporter, gauge, histogram, monitorLabels } from "./types.ts";

/** kube-state-metrics: the state of Kubernetes objects. Scraped with honorLabels, so `namespace` and `pod` are the object's. */
export const kubeStateMetrics = {
  name: "kube-state-metrics",
  version: "2.19.1",
  source: "https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics",
  targetLabels: monitorLabels,
  metrics: [
    gauge("kube_deployment_status_replicas_available", "none", ["namespace", "deployment"], "available replicas"),
    gauge("kube_deployment_spec_replicas", "none", ["namespace", "deployment"], "wanted replicas"),
    counter(
      "kube_pod_container_status_restarts_total",
      "events",
      ["namespace", "pod", "container", "uid"],
      "restarts of a container",
    ),
    gauge("kube_pod_start_time", "timestampSeconds", ["namespace", "pod", "uid"], "start of a pod"),
    gauge(
      "kube_pod_container_status_last_terminated_reason",
      "none",
      ["namespace", "pod", "container", "reason", "uid"],
      "1 for the reason of the last end; stays after the event",
    ),
    gauge(
      "kube_pod_container_resource_limits",
      "none",
      ["namespace", "pod", "container", "node", "resource", "unit", "uid"],
      "limit of a container in cores or bytes",
    ),
    gauge(
      "kube_horizontalpodautoscaler_status_current_replicas",
      "none",
      ["namespace", "horizontalpodautoscaler"],
      "replicas now",
    ),
    gauge(
      "kube_horizontalpodautoscaler_spec_max_replicas",
      "none",
      ["namespace", "horizontalpodautoscaler"],
      "replicas at most",
    ),
    gauge("kube_job_status_failed", "none", ["namespace", "job_name", "reason"], "failed pods of a job"),
    gauge(
      "kube_cronjob_status_last_successful_time",
      "timestampSeconds",
      ["namespace", "cronjob"],
      "end of the last run that succeeded",
    ),
    gauge("kube_node_status_allocatable", "none", ["node", "resource", "unit"], "capacity that pods may use"),
    gauge(
      "kube_pod_container_resource_requests",
      "none",
      ["namespace", "pod", "container", "node", "resource", "unit", "uid"],
      "request of a container in cores or bytes",
    ),
  ],
} as const satisfies Exporter;

/** The kubelet: its own metrics and those of the built-in cAdvisor. */
export const kubelet = {
  name: "kubelet",
  version: "1.36",
  source:
    "https://github.com/kubernetes/kubernetes and https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md",
  targetLabels: [...monitorLabels, "node", "metrics_path"],
  metrics: [
    counter(
      "container_cpu_usage_seconds_total",
      "seconds",
      ["namespace", "pod", "container", "cpu", "id", "image", "name"],
      "CPU time of a container",
    ),
    gauge(
      "container_memory_working_set_bytes",
      "bytes",
      ["namespace", "pod", "container", "id", "image", "name"],
      "memory that cannot be reclaimed; what the limit is compared with",
    ),
    gauge("kubelet_volume_stats_available_bytes", "bytes", ["namespace", "persistentvolumeclaim"], "free space"),
    gauge("kubelet_volume_stats_capacity_bytes", "bytes", ["namespace", "persistentvolumeclaim"], "size of a volume"),
  ],
} as const satisfies Exporter;

/** node_exporter: processor, memory, disks and network of the nodes and of the bot's instance. */
export const nodeExporter = {
  name: "node-exporter",
  version: "1.12.0",
  source: "https://github.com/prometheus/node_exporter/tree/master/collector",
  targetLabels: monitorLabels,
  metrics: [
    counter("node_cpu_seconds_total", "seconds", ["cpu", "mode"], "CPU time by mode"),
    gauge("node_memory_MemAvailable_bytes", "bytes", [], "memory that can be given out without swapping"),
    gauge("node_memory_MemTotal_bytes", "bytes", [], "memory of the node"),
    gauge("node_filesystem_avail_bytes", "bytes", ["device", "fstype", "mountpoint"], "free space for users"),
    gauge("node_filesystem_size_bytes", "bytes", ["device", "fstype", "mountpoint"], "size of a file system"),
    gauge("node_filesystem_files_free", "none", ["device", "fstype", "mountpoint"], "free inodes"),
    gauge("node_filesystem_files", "none", ["device", "fstype", "mountpoint"], "inodes"),
    counter("node_network_receive_errs_total", "events", ["device"], "receive errors"),
    counter("node_network_transmit_errs_total", "events", ["device"], "transmit errors"),
    gauge("node_filefd_allocated", "none", [], "open file descriptors"),
    gauge("node_filefd_maximum", "none", [], "limit of open file descriptors"),
    gauge("node_nf_conntrack_entries", "none", [], "tracked connections"),
    gauge("node_nf_conntrack_entries_limit", "none", [], "limit of tracked connections"),
  ],
} as const satisfies Exporter;

/** Argo Rollouts' controller. Catalogued services are Rollouts, so `kube_deployment_*` does not know them. */
export const argoRollouts = {
  name: "argo-rollouts",
  version: "1.9.1",
  source: "https://github.com/argoproj/argo-rollouts/blob/master/docs/features/controller-metrics.md",
  targetLabels: monitorLabels,
  metrics: [
    gauge("rollout_info_replicas_available", "none", ["namespace", "name"], "available replicas"),
    gauge("rollout_info_replicas_desired", "none", ["namespace", "name"], "wanted replicas"),
  ],
} as const satisfies Exporter;

/** cert-manager. */
export const certManager = {
  name: "cert-manager",
  version: "1.21.2",
  source: "https://cert-manager.io/docs/devops-tips/prometheus-metrics/",
  targetLabels: monitorLabels,
  metrics: [
    gauge(
      "certmanager_certificate_expiration_timestamp_seconds",
      "timestampSeconds",
      ["name", "namespace", "issuer_name", "issuer_kind", "issuer_group"],
      "end of validity of a certificate",
    ),
  ],
} as const satisfies Exporter;

/** blackbox_exporter: probes of the public endpoints and of Vault's health page. */
export const blackboxExporter = {
  name: "blackbox-exporter",
  version: "0.28.0",
  source: "https://github.com/prometheus/blackbox_exporter",
  targetLabels: monitorLabels,
  metrics: [
    gauge("probe_success", "none", [], "1 when the probe succeeded"),
    gauge("probe_http_status_code", "none", [], "status code of the answer"),
    gauge("probe_ssl_earliest_cert_expiry", "timestampSeconds", [], "end of validity of the served certificate"),
    histogram("probe_http_duration_seconds", "seconds", ["phase"], "duration of a probe by phase"),
  ],
} as const satisfies Exporter;
