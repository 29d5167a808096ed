import type * as pulumi from "@pulumi/pulumi";
import type { AlertDefinition } from "../../observability/alerts/types.ts";

/** One CloudWatch metric of one resource. */
export interface MetricSource {
  namespace: string;
  metric: string;
  /** `Average`, `Sum`, `Minimum`, `Maximum` or a percentile such as `p95`. */
  statistic: string;
  /** Names of resources; may be outputs. */
  dimensions: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What an alarm looks at: one metric, a formula over several, or a Metrics Insights query over all resources. */
export type AlarmSource =
  | { kind: "metric"; metric: MetricSource }
  | { kind: "formula"; expression: string; metrics: Readonly<Record<string, MetricSource>> }
  | { kind: "query"; sql: string }
  | {
      kind: "queryFormula";
      expression: string;
      /** CloudWatch takes one query in a request, and so in an alarm. */
      query: { readonly id: string; readonly sql: string };
      metrics: Readonly<Record<string, MetricSource>>;
    };

/** One test of an alarm: values of the periods, the newest last; `null` is a period without data. */
export interface AlarmCase {
  readonly name: string;
  readonly periods: readonly (number | null)[];
  readonly fires: boolean;
}

/**
 * An alarm of AWS itself. The words are those of the alert catalogue, so that one runbook page serves both.
 */
export interface Alarm
  extends Pick<
    AlertDefinition,
    "name" | "category" | "component" | "owner" | "description" | "impact" | "panel" | "runbook" | "source"
  > {
  readonly severity: "critical" | "warning";
  /** Ends the logical name when several resources have the same alarm. */
  readonly instance?: string;
  readonly watches: AlarmSource;
  /** `above` and `below` exclude the threshold. */
  readonly fires: { readonly above: number } | { readonly below: number };
  /** Unit of the threshold, for people. */
  readonly unit: string;
  readonly periodSeconds: number;
  /** Periods that are looked at. */
  readonly periods: number;
  /** How many of them must be beyond the threshold. @default all */
  readonly periodsToFire?: number;
  /** What a period without data counts as. */
  readonly missing: "breaching" | "notBreaching" | "missing";
  /** Tell the other topic: for alarms about the delivery of this one. */
  readonly byOtherTopic?: boolean;
  readonly cases: readonly AlarmCase[];
}

/** What the alarms watch, by physical name. What is absent has no alarms. */
export interface AlarmTargets {
  postgres?: {
    /** Identifier of the primary. */
    identifier: pulumi.Input<string>;
    /** Identifiers of the copies. */
    replicas: readonly pulumi.Input<string>[];
    /** Disk, in GiB. */
    storageGibibytes: number;
    /** Class of the instance, for example `db.r8g.xlarge`: memory and connections follow from it. */
    instanceClass: string;
  };
  cache?: {
    /** Replication group; its nodes are `<group>-001`, `-002`, … */
    replicationGroupId: string;
    nodes: number;
  };
  broker?: { name: pulumi.Input<string> };
  /** The trading bot on EC2: namespace and dimension of what its machine reports, and the group that keeps it alive. */
  tradingBot?: { namespace: string; environment: string; groupName: string };
  /** The balancer before the gateway, made by the cluster: its name is not known, so it is found by its metrics. */
  balancer?: "network" | "application";
  /** The web firewall before it, by its metric's name; it counts the requests of a balancer whose name is not known. */
  firewall?: { metric: string; region: string };
  /** True when the network has NAT gateways. */
  nat?: boolean;
  /** Route 53 health checks by host; their metrics exist in us-east-1 only. */
  healthChecks?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Name of the backup vault. */
  backupVault?: pulumi.Input<string>;
  /** Log group of the audit trail, for the filters on what people and keys do. */
  auditLogGroup?: pulumi.Input<string>;
  /** Names of the topics. */
  topics: { critical: pulumi.Input<string>; warning: pulumi.Input<string>; heartbeat: pulumi.Input<string> };
}

/** Numbers that alarms compare with: the section `alarms` of the stack file. */
export interface AlarmThresholds {
  databaseCpuPercent: number;
  databaseLatencyMilliseconds: number;
  cacheCpuPercent: number;
  cacheHitPercent: number;
  responseMilliseconds: number;
  errorPercent: number;
}
