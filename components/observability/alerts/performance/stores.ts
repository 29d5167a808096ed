import type { AlertContext, AlertDefinition } from "../types.ts";

/** Alerts about slow queries and a cache that does not help. */
export function storePerformanceAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { database, cache } = settings.thresholds;
  return [
    {
      name: "SlowDatabaseQueries",
      category: "performance",
      severity: "warning",
      component: "postgres",
      owner: "platform",
      service: "expression",
      expr: `histogram_quantile(0.95, sum by (service, le) (rate(db_query_duration_seconds_bucket[5m]))) > ${database.querySeconds}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "{{ $labels.service }} database p95 is {{ $value | humanizeDuration }} (objective 50 ms)",
      description:
        "One query of twenty takes longer than the objective, as the service measures it (network and pool included).",
      impact: "Answers of the service are late; connections stay busy and the pool runs empty.",
      panel: { dashboard: "serviceDetail", panel: "Database query time" },
      source: "S2 (no number), S0 (p95 < 50 ms)",
      runbook: {
        diagnosis: [
          {
            text: "Statements by total time.",
            command:
              "platform-psql -c 'select calls, mean_exec_time, left(query, 120) from pg_stat_statements order by total_exec_time desc limit 15'",
          },
          {
            text: "Waiting for locks?",
            command:
              "platform-psql -c \"select pid, wait_event_type, wait_event, left(query, 80) from pg_stat_activity where wait_event_type = 'Lock'\"",
          },
          {
            text: "Server saturated? CPU, read and write latency, disk queue of the instance in CloudWatch (RdsCpuHigh, RdsReadLatency).",
            command: "aws cloudwatch describe-alarms --state-value ALARM",
          },
        ],
        mitigation: [
          "A missing index: `explain (analyze, buffers)` of the statement, then `create index concurrently`.",
          "Stale statistics after a large load: `analyze <table>`.",
          "Reading load: move reports to the replica (`postgres.readReplicas`).",
        ],
      },
      cases: [
        {
          name: "when the 95th percentile is exactly the limit",
          series: {
            'db_query_duration_seconds_bucket{service="storage",le="0.025"}': 0,
            'db_query_duration_seconds_bucket{service="storage",le="0.05"}': { perMinute: 57 },
            'db_query_duration_seconds_bucket{service="storage",le="0.09"}': { perMinute: 60 },
            'db_query_duration_seconds_bucket{service="storage",le="+Inf"}': { perMinute: 60 },
          },
        },
        {
          name: "after a single slow minute",
          series: {
            'db_query_duration_seconds_bucket{service="storage",le="0.05"}': "0+60x20 1200 1260+60x40",
            'db_query_duration_seconds_bucket{service="storage",le="0.09"}': "0+60x80",
            'db_query_duration_seconds_bucket{service="storage",le="+Inf"}': "0+60x80",
          },
          at: 33,
        },
        {
          name: "when one of ten queries takes 50 to 90 ms",
          series: {
            'db_query_duration_seconds_bucket{service="storage",le="0.05"}': { perMinute: 90 },
            'db_query_duration_seconds_bucket{service="storage",le="0.09"}': { perMinute: 100 },
            'db_query_duration_seconds_bucket{service="storage",le="+Inf"}': { perMinute: 100 },
          },
          since: 1,
          fires: [{ service: "storage" }],
        },
        {
          name: "when queries take 25 to 50 ms",
          series: {
            'db_query_duration_seconds_bucket{service="storage",le="0.025"}': { perMinute: 10 },
            'db_query_duration_seconds_bucket{service="storage",le="0.05"}': { perMinute: 100 },
            'db_query_duration_seconds_bucket{service="storage",le="+Inf"}': { perMinute: 100 },
          },
        },
      ],
    },
    {
      name: "SlowDatabaseMeanQueryTime",
      category: "performance",
      severity: "warning",
      component: "postgres",
      owner: "platform",
      service: { fixed: "postgres" },
      expr: [
        "sum by (instance, datname) (rate(pg_stat_statements_seconds_total[10m]))",
        `/ (sum by (instance, datname) (rate(pg_stat_statements_calls_total[10m])) > 1) > ${database.querySeconds}`,
      ].join(" "),
      for: "15m",
      keepFiringFor: "5m",
      summary: "mean query time on {{ $labels.datname }} is {{ $value | humanizeDuration }}",
      description:
        "Mean execution time of all statements of a database, as the server measures it, with more than one call per second.",
      impact: "Every service that uses the database is slower.",
      panel: { dashboard: "infrastructure", panel: "PostgreSQL statements" },
      source: "reference 3.3 (postgres_exporter stat_statements)",
      runbook: {
        diagnosis: [
          {
            text: "Which statements grew?",
            promql: 'topk(10, rate(pg_stat_statements_seconds_total{datname="<database>"}[10m]))',
          },
          {
            text: "Text of a statement.",
            command: "platform-psql -c 'select query from pg_stat_statements where queryid = <queryid>'",
          },
          {
            text: "Is a vacuum or a backup running?",
            command: "platform-psql -c 'select * from pg_stat_progress_vacuum'",
          },
        ],
        mitigation: [
          "See SlowDatabaseQueries; here the server is slow for all, so look at its CPU and disk first.",
          "Instance too small: raise `postgres.instanceClass`, applied in the maintenance window.",
        ],
      },
      cases: [
        {
          name: "when a call takes exactly 50 ms, and with exactly one call a second",
          series: {
            'pg_stat_statements_seconds_total{instance="db",datname="binance",queryid="1"}': { perMinute: 6 },
            'pg_stat_statements_calls_total{instance="db",datname="binance",queryid="1"}': { perMinute: 120 },
            'pg_stat_statements_seconds_total{instance="db",datname="idle",queryid="2"}': { perMinute: 9 },
            'pg_stat_statements_calls_total{instance="db",datname="idle",queryid="2"}': { perMinute: 60 },
          },
        },
        {
          name: "when a call takes 80 ms on average",
          series: {
            'pg_stat_statements_seconds_total{instance="db",datname="binance",queryid="1"}': { perMinute: 9 },
            'pg_stat_statements_calls_total{instance="db",datname="binance",queryid="1"}': { perMinute: 110 },
          },
          since: 6,
          fires: [{ instance: "db", datname: "binance" }],
        },
        {
          name: "when a call takes 40 ms, and with few calls",
          series: {
            'pg_stat_statements_seconds_total{instance="db",datname="binance",queryid="1"}': { perMinute: 4.4 },
            'pg_stat_statements_calls_total{instance="db",datname="binance",queryid="1"}': { perMinute: 110 },
            'pg_stat_statements_seconds_total{instance="db",datname="idle",queryid="2"}': { perMinute: 40 },
            'pg_stat_statements_calls_total{instance="db",datname="idle",queryid="2"}': { perMinute: 50 },
          },
        },
      ],
    },
    {
      name: "LowCacheHitRate",
      category: "performance",
      severity: "warning",
      component: "redis",
      owner: "platform",
      service: { fixed: "redis" },
      expr: [
        "sum by (instance) (rate(redis_keyspace_hits_total[10m])) / (sum by (instance)",
        "(rate(redis_keyspace_hits_total[10m]) + rate(redis_keyspace_misses_total[10m])) > 1)",
        `< ${cache.hitRatio}`,
      ].join(" "),
      for: "15m",
      keepFiringFor: "5m",
      summary: "cache hit rate on {{ $labels.instance }} is {{ $value | humanizePercentage }} (objective 90 %)",
      description: "Share of look-ups that found a key, with more than one look-up per second.",
      impact: "The database does the work of the cache; its latency follows.",
      panel: { dashboard: "infrastructure", panel: "Cache hit rate" },
      source: "S0 (> 90 %), S4",
      runbook: {
        diagnosis: [
          { text: "Evictions or expiries?", promql: "rate(redis_evicted_keys_total[5m])" },
          {
            text: "Was the cache emptied or failed over?",
            command: "aws elasticache describe-events --source-type replication-group --duration 120",
          },
          {
            text: "Which prefix misses.",
            command: "CACHE_USER=<service> platform-cache --bigkeys --pattern '<prefix>:*'",
          },
        ],
        mitigation: [
          "Evictions: see RedisEvicting, raise `cache.nodeType`.",
          "After a failover or a deployment: wait for the cache to warm up.",
          "A release changed keys or lifetimes: roll back or raise the lifetime.",
        ],
      },
      cases: [
        {
          name: "when exactly nine of ten hit",
          series: {
            'redis_keyspace_hits_total{instance="cache"}': { perMinute: 108 },
            'redis_keyspace_misses_total{instance="cache"}': { perMinute: 12 },
          },
        },
        {
          name: "when four of five look-ups hit",
          series: {
            'redis_keyspace_hits_total{instance="cache"}': { perMinute: 96 },
            'redis_keyspace_misses_total{instance="cache"}': { perMinute: 24 },
          },
          since: 6,
          fires: [{ instance: "cache" }],
        },
        {
          name: "when nineteen of twenty hit, and with few look-ups",
          series: {
            'redis_keyspace_hits_total{instance="cache"}': { perMinute: 114 },
            'redis_keyspace_misses_total{instance="cache"}': { perMinute: 6 },
            'redis_keyspace_hits_total{instance="idle"}': { perMinute: 10 },
            'redis_keyspace_misses_total{instance="idle"}': { perMinute: 45 },
          },
        },
        {
          name: "when none of the look-ups hit",
          series: {
            'redis_keyspace_hits_total{instance="cold"}': { perMinute: 40 },
            'redis_keyspace_misses_total{instance="cold"}': { perMinute: 80 },
          },
          since: 6,
          fires: [{ instance: "cold" }],
        },
      ],
    },
  ];
}
