import { realFileSystems, tradingNamespaces } from "./alerts/selectors.ts";
import type { RecordingRule } from "./ruleTypes.ts";

/** A resource that can run full, with the share at which it becomes tight and the one at which it hurts. */
export interface SaturationPoint {
  /** Value of the label `resource`. */
  readonly resource: string;
  /** What it is, for the list and the page. */
  readonly title: string;
  /** Share in use, 0 to 1. */
  readonly expr: string;
  /** Labels that name the single thing, joined into the label `subject`. */
  readonly subject: readonly string[];
  /** Share from which somebody should look. */
  readonly soft: number;
  /** Share from which it hurts. */
  readonly hard: number;
  /** Alert that already speaks of it: the uniform alerts leave it alone, so that nobody gets two messages. */
  readonly coveredBy?: string;
  /** True when its growth is steady enough for a straight line to mean something. */
  readonly forecast: boolean;
}

/** Every resource whose use is recorded as `saturation:ratio`. */
export const saturationPoints: readonly SaturationPoint[] = [
  {
    resource: "persistent_volume",
    title: "Persistent volumes",
    expr: "1 - max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes) / max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes)",
    subject: ["namespace", "persistentvolumeclaim"],
    soft: 0.85,
    hard: 0.95,
    coveredBy: "VolumeAlmostFull",
    forecast: true,
  },
  {
    resource: "node_inodes",
    title: "Inodes of the nodes' file systems",
    expr: `1 - max by (instance, mountpoint) (node_filesystem_files_free{${realFileSystems}}) / max by (instance, mountpoint) (node_filesystem_files{${realFileSystems}} > 0)`,
    subject: ["instance", "mountpoint"],
    soft: 0.85,
    hard: 0.95,
    forecast: true,
  },
  {
    resource: "node_conntrack",
    title: "Tracked connections of a node",
    expr: "max by (instance) (node_nf_conntrack_entries) / max by (instance) (node_nf_conntrack_entries_limit > 0)",
    subject: ["instance"],
    soft: 0.75,
    hard: 0.9,
    forecast: false,
  },
  {
    resource: "node_file_descriptors",
    title: "Open file descriptors of a node",
    expr: "max by (instance) (node_filefd_allocated) / max by (instance) (node_filefd_maximum > 0)",
    subject: ["instance"],
    soft: 0.7,
    hard: 0.9,
    forecast: true,
  },
  {
    resource: "cluster_cpu_requests",
    title: "CPU that pods have reserved",
    expr: 'sum(kube_pod_container_resource_requests{resource="cpu"}) / sum(kube_node_status_allocatable{resource="cpu"})',
    subject: [],
    soft: 0.9,
    hard: 0.98,
    forecast: false,
  },
  {
    resource: "cluster_memory_requests",
    title: "Memory that pods have reserved",
    expr: 'sum(kube_pod_container_resource_requests{resource="memory"}) / sum(kube_node_status_allocatable{resource="memory"})',
    subject: [],
    soft: 0.9,
    hard: 0.98,
    forecast: false,
  },
  {
    resource: "autoscaler_replicas",
    title: "Replicas against the autoscaler's maximum",
    expr: `max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{${tradingNamespaces}}) / max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{${tradingNamespaces}})`,
    subject: ["namespace", "horizontalpodautoscaler"],
    soft: 0.8,
    hard: 1,
    coveredBy: "HpaMaxedOut",
    forecast: false,
  },
  {
    resource: "postgres_connections",
    title: "Connections of PostgreSQL",
    expr: "sum by (instance) (pg_stat_activity_count) / on (instance) max by (instance) (pg_settings_max_connections)",
    subject: ["instance"],
    soft: 0.8,
    hard: 0.95,
    coveredBy: "DatabaseConnectionsNearMax",
    forecast: true,
  },
  {
    resource: "connection_pool",
    title: "Connection pools of the services",
    expr: "sum by (service, pool) (hikaricp_connections_active) / sum by (service, pool) (hikaricp_connections_max > 0)",
    subject: ["service", "pool"],
    soft: 0.8,
    hard: 0.95,
    coveredBy: "DatabaseConnectionPoolHigh",
    forecast: false,
  },
  {
    resource: "cache_memory",
    title: "Memory of the cache",
    expr: "max by (instance) (redis_memory_used_bytes) / max by (instance) (redis_memory_max_bytes > 0)",
    subject: ["instance"],
    soft: 0.85,
    hard: 0.95,
    coveredBy: "RedisMemoryHigh",
    forecast: true,
  },
  {
    resource: "cache_clients",
    title: "Clients of the cache",
    expr: "max by (instance) (redis_connected_clients) / max by (instance) (redis_max_clients > 0)",
    subject: ["instance"],
    soft: 0.8,
    hard: 0.95,
    forecast: true,
  },
  {
    resource: "elasticsearch_disk",
    title: "Disks of Elasticsearch",
    expr: "1 - min by (name) (elasticsearch_filesystem_data_available_bytes / elasticsearch_filesystem_data_size_bytes)",
    subject: ["name"],
    soft: 0.8,
    hard: 0.85,
    coveredBy: "ElasticsearchDiskLow",
    forecast: true,
  },
  {
    resource: "exchange_weight",
    title: "Request weight at the exchanges",
    expr: "max by (exchange) (exchange_api_used_weight / exchange_api_weight_limit)",
    subject: ["exchange"],
    soft: 0.8,
    hard: 0.95,
    coveredBy: "ExchangeRateLimitNearlyUsed",
    forecast: false,
  },
  {
    resource: "prometheus_notification_queue",
    title: "Alerts that wait for Alertmanager",
    expr: "max by (pod) (prometheus_notifications_queue_length) / max by (pod) (prometheus_notifications_queue_capacity > 0)",
    subject: ["pod"],
    soft: 0.5,
    hard: 0.8,
    forecast: false,
  },
];

/** One expression as `saturation:ratio{resource, subject}`: the labels that name the thing become one. */
function ratioOf({ expr, subject }: SaturationPoint): string {
  if (subject.length === 0) return `label_replace(${expr}, "subject", "cluster", "", "")`;
  const names = subject.map((label) => `"${label}"`).join(", ");
  return `max by (subject) (label_join(${expr}, "subject", "/", ${names}))`;
}

/** The uniform recordings: use, soft and hard limit per resource. */
export function saturationRecordings(): RecordingRule[] {
  return saturationPoints.flatMap((point): RecordingRule[] => {
    const labels = { resource: point.resource };
    return [
      { record: "saturation:ratio", expr: ratioOf(point), labels },
      { record: "saturation:soft_limit:ratio", expr: `vector(${point.soft})`, labels },
      { record: "saturation:hard_limit:ratio", expr: `vector(${point.hard})`, labels },
    ];
  });
}
