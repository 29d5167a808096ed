import assert from "node:assert/strict";
import { auditAlarms, auditFilters } from "../../components/operations/alarms/audit.ts";
import { maximumConnections, memoryGibibytes } from "../../components/operations/alarms/capacity.ts";
import { alarmPlan } from "../../components/operations/alarms/plan.ts";
import type { Alarm, AlarmTargets } from "../../components/operations/alarms/types.ts";
import { topicPolicy } from "../../components/operations/topicPolicy.ts";
import { alarmsSchema } from "../../stack/sections/alarms.ts";

const thresholds = alarmsSchema.parse({});
const topics = { critical: "c", warning: "w", heartbeat: "h" };
const everything: AlarmTargets = {
  postgres: {
    identifier: "db",
    replicas: ["db-replica-1"],
    storageGibibytes: 400,
    instanceClass: "db.r8g.xlarge",
  },
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

/** CloudWatch's verdict on the newest periods, as its user guide describes it for m of n. */
function inAlarm(alarm: Alarm, periods: readonly (number | null)[]): boolean {
  const { fires } = alarm;
  const newest = periods.slice(-alarm.periods);
  const beyond = (value: number) => ("above" in fires ? value > fires.above : value < fires.below);
  const votes = newest.map((value) => (value === null ? alarm.missing === "breaching" : beyond(value)));
  return votes.filter(Boolean).length >= (alarm.periodsToFire ?? alarm.periods);
}

describe("AWS's own alarms", () => {
  const alarms = [
    ...alarmPlan(everything, thresholds),
    ...alarmPlan({ balancer: "network", topics }, thresholds).filter(({ name }) => name.startsWith("Nlb")),
  ];

  for (const alarm of alarms) {
    describe(`${alarm.name}${alarm.instance ? ` (${alarm.instance})` : ""}`, () => {
      it("has a case that fires and one that does not", () => {
        assert.ok(alarm.cases.some(({ fires }) => fires));
        assert.ok(alarm.cases.some(({ fires }) => !fires));
      });
      for (const { name, periods, fires } of alarm.cases) {
        it(`${fires ? "fires" : "stays silent"} ${name}`, () => assert.equal(inAlarm(alarm, periods), fires));
      }
      it("can be evaluated: a period that CloudWatch has, at most a day in all", () => {
        assert.ok(alarm.periodSeconds % 60 === 0 && alarm.periodSeconds * alarm.periods <= 86_400);
        assert.ok((alarm.periodsToFire ?? alarm.periods) <= alarm.periods);
      });
      it("tells what to do", () => {
        assert.ok(alarm.impact && alarm.description);
        assert.ok(alarm.runbook.diagnosis.length > 0 && alarm.runbook.mitigation.length > 0);
        assert.ok(`${alarm.description} ${alarm.impact}`.length < 900, "CloudWatch takes 1024 characters");
      });
    });
  }

  it("watch what the reference lists", () => {
    const names = new Set(alarms.map(({ name }) => name));
    for (const name of [
      ...["RdsCpuHigh", "RdsFreeStorageLow", "RdsFreeStorageCritical", "RdsFreeableMemoryLow", "RdsConnectionsHigh"],
      ...["RdsReplicaLag", "RdsReplicaLagCritical", "RdsReadLatency", "RdsWriteLatency", "RdsDiskQueue"],
      ...["CacheEngineCpu", "CacheMemoryHigh", "CacheMemoryCritical", "CacheEvictions", "CacheReplicationLag"],
      ...["CacheHitRate", "Alb5xx", "AlbElb5xx", "AlbLatencyP95", "AlbUnhealthyHosts", "AlbRejected"],
      ...["NatPortErrors", "MonitoringHeartbeatMissing", "Route53Health", "BackupJobFailed", "SnsDeliveryFailed"],
      ...["KmsKeyDeletion", "RootLogin", "UnauthorizedApiCalls", "IamChange", "SecurityGroupChange"],
      ...["ConsoleLoginWithoutMfa", "BrokerMemoryHigh", "BrokerDiskLow", "BrokerQueueDepth"],
    ]) {
      assert.ok(names.has(name), `${name} is missing`);
    }
  });

  it("have one logical name each", () => {
    const keys = alarms.map(({ name, instance }) => `${name}-${instance ?? ""}`);
    assert.equal(new Set(keys).size, keys.length);
  });

  it("watch only what exists", () => {
    const few = alarmPlan({ topics }, thresholds).map(({ name }) => name);
    assert.deepEqual(few, ["MonitoringHeartbeatMissing", "SnsDeliveryFailed", "SnsDeliveryFailed"]);
    const single = alarmPlan({ cache: { replicationGroupId: "cache", nodes: 1 }, topics }, thresholds);
    assert.ok(!single.some(({ name }) => name === "CacheReplicationLag"), "a single node copies to nobody");
  });

  it("count silence of the heartbeat and of health checks as trouble, and no errors as none", () => {
    const missing = (name: string) => alarms.find((alarm) => alarm.name === name)?.missing;
    assert.equal(missing("MonitoringHeartbeatMissing"), "breaching");
    assert.equal(missing("Route53Health"), "breaching");
    assert.equal(missing("TradingBotHeartbeatMissing"), "breaching");
    assert.equal(missing("Alb5xx"), "notBreaching");
    assert.equal(missing("RdsCpuHigh"), "missing");
  });

  it("follow the settings", () => {
    const [cpu] = alarmPlan(everything, { ...thresholds, databaseCpuPercent: 90 });
    assert.deepEqual(cpu?.fires, { above: 90 });
    const [, low, critical] = alarmPlan(everything, thresholds);
    assert.deepEqual(low?.fires, { below: 60 * 1024 ** 3 });
    assert.deepEqual(critical?.fires, { below: 20 * 1024 ** 3 });
  });

  it("ask all balancers by the exact set of dimensions that CloudWatch publishes", () => {
    for (const { watches, name } of alarms) {
      if (watches.kind !== "query") continue;
      assert.match(watches.sql, /^SELECT (SUM|MAX|AVG)\(\w+\) FROM SCHEMA\("AWS\/\w+"(, \w+)+\)$/, name);
    }
  });

  it("hold one query each, as CloudWatch takes no more in a request, and none for requests without the firewall", () => {
    const withoutFirewall = alarmPlan({ balancer: "application", topics }, thresholds);
    assert.ok(withoutFirewall.every(({ name }) => name !== "Alb5xx"));
  });

  it("filter the audit trail by patterns with balanced brackets", () => {
    assert.equal(auditAlarms().length, auditFilters.length);
    for (const { pattern } of auditFilters) {
      assert.match(pattern, /^\{ .* \}$/);
      assert.equal(pattern.split("(").length, pattern.split(")").length);
      assert.ok(pattern.length <= 1024, "CloudWatch Logs takes 1024 characters");
    }
  });
});

describe("capacity of database instances", () => {
  it("follows from family and size", () => {
    assert.equal(memoryGibibytes("db.t4g.micro"), 1);
    assert.equal(memoryGibibytes("db.t4g.medium"), 4);
    assert.equal(memoryGibibytes("db.m8g.large"), 8);
    assert.equal(memoryGibibytes("db.r8g.xlarge"), 32);
    assert.equal(memoryGibibytes("db.r7g.4xlarge"), 128);
  });

  it("gives the connections that RDS allows by default, at most 5000", () => {
    assert.equal(maximumConnections("db.t4g.micro"), 112);
    assert.equal(maximumConnections("db.r8g.xlarge"), 3604);
    assert.equal(maximumConnections("db.r8g.4xlarge"), 5000);
  });

  it("says where to add a class that it does not know", () => {
    assert.throws(() => memoryGibibytes("db.z9.large"), /capacity\.ts/);
    assert.throws(() => memoryGibibytes("db.r8g.metal"), /capacity\.ts/);
  });
});

describe("policies of the alert topics", () => {
  const arn = "arn:aws:sns:us-east-1:111122223333:trading-platform-staging-alerts-critical";

  it("let services of this account publish, and nobody else", () => {
    for (const statement of topicPolicy("critical", arn, "111122223333")) {
      assert.equal(statement.Resource, arn);
      if (statement.Effect === "Deny") continue;
      assert.notEqual(statement.Principal, "*");
      assert.match(JSON.stringify(statement.Condition), /111122223333/);
    }
  });

  it("refuse messages in clear", () => {
    for (const topic of ["critical", "warning", "heartbeat"] as const) {
      const deny = topicPolicy(topic, arn, "111122223333").find(({ Effect }) => Effect === "Deny");
      assert.deepEqual(deny?.Condition, { Bool: { "aws:SecureTransport": "false" } });
    }
  });

  it("keep services off the heartbeat: only the Watchdog may make it beat", () => {
    assert.ok(topicPolicy("heartbeat", arn, "111122223333").every(({ Effect }) => Effect === "Deny"));
  });
});
