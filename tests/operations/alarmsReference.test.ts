import assert from "node:assert/strict";
import { alarmPlan } from "../../components/operations/alarms/plan.ts";
import type { Alarm, AlarmTargets } from "../../components/operations/alarms/types.ts";
import { alarmsSchema } from "../../stack/sections/alarms.ts";

const topics = { critical: "c", warning: "w", heartbeat: "h" };
const targets: AlarmTargets = {
  postgres: { identifier: "db", replicas: ["db-1"], storageGibibytes: 100, instanceClass: "db.r8g.xlarge" },
  cache: { replicationGroupId: "cache", nodes: 2 },
  broker: { name: "broker" },
  tradingBot: { namespace: "TradingPlatform/TradingBot", environment: "production", groupName: "bots" },
  balancer: "application",
  firewall: { metric: "web-firewall", region: "us-east-1" },
  nat: true,
  healthChecks: { api: "id" },
  backupVault: "vault",
  auditLogGroup: "trail",
  topics,
};
const gibibyte = 1024 ** 3;

/**
 * What the reference (section 3.5) and AWS's user guides say, written down a second time by hand: the alarms' own cases
 * are computed from their limits and could not notice a wrong one. In order: what is watched, dimension, limit, period
 * times number, severity, what no data counts as.
 */
const expected: Record<string, [watched: string, dimensions: string, limit: string, periods: string, ...string[]]> = {
  RdsCpuHigh: ["AWS/RDS CPUUtilization Average", "DBInstanceIdentifier", "> 80", "300 x 3", "warning", "missing"],
  RdsFreeStorageLow: [
    ...(["AWS/RDS FreeStorageSpace Minimum", "DBInstanceIdentifier", `< ${15 * gibibyte}`, "300 x 1"] as const),
    ...["warning", "missing"],
  ],
  RdsFreeStorageCritical: [
    ...(["AWS/RDS FreeStorageSpace Minimum", "DBInstanceIdentifier", `< ${5 * gibibyte}`, "300 x 1"] as const),
    ...["critical", "missing"],
  ],
  // A tenth of the 32 GiB of db.r8g.xlarge.
  RdsFreeableMemoryLow: [
    ...(["AWS/RDS FreeableMemory Average", "DBInstanceIdentifier", "< 3435973837", "300 x 3"] as const),
    ...["warning", "missing"],
  ],
  // 80 % of the 3604 connections of db.r8g.xlarge.
  RdsConnectionsHigh: [
    ...(["AWS/RDS DatabaseConnections Average", "DBInstanceIdentifier", "> 2883", "300 x 2"] as const),
    ...["warning", "missing"],
  ],
  RdsReplicaLag: ["AWS/RDS ReplicaLag Maximum", "DBInstanceIdentifier", "> 30", "60 x 5", "warning", "missing"],
  RdsReplicaLagCritical: [
    ...(["AWS/RDS ReplicaLag Maximum", "DBInstanceIdentifier", "> 300", "60 x 5"] as const),
    ...["critical", "missing"],
  ],
  RdsReadLatency: ["AWS/RDS ReadLatency p95", "DBInstanceIdentifier", "> 0.05", "60 x 10", "warning", "missing"],
  RdsWriteLatency: ["AWS/RDS WriteLatency p95", "DBInstanceIdentifier", "> 0.05", "60 x 10", "warning", "missing"],
  RdsDiskQueue: ["AWS/RDS DiskQueueDepth Average", "DBInstanceIdentifier", "> 64", "60 x 5", "warning", "missing"],
  CacheEngineCpu: [
    ...(["AWS/ElastiCache EngineCPUUtilization Average", "CacheClusterId", "> 80", "60 x 5"] as const),
    ...["warning", "missing"],
  ],
  CacheMemoryHigh: [
    ...(["AWS/ElastiCache DatabaseMemoryUsagePercentage Maximum", "CacheClusterId", "> 80", "60 x 5"] as const),
    ...["warning", "missing"],
  ],
  CacheMemoryCritical: [
    ...(["AWS/ElastiCache DatabaseMemoryUsagePercentage Maximum", "CacheClusterId", "> 95", "60 x 5"] as const),
    ...["critical", "missing"],
  ],
  CacheEvictions: ["AWS/ElastiCache Evictions Sum", "CacheClusterId", "> 0", "300 x 2", "warning", "notBreaching"],
  CacheReplicationLag: [
    ...(["AWS/ElastiCache ReplicationLag Maximum", "CacheClusterId", "> 5", "60 x 5"] as const),
    ...["warning", "notBreaching"],
  ],
  CacheHitRate: [
    "AWS/ElastiCache CacheHitRate Average",
    "CacheClusterId",
    "< 90",
    "300 x 3",
    "warning",
    "notBreaching",
  ],
  BrokerMemoryHigh: [
    "100 * used / limit: AWS/AmazonMQ RabbitMQMemUsed Maximum, AWS/AmazonMQ RabbitMQMemLimit Minimum",
    ...(["Broker", "> 90", "60 x 5", "critical", "missing"] as const),
  ],
  BrokerDiskLow: [
    "free / limit: AWS/AmazonMQ RabbitMQDiskFree Minimum, AWS/AmazonMQ RabbitMQDiskFreeLimit Maximum",
    ...(["Broker", "< 2", "60 x 5", "critical", "missing"] as const),
  ],
  BrokerQueueDepth: ["AWS/AmazonMQ MessageReadyCount Maximum", "Broker", "> 10000", "300 x 3", "warning", "missing"],
  TradingBotHeartbeatMissing: [
    ...(["TradingPlatform/TradingBot Heartbeat Maximum", "Environment", "< 1", "60 x 3"] as const),
    ...["critical", "breaching"],
  ],
  TradingBotCpuHigh: [
    "AWS/EC2 CPUUtilization Average",
    "AutoScalingGroupName",
    "> 85",
    "300 x 3",
    "critical",
    "missing",
  ],
  TradingBotMemoryHigh: [
    ...(["TradingPlatform/TradingBot mem_used_percent Maximum", "Environment", "> 90", "60 x 5"] as const),
    ...["critical", "missing"],
  ],
  TradingBotDiskHigh: [
    ...(["TradingPlatform/TradingBot disk_used_percent Maximum", "Environment", "> 95", "60 x 5"] as const),
    ...["critical", "missing"],
  ],
  Alb5xx: [
    '100 * errors / requests: SELECT SUM(HTTPCode_Target_5XX_Count) FROM SCHEMA("AWS/ApplicationELB", LoadBalancer), AWS/WAFV2 AllowedRequests Sum',
    ...(["WebACL, Region, Rule", "> 1", "60 x 2", "critical", "notBreaching"] as const),
  ],
  AlbElb5xx: [
    'SELECT SUM(HTTPCode_ELB_5XX_Count) FROM SCHEMA("AWS/ApplicationELB", LoadBalancer)',
    ...(["", "> 10", "60 x 2", "critical", "notBreaching"] as const),
  ],
  AlbLatencyP95: [
    'SELECT AVG(TargetResponseTime) FROM SCHEMA("AWS/ApplicationELB", LoadBalancer)',
    ...(["", "> 1", "60 x 5", "warning", "notBreaching"] as const),
  ],
  AlbUnhealthyHosts: [
    'SELECT MAX(UnHealthyHostCount) FROM SCHEMA("AWS/ApplicationELB", LoadBalancer, TargetGroup)',
    ...(["", "> 0", "60 x 2", "critical", "notBreaching"] as const),
  ],
  AlbRejected: [
    'SELECT SUM(RejectedConnectionCount) FROM SCHEMA("AWS/ApplicationELB", LoadBalancer)',
    ...(["", "> 0", "60 x 1", "warning", "notBreaching"] as const),
  ],
  NatPortErrors: [
    'SELECT SUM(ErrorPortAllocation) FROM SCHEMA("AWS/NATGateway", NatGatewayId)',
    ...(["", "> 0", "60 x 5", "critical", "notBreaching"] as const),
  ],
  Route53Health: ["AWS/Route53 HealthCheckStatus Minimum", "HealthCheckId", "< 1", "60 x 2", "critical", "breaching"],
  BackupJobFailed: [
    ...(["AWS/Backup NumberOfBackupJobsFailed Sum", "BackupVaultName", "> 0", "3600 x 1"] as const),
    ...["critical", "notBreaching"],
  ],
  MonitoringHeartbeatMissing: [
    ...(["AWS/SNS NumberOfMessagesPublished Sum", "TopicName", "< 1", "300 x 3"] as const),
    ...["critical", "breaching"],
  ],
  SnsDeliveryFailed: [
    ...(["AWS/SNS NumberOfNotificationsFailed Sum", "TopicName", "> 0", "300 x 1"] as const),
    ...["critical", "notBreaching"],
  ],
  RootLogin: ["Trading/Audit RootLogin Sum", "", "> 0", "300 x 1", "critical", "notBreaching"],
  KmsKeyDeletion: ["Trading/Audit KmsKeyDeletion Sum", "", "> 0", "300 x 1", "critical", "notBreaching"],
  UnauthorizedApiCalls: ["Trading/Audit UnauthorizedApiCalls Sum", "", "> 4", "300 x 1", "warning", "notBreaching"],
  IamChange: ["Trading/Audit IamChange Sum", "", "> 0", "300 x 1", "warning", "notBreaching"],
  SecurityGroupChange: ["Trading/Audit SecurityGroupChange Sum", "", "> 0", "300 x 1", "warning", "notBreaching"],
  ConsoleLoginWithoutMfa: ["Trading/Audit ConsoleLoginWithoutMfa Sum", "", "> 0", "300 x 1", "warning", "notBreaching"],
};

