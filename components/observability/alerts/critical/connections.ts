import type { AlertContext, AlertDefinition } from "../types.ts";

/** Alerts that say: a store that everything needs cannot be reached. */
export function connectionAlerts(_context: AlertContext): AlertDefinition[] {
  return [
    {
      name: "DatabaseConnectionFailure",
      category: "critical",
      severity: "critical",
      component: "postgres",
      owner: "platform",
      service: { fixed: "postgres" },
      expr: "pg_up == 0",
      for: "1m",
      summary: "PostgreSQL {{ $labels.instance }} cannot be reached",
      description: "The exporter cannot open a connection to the server.",
      impact: "No service can read or write; trading stops. Everything that depends on the database fails with it.",
      panel: { dashboard: "infrastructure", panel: "PostgreSQL availability" },
      source: "S2, S1",
      runbook: {
        diagnosis: [
          {
            text: "State and last events of the instance (failover, maintenance, storage full).",
            command: "aws rds describe-events --source-type db-instance --duration 60",
          },
          {
            text: "Do the services see it too, or only the exporter?",
            promql: "sum by (service) (rate(hikaricp_connections_timeout_total[5m]))",
          },
          {
            text: "All connections taken? The exporter is refused then as well.",
            promql:
              "sum by (instance) (pg_stat_activity_count) / on (instance) max by (instance) (pg_settings_max_connections)",
          },
          {
            text: "Reach the port from the cluster.",
            command: "platform-psql -c 'select now(), pg_is_in_recovery()'",
          },
        ],
        mitigation: [
          "A failover is under way: wait two minutes, pools reconnect by themselves.",
          "Storage full: raise `postgres.maximumStorageGibibytes` in the stack file, `pulumi up`.",
          "Connections exhausted: end idle ones (`select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle' and state_change < now() - interval '10 minutes'`).",
          "The exporter alone: its secret was rotated; check the ExternalSecret and restart the exporter.",
        ],
      },
      cases: [
        {
          name: "when the exporter cannot connect",
          series: { 'pg_up{instance="db"}': "1x4 0x60" },
          since: 5,
          fires: [{ instance: "db" }],
        },
        { name: "while it connects", series: { 'pg_up{instance="db"}': 1 } },
      ],
    },
    {
      name: "DatabaseConnectionErrors",
      category: "critical",
      severity: "critical",
      component: "postgres",
      owner: "platform",
      service: "expression",
      expr: "sum by (service, pool) (rate(hikaricp_connections_timeout_total[5m])) > 0",
      for: "2m",
      summary: "{{ $labels.service }} cannot get connections from pool {{ $labels.pool }}",
      description: "Threads waited for a database connection longer than the pool's timeout and gave up.",
      impact: "Requests of the service fail; the database itself may be well.",
      panel: { dashboard: "infrastructure", panel: "Connection pools" },
      source: "S2, S1 (HikariCP)",
      runbook: {
        diagnosis: [
          {
            text: "Pool full, or connections that cannot be opened?",
            promql: 'hikaricp_connections_active{service="<service>"} / hikaricp_connections_max{service="<service>"}',
          },
          {
            text: "What the connections do in the database.",
            command:
              "platform-psql -c \"select state, wait_event_type, count(*) from pg_stat_activity where usename = '<role>' group by 1, 2\"",
          },
          {
            text: "Long transactions that hold them.",
            promql: "pg_long_running_transactions_oldest_timestamp_seconds",
          },
        ],
        mitigation: [
          "Database unreachable: DatabaseConnectionFailure comes first.",
          "Pool full of slow queries: end the slowest, see SlowDatabaseQueries.",
          "Connection leak after a release: `npm run rollback -- <service>`; switch leak detection on (`spring.datasource.hikari.leak-detection-threshold`).",
        ],
      },
      cases: [
        {
          name: "while waits time out",
          series: { 'hikaricp_connections_timeout_total{service="storage",pool="main",pod="a"}': { perMinute: 1 } },
          since: 1,
          fires: [{ service: "storage", pool: "main" }],
        },
        {
          name: "when no wait times out any more",
          series: { 'hikaricp_connections_timeout_total{service="storage",pool="main"}': "0+1x9 9x60" },
          at: 18,
        },
      ],
    },
    {
      name: "RedisConnectionFailure",
      category: "critical",
      severity: "critical",
      component: "redis",
      owner: "platform",
      service: { fixed: "redis" },
      expr: "redis_up == 0",
      for: "1m",
      summary: "Redis {{ $labels.instance }} cannot be reached",
      description: "The exporter cannot open a connection to the cache.",
      impact: "Services fall back to the database or fail; latency rises everywhere.",
      panel: { dashboard: "infrastructure", panel: "Redis availability" },
      source: "S2",
      runbook: {
        diagnosis: [
          {
            text: "Events of the replication group (failover, node replacement).",
            command: "aws elasticache describe-events --source-type replication-group --duration 60",
          },
          { text: "Do clients still work?", promql: "redis_connected_clients" },
          {
            text: "Reach the port with TLS.",
            command: "platform-cache ping",
          },
        ],
        mitigation: [
          "Failover under way: wait a minute; the primary end point moves by itself.",
          "Authentication fails: user or password was rotated; check the ExternalSecret and restart the exporter.",
          "A shard is lost: restore from the newest snapshot (`docs/operations`), services warm the cache up again.",
        ],
      },
      cases: [
        {
          name: "when the exporter cannot connect",
          series: { 'redis_up{instance="cache"}': "1x4 0x60" },
          since: 5,
          fires: [{ instance: "cache" }],
        },
        { name: "while it connects", series: { 'redis_up{instance="cache"}': 1 } },
      ],
    },
  ];
}
