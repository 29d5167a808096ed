import { counter, type Exporter, gauge, monitorLabels } from "./types.ts";

/** postgres_exporter, with the collectors stat_statements and long_running_transactions switched on (off by default). */
export const postgresExporter = {
  name: "postgres-exporter",
  version: "0.20.1",
  source: "https://github.com/prometheus-community/postgres_exporter/tree/master/collector",
  targetLabels: monitorLabels,
  metrics: [
    gauge("pg_up", "none", [], "1 when the last connection to the server worked"),
    counter("pg_stat_statements_seconds_total", "seconds", ["user", "datname", "queryid"], "time spent in a statement"),
    counter("pg_stat_statements_calls_total", "events", ["user", "datname", "queryid"], "calls of a statement"),
    gauge(
      "pg_stat_activity_count",
      "connections",
      ["datname", "state", "usename", "application_name", "backend_type", "wait_event_type", "wait_event"],
      "sessions by state",
    ),
    gauge("pg_settings_max_connections", "connections", ["server"], "limit of connections"),
    gauge("pg_replication_lag_seconds", "seconds", [], "delay of a replica; also exported by the primary, as 0"),
    gauge("pg_replication_is_replica", "none", [], "1 on a replica"),
    counter("pg_stat_database_deadlocks", "events", ["datid", "datname"], "deadlocks, a counter without _total"),
    gauge(
      "pg_long_running_transactions_oldest_timestamp_seconds",
      "seconds",
      [],
      "age of the oldest transaction (an age, whatever the name says)",
    ),
  ],
} as const satisfies Exporter;

/** redis_exporter, against ElastiCache. */
export const redisExporter = {
  name: "redis-exporter",
  version: "1.89.0",
  source: "https://github.com/oliver006/redis_exporter",
  targetLabels: monitorLabels,
  metrics: [
    gauge("redis_up", "none", [], "1 when the last connection worked"),
    counter("redis_keyspace_hits_total", "events", [], "lookups that found a key"),
    counter("redis_keyspace_misses_total", "events", [], "lookups that found nothing"),
    gauge("redis_memory_used_bytes", "bytes", [], "memory used"),
    gauge("redis_memory_max_bytes", "bytes", [], "memory limit, 0 when there is none"),
    counter("redis_evicted_keys_total", "events", [], "keys thrown out for lack of memory"),
    counter("redis_rejected_connections_total", "events", [], "connections refused at maxclients"),
    gauge("redis_connected_slaves", "none", [], "replicas connected to a primary"),
    gauge("redis_connected_clients", "connections", [], "connected clients"),
    gauge("redis_max_clients", "connections", [], "limit of clients, by INFO: ElastiCache refuses CONFIG"),
    gauge("redis_instance_info", "none", ["role", "redis_version", "redis_mode", "os"], "1, with the role as a label"),
  ],
} as const satisfies Exporter;

/** elasticsearch_exporter; its label `cluster` is renamed by the scrape, for it is also the platform's own. */
export const elasticsearchExporter = {
  name: "elasticsearch-exporter",
  version: "1.11.0",
  source: "https://github.com/prometheus-community/elasticsearch_exporter/blob/master/metrics.md",
  targetLabels: monitorLabels,
  metrics: [
    gauge(
      "elasticsearch_cluster_health_status",
      "none",
      ["elasticsearch_cluster", "color"],
      "1 for the colour of the cluster",
    ),
    gauge(
      "elasticsearch_filesystem_data_available_bytes",
      "bytes",
      ["elasticsearch_cluster", "host", "name", "mount", "path"],
      "free space of a data path",
    ),
    gauge(
      "elasticsearch_filesystem_data_size_bytes",
      "bytes",
      ["elasticsearch_cluster", "host", "name", "mount", "path"],
      "size of a data path",
    ),
    gauge(
      "elasticsearch_jvm_memory_used_bytes",
      "bytes",
      ["elasticsearch_cluster", "host", "name", "area"],
      "used heap",
    ),
    gauge(
      "elasticsearch_jvm_memory_max_bytes",
      "bytes",
      ["elasticsearch_cluster", "host", "name", "area"],
      "limit of the heap",
    ),
  ],
} as const satisfies Exporter;

/** CloudWatch metrics by yet-another-cloudwatch-exporter: what AWS alone knows about its services. */
export const cloudwatchExporter = {
  name: "cloudwatch-exporter",
  version: "0.67.0",
  source:
    "https://github.com/prometheus-community/yet-another-cloudwatch-exporter (names: snake case of namespace, metric, statistic)",
  targetLabels: monitorLabels,
  metrics: [
    gauge(
      "aws_backup_number_of_backup_jobs_completed_sum",
      "events",
      ["dimension_ResourceType", "dimension_BackupVaultName", "account_id", "region"],
      "backup jobs that completed in the period",
    ),
    gauge(
      "aws_backup_number_of_backup_jobs_failed_sum",
      "events",
      ["dimension_ResourceType", "dimension_BackupVaultName", "account_id", "region"],
      "backup jobs that failed in the period",
    ),
  ],
} as const satisfies Exporter;

/** Velero, for clusters that back up volumes with it. */
export const velero = {
  name: "velero",
  version: "1.18.1",
  source: "https://github.com/vmware-tanzu/velero/blob/main/pkg/metrics/metrics.go",
  targetLabels: monitorLabels,
  metrics: [
    gauge(
      "velero_backup_last_successful_timestamp",
      "timestampSeconds",
      ["schedule"],
      "last backup of a schedule that succeeded",
    ),
  ],
} as const satisfies Exporter;

/** OpenCost, for clusters that account for their own cost. */
export const openCost = {
  name: "opencost",
  version: "1.117.0",
  source: "https://opencost.io/docs/integrations/metrics/",
  targetLabels: monitorLabels,
  metrics: [gauge("node_total_hourly_cost", "dollars", ["node", "instance_type", "region"], "cost of a node per hour")],
} as const satisfies Exporter;