/** The alarm in the words of the table. */
function described(alarm: Alarm): string[] {
  const { watches, fires, periodSeconds, periods } = alarm;
  const metrics =
    watches.kind === "metric" ? [watches.metric] : "metrics" in watches ? Object.values(watches.metrics) : [];
  const named = metrics.map(({ namespace, metric, statistic }) => `${namespace} ${metric} ${statistic}`).join(", ");
  const what = {
    metric: () => named,
    formula: () => `${"expression" in watches && watches.expression}: ${named}`,
    query: () => ("sql" in watches ? watches.sql : ""),
    queryFormula: () => ("query" in watches ? `${watches.expression}: ${watches.query.sql}, ${named}` : ""),
  }[watches.kind]();
  const dimensions = [...new Set(metrics.flatMap((metric) => Object.keys(metric.dimensions)))].join(", ");
  const limit = "above" in fires ? `> ${fires.above}` : `< ${fires.below}`;
  return [what, dimensions, limit, `${periodSeconds} x ${periods}`, alarm.severity, alarm.missing];
}

describe("AWS's own alarms against the reference", () => {
  const alarms = alarmPlan(targets, alarmsSchema.parse({}));
  const names = [...new Set(alarms.map(({ name }) => name))];

  it("are all in the table, and the table has no other", () => {
    assert.deepEqual([...names].sort(), Object.keys(expected).sort());
  });

  for (const name of names) {
    it(`${name} watches what it should, with the right limit`, () => {
      const [first] = alarms.filter((alarm) => alarm.name === name);
      assert.deepEqual(described(first!), expected[name]);
    });
  }
});
