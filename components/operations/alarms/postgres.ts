import { maximumConnections, memoryGibibytes } from "./capacity.ts";
import { belowCases, limitCases } from "./cases.ts";
import type { Alarm, AlarmTargets, AlarmThresholds, MetricSource } from "./types.ts";

const gibibyte = 1024 ** 3;

const common = {
  component: "postgres",
  owner: "platform",
  panel: { dashboard: "infrastructure", panel: "RDS" },
  source: "S2, S0, AWS RDS user guide",
} as const;

const lookAtInstance = {
  text: "Load, waits and top statements of the last hour: Performance Insights of the instance.",
  command:
    'aws pi get-resource-metrics --service-type RDS --identifier <resource-id> --metric-queries \'[{"Metric":"db.load.avg","GroupBy":{"Group":"db.wait_event"}}]\' --start-time <from> --end-time <to> --period-in-seconds 60',
};

/** Alarms on the database, as AWS sees it. */
export function postgresAlarms(postgres: NonNullable<AlarmTargets["postgres"]>, thresholds: AlarmThresholds): Alarm[] {
  const { identifier, replicas, storageGibibytes, instanceClass } = postgres;
  const metric = (name: string, statistic: string, id = identifier): { kind: "metric"; metric: MetricSource } => ({
    kind: "metric",
    metric: { namespace: "AWS/RDS", metric: name, statistic, dimensions: { DBInstanceIdentifier: id } },
  });
  const storage = (share: number) => Math.round(storageGibibytes * gibibyte * share);
  const latency = thresholds.databaseLatencyMilliseconds / 1000;
  return [
    {
      ...common,
      name: "RdsCpuHigh",
      category: "infrastructure",
      severity: "warning",
      watches: metric("CPUUtilization", "Average"),
      fires: { above: thresholds.databaseCpuPercent },
      unit: "percent",
      periodSeconds: 300,
      periods: 3,
      missing: "missing",
      description: "The database's processors are busy for a quarter of an hour.",
      impact: "Queries queue; orders and market data are written late.",
      runbook: {
        diagnosis: [
          lookAtInstance,
          {
            text: "Which statements take the time?",
            command:
              "platform-psql -c 'select total_exec_time, calls, query from pg_stat_statements order by 1 desc limit 10'",
          },
        ],
        mitigation: [
          "One statement: add the index or limit it; end it if it runs away (`select pg_cancel_backend(<pid>)`).",
          "Growth: raise `postgres.instanceClass` in the stack file; with a standby the change costs about a minute.",
        ],
      },
      cases: limitCases(thresholds.databaseCpuPercent, 3, 15),
    },
    ...(["warning", "critical"] as const).map((severity): Alarm => {
      const share = severity === "warning" ? 0.15 : 0.05;
      return {
        ...common,
        name: severity === "warning" ? "RdsFreeStorageLow" : "RdsFreeStorageCritical",
        category: "infrastructure",
        severity,
        watches: metric("FreeStorageSpace", "Minimum"),
        fires: { below: storage(share) },
        unit: "bytes",
        periodSeconds: 300,
        periods: 1,
        missing: "missing",
        description: `Less than ${share * 100} % of the first disk size is free.`,
        impact: "A full disk stops the database; RDS grows it only up to the limit, and only every six hours.",
        runbook: {
          diagnosis: [
            {
              text: "How large is it, how far may it grow?",
              command:
                "aws rds describe-db-instances --db-instance-identifier <id> --query 'DBInstances[0].[AllocatedStorage,MaxAllocatedStorage]'",
            },
            {
              text: "Does a replication slot hold back the log?",
              command:
                "platform-psql -c 'select slot_name, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) from pg_replication_slots'",
            },
          ],
          mitigation: [
            "Raise `postgres.storageGibibytes` and `maximumStorageGibibytes`, `pulumi up`; it works online.",
            "A slot nobody reads: `DATABASE_ROLE=administrator platform-psql -c \"select pg_drop_replication_slot('<slot>')\"`; its log is freed with the next checkpoint.",
            "At the limit of growth within the six hours after the last one: delete or truncate what can be rebuilt (candles of old months are in Elasticsearch and can be loaded again).",
          ],
        },
        cases: [
          { name: "one byte below the limit", periods: [storage(share) - 1], fires: true },
          { name: "at the limit", periods: [storage(share)], fires: false },
        ],
      };
    }),
    {
      ...common,
      name: "RdsFreeableMemoryLow",
      category: "infrastructure",
      severity: "warning",
      watches: metric("FreeableMemory", "Average"),
      fires: { below: Math.round(memoryGibibytes(instanceClass) * gibibyte * 0.1) },
      unit: "bytes",
      periodSeconds: 300,
      periods: 3,
      missing: "missing",
      description: "Less than a tenth of the instance's memory is free or in a cache that could be given up.",
      impact: "The database begins to swap and becomes slow; in the end it restarts.",
      runbook: {
        diagnosis: [
          {
            text: "How many connections, and what do they hold?",
            command: "platform-psql -c 'select state, count(*) from pg_stat_activity group by 1'",
          },
          lookAtInstance,
        ],
        mitigation: [
          "Many connections: turn on `postgres.proxy.enabled` or lower the services' pool sizes.",
          "Large sorts: lower `work_mem`; or a larger `postgres.instanceClass`.",
        ],
      },
      cases: belowCases(Math.round(memoryGibibytes(instanceClass) * gibibyte * 0.1), 3),
    },
    {
      ...common,
      name: "RdsConnectionsHigh",
      category: "infrastructure",
      severity: "warning",
      watches: metric("DatabaseConnections", "Average"),
      fires: { above: Math.floor(maximumConnections(instanceClass) * 0.8) },
      unit: "connections",
      periodSeconds: 300,
      periods: 2,
      missing: "missing",
      description: "More than 80 % of the connections that the instance accepts are open.",
      impact: "Soon new connections are refused; services that restart do not come back.",
      runbook: {
        diagnosis: [
          {
            text: "Who holds them?",
            command:
              "platform-psql -c 'select usename, application_name, state, count(*) from pg_stat_activity group by 1,2,3 order by 4 desc'",
          },
          {
            text: "As the services see it: pools that are nearly used up.",
            promql:
              "sum by (service, pool) (hikaricp_connections_active) / sum by (service, pool) (hikaricp_connections_max)",
          },
        ],
        mitigation: [
          "Idle ones: `select pg_terminate_backend(pid) from pg_stat_activity where state = $$idle$$ and state_change < now() - interval $$10 minutes$$`.",
          "Too many replicas times pool size: lower `uses.postgres.poolSize` in the catalog, or turn on the proxy.",
        ],
      },
      cases: limitCases(Math.floor(maximumConnections(instanceClass) * 0.8), 2, 1),
    },
    ...replicas.flatMap((replica, index) =>
      (["warning", "critical"] as const).map((severity): Alarm => {
        const seconds = severity === "warning" ? 30 : 300;
        return {
          ...common,
          name: severity === "warning" ? "RdsReplicaLag" : "RdsReplicaLagCritical",
          instance: `replica-${index + 1}`,
          category: "infrastructure",
          severity,
          watches: metric("ReplicaLag", "Maximum", replica),
          fires: { above: seconds },
          unit: "seconds",
          periodSeconds: 60,
          periods: 5,
          missing: "missing",
          description: `A read replica is more than ${seconds} s behind the primary for five minutes.`,
          impact: "Readers see old positions and prices; the replica is of no use for a failover.",
          runbook: {
            diagnosis: [
              {
                text: "Does a long query on the replica hold the replay back?",
                command:
                  "platform-psql-replica <number> -c 'select pid, now() - xact_start, query from pg_stat_activity order by 2 desc limit 5'",
              },
              {
                text: "Does the primary write unusually much?",
                command: "platform-psql -c 'select pg_current_wal_lsn()' # twice, a minute apart",
              },
            ],
            mitigation: [
              "A long query: cancel it.",
              "A bulk load: wait, or run it in smaller parts.",
              "The replica is too small: set `postgres.replicaInstanceClass` to the primary's.",
            ],
          },
          cases: limitCases(seconds, 5, 60),
        };
      }),
    ),
    ...(["Read", "Write"] as const).map(
      (direction): Alarm => ({
        ...common,
        name: `Rds${direction}Latency`,
        category: "performance",
        severity: "warning",
        watches: metric(`${direction}Latency`, "p95"),
        fires: { above: latency },
        unit: "seconds",
        periodSeconds: 60,
        periods: 10,
        missing: "missing",
        description: `The 95th percentile of the disk's ${direction.toLowerCase()} time is above the objective for queries.`,
        impact: "The objective of 50 ms for database queries cannot be met while the disk alone takes as long.",
        runbook: {
          diagnosis: [
            {
              text: "Are operations or throughput of the disk at their limit?",
              command:
                "aws cloudwatch get-metric-statistics --namespace AWS/RDS --metric-name DiskQueueDepth --dimensions Name=DBInstanceIdentifier,Value=<id> --statistics Average --period 60 --start-time <from> --end-time <to>",
            },
            lookAtInstance,
          ],
          mitigation: [
            "At the limit: a disk of 400 GiB or more has four times the operations of a smaller one.",
            "A checkpoint or vacuum: it passes; spread it (`checkpoint_completion_target`).",
          ],
        },
        cases: limitCases(latency, 10, latency),
      }),
    ),
    {
      ...common,
      name: "RdsDiskQueue",
      category: "performance",
      severity: "warning",
      watches: metric("DiskQueueDepth", "Average"),
      fires: { above: 64 },
      unit: "operations",
      periodSeconds: 60,
      periods: 5,
      missing: "missing",
      description: "More than 64 operations wait for the disk for five minutes.",
      impact: "Every query that touches the disk is slow.",
      runbook: {
        diagnosis: [
          lookAtInstance,
          {
            text: "Which statements read or write most, and are their blocks not in memory?",
            command:
              "platform-psql -c 'select shared_blks_read, shared_blks_written, calls, left(query, 100) from pg_stat_statements order by 1 desc limit 10'",
          },
          {
            text: "A vacuum or a new index?",
            command:
              "platform-psql -c 'select * from pg_stat_progress_vacuum' -c 'select * from pg_stat_progress_create_index'",
          },
        ],
        mitigation: [
          "One statement reads whole tables: cancel it (`DATABASE_ROLE=administrator platform-psql -c 'select pg_cancel_backend(<pid>)'`), then give it an index.",
          "Bulk work: move it to the night, in smaller parts.",
          "Everyday load: 400 GiB and more (`postgres.storageGibibytes`) have four times the operations; a larger `postgres.instanceClass` keeps more in memory.",
        ],
      },
      cases: limitCases(64, 5, 16),
    },
  ];
}
