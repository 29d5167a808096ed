import type { AlertContext, AlertDefinition } from "../types.ts";

const postgres = { fixed: "postgres" } as const;

/** Alerts about PostgreSQL: connections, replicas, locks. */
export function postgresAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { database } = settings.thresholds;
  const poolUse =
    "sum by (service, pool) (hikaricp_connections_active) / sum by (service, pool) (hikaricp_connections_max > 0)";
  const lag =
    "max by (instance) (pg_replication_lag_seconds * on (instance) group_left () (pg_replication_is_replica == 1))";
  const poolRunbook = {
    diagnosis: [
      {
        text: "Active, waiting and largest number of connections.",
        promql: 'hikaricp_connections_active{service="<service>"}',
      },
      {
        text: "What the connections do.",
        command:
          "platform-psql -c \"select pid, now() - xact_start as age, state, wait_event, left(query, 80) from pg_stat_activity where usename = '<role>' order by age desc limit 20\"",
      },
      {
        text: "More requests, or slower queries?",
        promql:
          'histogram_quantile(0.95, sum by (le) (rate(db_query_duration_seconds_bucket{service="<service>"}[5m])))',
      },
    ],
    mitigation: [
      "Slow queries: see SlowDatabaseQueries; ending one long query frees its connection at once.",
      "Load: more replicas bring more connections, so check DatabaseConnectionsNearMax first; then raise `uses.postgres.poolSize`.",
      "A leak since a release: `npm run rollback -- <service>`.",
    ],
  };
  const lagRunbook = {
    diagnosis: [
      {
        text: "Which replica, and since when?",
        promql: "pg_replication_lag_seconds and on (instance) pg_replication_is_replica == 1",
      },
      {
        text: "A large write or a long read on the replica that blocks replay?",
        command:
          "platform-psql-replica <number> -c \"select pid, now() - query_start as age, left(query, 80) from pg_stat_activity where state = 'active' order by age desc limit 5\"",
      },
      {
        text: "Replica at its limits?",
        command:
          "aws cloudwatch get-metric-statistics --namespace AWS/RDS --metric-name WriteIOPS --dimensions Name=DBInstanceIdentifier,Value=<replica> --start-time <time> --end-time <time> --period 60 --statistics Average",
      },
    ],
    mitigation: [
      "End the long read on the replica (`select pg_terminate_backend(<pid>)`).",
      "A bulk load: wait, or split it into smaller transactions.",
      "Point reports back to the primary until it has caught up. Never promote a replica that lags without deciding on the loss.",
    ],
  };
  return [
    {
      name: "DatabaseConnectionPoolExhausted",
      category: "infrastructure",
      severity: "critical",
      component: "postgres",
      owner: "platform",
      family: "DatabaseConnectionPool",
      service: "expression",
      expr: `${poolUse} > ${database.poolCritical} and on (service, pool) sum by (service, pool) (hikaricp_connections_pending) > 0`,
      for: "2m",
      summary: "pool {{ $labels.pool }} of {{ $labels.service }} is exhausted",
      description: "All connections are in use and threads wait for one. Waiting alone flaps at start, hence both.",
      impact: "Requests wait, then time out (DatabaseConnectionErrors).",
      panel: { dashboard: "infrastructure", panel: "Connection pools" },
      source: "S2, S1 (HikariCP)",
      runbook: poolRunbook,
      cases: [
        {
          name: "for a pool of a single connection",
          series: {
            'hikaricp_connections_active{service="tiny",pool="main"}': 1,
            'hikaricp_connections_max{service="tiny",pool="main"}': 1,
            'hikaricp_connections_pending{service="tiny",pool="main"}': 1,
          },
          fires: [{ service: "tiny", pool: "main" }],
        },
        {
          name: "when all connections are used and threads wait",
          series: {
            'hikaricp_connections_active{service="storage",pool="main"}': 10,
            'hikaricp_connections_max{service="storage",pool="main"}': 10,
            'hikaricp_connections_pending{service="storage",pool="main"}': 1,
          },
          fires: [{ service: "storage", pool: "main" }],
        },
        {
          name: "when nobody waits, when threads wait though connections are left, and for a pool without limit",
          series: {
            'hikaricp_connections_active{service="busy",pool="main"}': 10,
            'hikaricp_connections_max{service="busy",pool="main"}': 10,
            'hikaricp_connections_pending{service="busy",pool="main"}': 0,
            'hikaricp_connections_active{service="starting",pool="main"}': 95,
            'hikaricp_connections_max{service="starting",pool="main"}': 100,
            'hikaricp_connections_pending{service="starting",pool="main"}': 4,
            'hikaricp_connections_active{service="unlimited",pool="main"}': 10,
            'hikaricp_connections_max{service="unlimited",pool="main"}': 0,
            'hikaricp_connections_pending{service="unlimited",pool="main"}': 4,
          },
        },
      ],
    },
    {
      name: "DatabaseConnectionPoolHigh",
      category: "infrastructure",
      severity: "warning",
      component: "postgres",
      owner: "platform",
      family: "DatabaseConnectionPool",
      service: "expression",
      expr: `${poolUse} > ${database.poolWarning}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "pool {{ $labels.pool }} of {{ $labels.service }} is at {{ $value | humanizePercentage }}",
      description: "First tier of DatabaseConnectionPoolExhausted.",
      impact: "A burst will have to wait.",
      panel: { dashboard: "infrastructure", panel: "Connection pools" },
      source: "S1 (HikariCP); reference 3.3",
      runbook: poolRunbook,
      cases: [
        {
          name: "for a pool of a single connection",
          series: {
            'hikaricp_connections_active{service="tiny",pool="main"}': 1,
            'hikaricp_connections_max{service="tiny",pool="main"}': 1,
          },
          fires: [{ service: "tiny", pool: "main" }],
        },
        {
          name: "at nine of ten connections",
          series: {
            'hikaricp_connections_active{service="storage",pool="main"}': 9,
            'hikaricp_connections_max{service="storage",pool="main"}': 10,
          },
          fires: [{ service: "storage", pool: "main" }],
        },
        {
          name: "at eight of ten connections, and for a pool without limit",
          series: {
            'hikaricp_connections_active{service="storage",pool="main"}': 8,
            'hikaricp_connections_max{service="storage",pool="main"}': 10,
            'hikaricp_connections_active{service="unlimited",pool="main"}': 10,
            'hikaricp_connections_max{service="unlimited",pool="main"}': 0,
          },
        },
      ],
    },
    {
      name: "DatabaseConnectionsNearMax",
      category: "infrastructure",
      severity: "warning",
      component: "postgres",
      owner: "platform",
      service: postgres,
      expr: `sum by (instance) (pg_stat_activity_count) / on (instance) max by (instance) (pg_settings_max_connections) > ${database.connections}`,
      for: "5m",
      summary: "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its connections",
      description: "Sessions of all users against max_connections.",
      impact: "At the limit new pods and administrators are refused.",
      panel: { dashboard: "infrastructure", panel: "PostgreSQL connections" },
      source: "S1; reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Who holds them, in which state?", promql: "sum by (usename, state) (pg_stat_activity_count)" },
          {
            text: "Idle in transaction?",
            command:
              "platform-psql -c \"select usename, count(*) from pg_stat_activity where state = 'idle in transaction' group by 1\"",
          },
        ],
        mitigation: [
          "Switch the proxy on (`postgres.proxy`): it shares connections.",
          "Lower `uses.postgres.poolSize` of services with idle connections.",
          "End idle sessions as in DatabaseConnectionFailure.",
        ],
      },
      cases: [
        {
          name: "at 90 of 100 connections",
          series: {
            'pg_stat_activity_count{instance="db",datname="binance",state="idle"}': 60,
            'pg_stat_activity_count{instance="db",datname="binance",state="active"}': 30,
            'pg_settings_max_connections{instance="db",server="db:5432"}': 100,
          },
          fires: [{ instance: "db" }],
        },
        {
          name: "at 80 of 100 connections",
          series: {
            'pg_stat_activity_count{instance="db",datname="binance",state="idle"}': 80,
            'pg_settings_max_connections{instance="db",server="db:5432"}': 100,
          },
        },
      ],
    },
    {
      name: "DatabaseReplicationLag",
      category: "infrastructure",
      severity: "warning",
      component: "postgres",
      owner: "platform",
      family: "DatabaseReplicationLag",
      service: postgres,
      expr: `${lag} > ${database.replicationLagSeconds}`,
      for: "5m",
      keepFiringFor: "5m",
      summary: "replica {{ $labels.instance }} lags {{ $value | humanizeDuration }}",
      description:
        "Delay of replay on a replica; the exporter reports a number for primaries, too, which does not count.",
      impact: "What reads from the replica sees old data; a failover to it would lose that much.",
      panel: { dashboard: "infrastructure", panel: "Replication lag" },
      source: "S2",
      runbook: lagRunbook,
      cases: [
        {
          name: "when a replica is 50 seconds behind",
          series: {
            'pg_replication_lag_seconds{instance="replica"}': 50,
            'pg_replication_is_replica{instance="replica"}': 1,
          },
          fires: [{ instance: "replica" }],
        },
        {
          name: "for a replica 30 seconds behind, and for a primary",
          series: {
            'pg_replication_lag_seconds{instance="replica"}': 30,
            'pg_replication_is_replica{instance="replica"}': 1,
            'pg_replication_lag_seconds{instance="primary"}': 900,
            'pg_replication_is_replica{instance="primary"}': 0,
          },
        },
      ],
    },
    {
      name: "DatabaseReplicationLagCritical",
      category: "infrastructure",
      severity: "critical",
      component: "postgres",
      owner: "platform",
      family: "DatabaseReplicationLag",
      service: postgres,
      expr: `${lag} > ${database.replicationLagCriticalSeconds}`,
      for: "2m",
      summary: "replica {{ $labels.instance }} lags {{ $value | humanizeDuration }}",
      description: "Second tier of DatabaseReplicationLag: more than the recovery aim for region loss allows.",
      impact: "A failover now would lose more than five minutes of trades.",
      panel: { dashboard: "infrastructure", panel: "Replication lag" },
      source: "S2; reference 3.3",
      runbook: lagRunbook,
      cases: [
        {
          name: "when a replica is eight minutes behind",
          series: {
            'pg_replication_lag_seconds{instance="replica"}': 480,
            'pg_replication_is_replica{instance="replica"}': 1,
          },
          fires: [{ instance: "replica" }],
        },
        {
          name: "for a replica five minutes behind, and for a primary",
          series: {
            'pg_replication_lag_seconds{instance="replica"}': 300,
            'pg_replication_is_replica{instance="replica"}': 1,
            'pg_replication_lag_seconds{instance="primary"}': 900,
            'pg_replication_is_replica{instance="primary"}': 0,
          },
        },
      ],
    },
    {
      name: "DatabaseDeadlocks",
      category: "infrastructure",
      severity: "warning",
      component: "postgres",
      owner: "platform",
      service: postgres,
      expr: `sum by (instance, datname) (increase(pg_stat_database_deadlocks{datname!~"template.*|"}[10m])) > ${database.deadlocks}`,
      summary: "{{ $value | humanize }} deadlocks in {{ $labels.datname }}",
      description: "Transactions that the server had to abort because they waited for each other.",
      impact: "The aborted transactions are repeated or lost, depending on the service.",
      panel: { dashboard: "infrastructure", panel: "PostgreSQL deadlocks" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "The statements are in the server's log.",
            command:
              "aws logs filter-log-events --log-group-name /aws/rds/instance/<instance>/postgresql --filter-pattern 'deadlock detected'",
          },
          { text: "Did it begin with a release?", command: "kubectl argo rollouts -n trading list rollouts" },
        ],
        mitigation: [
          "Two services that lock the same rows in different order: the team sorts its updates by key.",
          "Roll back the release that began it.",
        ],
      },
      cases: [
        {
          name: "at exactly five in ten minutes",
          series: {
            'pg_stat_database_deadlocks{instance="db",datname="binance"}': { perMinute: 0.5 },
          },
        },
        {
          name: "after eight deadlocks",
          series: { 'pg_stat_database_deadlocks{instance="db",datname="binance"}': "0x4 8x60" },
          since: 5,
          stillAt: 13,
          goneAt: 18,
          fires: [{ instance: "db", datname: "binance" }],
        },
        {
          name: "after four deadlocks, and for templates",
          series: {
            'pg_stat_database_deadlocks{instance="db",datname="binance"}': "0x4 4x60",
            'pg_stat_database_deadlocks{instance="db",datname="template1"}': "0x4 9x60",
          },
          at: 8,
        },
      ],
    },
    {
      name: "DatabaseLongTransaction",
      category: "infrastructure",
      severity: "warning",
      component: "postgres",
      owner: "platform",
      service: postgres,
      expr: `max by (instance) (pg_long_running_transactions_oldest_timestamp_seconds) > ${database.transactionSeconds}`,
      for: "5m",
      summary: "a transaction on {{ $labels.instance }} runs since {{ $value | humanizeDuration }}",
      description: "Age of the oldest open transaction. The metric is an age, whatever its name says.",
      impact: "Vacuum cannot clean up behind it; locks are held, tables grow.",
      panel: { dashboard: "infrastructure", panel: "PostgreSQL transactions" },
      source: "reference 3.3 (collector long_running_transactions)",
      runbook: {
        diagnosis: [
          {
            text: "Whose is it, and what does it do?",
            command:
              'platform-psql -c "select pid, usename, application_name, now() - xact_start as age, state, left(query, 100) from pg_stat_activity where xact_start is not null order by xact_start limit 5"',
          },
          {
            text: "Does it block others?",
            command:
              "platform-psql -c 'select pid, pg_blocking_pids(pid) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0'",
          },
        ],
        mitigation: [
          "Idle in transaction: `select pg_terminate_backend(<pid>)`.",
          "A report: move it to the replica.",
          "A migration: let it end when it blocks nobody.",
        ],
      },
      cases: [
        {
          name: "after fifteen minutes",
          series: { 'pg_long_running_transactions_oldest_timestamp_seconds{instance="db"}': 900 },
          fires: [{ instance: "db" }],
        },
        {
          name: "after ten minutes",
          series: { 'pg_long_running_transactions_oldest_timestamp_seconds{instance="db"}': 600 },
        },
      ],
    },
  ];
}
