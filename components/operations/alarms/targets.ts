import type * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../../stack/naming.ts";
import type { Settings } from "../../../stack/settings.ts";
import { firewallMetric } from "../../network/firewallRules.ts";
import type { AlarmTargets } from "./types.ts";

/** What of an environment alarms watch: its settings, and what exists only as outputs. */
export interface TargetInput {
  settings: Pick<Settings, "postgres" | "cache" | "gateway" | "edge" | "environment">;
  names: Names;
  /** Route 53 health checks by host. */
  healthChecks?: Readonly<Record<string, pulumi.Input<string>>>;
  /** CloudWatch namespace that the trading bot's machine reports to. */
  botMetricNamespace: string;
  /** Log group of the audit trail; absent where there is none. */
  auditLogGroup?: pulumi.Input<string>;
}

/** The targets of an environment. Names are computed, so alarms need not wait for what they watch. */
export function alarmTargets({ settings, names, ...given }: TargetInput): Omit<AlarmTargets, "topics"> {
  const { postgres, cache, gateway, edge, environment } = settings;
  const identifier = names.of("database", "postgres");
  return {
    postgres: {
      identifier,
      replicas: Array.from({ length: postgres.readReplicas }, (_, index) => `${identifier}-replica-${index + 1}`),
      storageGibibytes: postgres.storageGibibytes,
      instanceClass: postgres.instanceClass,
    },
    cache: { replicationGroupId: names.of("cache", "cache"), nodes: cache.nodes },
    broker: { name: names.of("broker", "broker") },
    tradingBot: {
      namespace: given.botMetricNamespace,
      environment: environment.name,
      groupName: `${names.prefix}-trading-bot`,
    },
    balancer: gateway.balancer,
    firewall: edge.firewall.enabled ? { metric: firewallMetric, region: environment.region } : undefined,
    nat: true,
    // CloudWatch keeps the metrics of Route 53 in us-east-1, and an alarm can only tell a topic of its own region.
    healthChecks: environment.region === "us-east-1" ? given.healthChecks : {},
    backupVault: names.of("vault", "backups"),
    auditLogGroup: given.auditLogGroup,
  };
}
