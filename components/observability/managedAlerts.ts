import { firewallMetric } from "../network/firewallRules.ts";
import { alarmPlan } from "../operations/alarms/plan.ts";
import type { Alarm } from "../operations/alarms/types.ts";
import type { AlertDefinition } from "./alerts/types.ts";
import { logAlerts } from "./grafana/logs/all.ts";
import type { GrafanaAlert, RuleQuery } from "./grafana/types.ts";

/** An alert outside Prometheus, in the words of the catalogue: for lists and for runbook pages. */
export interface ManagedAlert
  extends Pick<
    AlertDefinition,
    | "name"
    | "category"
    | "severity"
    | "component"
    | "owner"
    | "for"
    | "summary"
    | "description"
    | "impact"
    | "panel"
    | "runbook"
    | "source"
  > {
  /** Who evaluates it. */
  readonly evaluatedBy: "Grafana" | "CloudWatch";
  /** Language of the condition, as a code block of a page is marked. */
  readonly language: "logql" | "text";
  /** The whole condition, for people. */
  readonly condition: string;
}

/**
 * Every alert that Grafana or AWS evaluates, each name once.
 *
 * @param alarms those of an environment; without them all that there can be, with the limits of an example
 */
export function managedAlerts(
  alarms: readonly Alarm[] = [...exampleAlarms("application"), ...exampleAlarms("network")],
): ManagedAlert[] {
  const all = [
    guardDutyFinding,
    ...logAlerts({ criticalServices: ["<service>"] }).map(fromGrafana),
    ...alarms.map(fromCloudwatch),
  ];
  return [...new Map(all.map((alert) => [alert.name, alert])).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The one alert that is an event of AWS and no alarm: EventBridge hands it to the topic. */
const guardDutyFinding: ManagedAlert = {
  name: "GuardDutyFinding",
  category: "security",
  severity: "critical",
  component: "aws-account",
  owner: "security",
  summary: "GuardDuty found something grave",
  description:
    "A finding of severity 7 or more: stolen credentials, a machine that talks to a known attacker, malware.",
  impact: "Somebody may be inside the account or the cluster.",
  panel: { dashboard: "security", panel: "GuardDuty findings" },
  source: "S4, AWS GuardDuty user guide",
  evaluatedBy: "CloudWatch",
  language: "text",
  condition: "source aws.guardduty, GuardDuty Finding, severity >= 7",
  runbook: {
    diagnosis: [
      {
        text: "The finding in full: which resource, which address, since when?",
        command: "aws guardduty get-findings --detector-id <detector> --finding-ids <finding>",
      },
      {
        text: "What else did the same identity or address do?",
        command:
          "aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=<name> --max-results 50",
      },
    ],
    mitigation: [
      "Credentials: deactivate the key, or end the role's sessions (`aws iam put-role-policy` with a deny before now); rotate what it could read.",
      "A pod or node: cut it off with a network policy or security group, keep its disk for the investigation, then replace it.",
      "Ours after all (a penetration test, a new tool): archive the finding with the reason.",
    ],
  },
};

/** Alarms for an environment that has everything. */
function exampleAlarms(balancer: "application" | "network"): Alarm[] {
  return alarmPlan(
    {
      postgres: { identifier: "", replicas: [""], storageGibibytes: 400, instanceClass: "db.r8g.xlarge" },
      cache: { replicationGroupId: "", nodes: 2 },
      broker: { name: "" },
      tradingBot: { namespace: "TradingPlatform/TradingBot", environment: "", groupName: "" },
      balancer,
      firewall: { metric: firewallMetric, region: "" },
      nat: true,
      healthChecks: { api: "" },
      backupVault: "<vault>",
      auditLogGroup: "<log group>",
      topics: { critical: "", warning: "", heartbeat: "" },
    },
    {
      ...{ databaseCpuPercent: 80, databaseLatencyMilliseconds: 50, cacheCpuPercent: 80, cacheHitPercent: 90 },
      ...{ responseMilliseconds: 1000, errorPercent: 1 },
    },
  );
}

function fromGrafana(alert: GrafanaAlert): ManagedAlert {
  const { threshold, queries, math } = alert;
  const limit = "above" in threshold ? `> ${threshold.above}` : `< ${threshold.below}`;
  const [first, ...others] = queries;
  const condition =
    others.length === 0
      ? `${queryText(first!)} ${limit}`
      : `${queries.map((query, index) => `${String.fromCharCode(65 + index)} = ${queryText(query)}`).join("\n")}\n${math} ${limit}`;
  return {
    ...alert,
    evaluatedBy: "Grafana",
    language: first!.kind === "loki" && others.length === 0 ? "logql" : "text",
    condition,
  };
}

function queryText(query: RuleQuery): string {
  switch (query.kind) {
    case "loki":
    case "prometheus":
      return query.expr;
    case "cloudwatch":
      return `${query.statistic} of ${query.namespace} ${query.metric}`;
    case "insights":
      return query.expression;
  }
}

function fromCloudwatch(alarm: Alarm): ManagedAlert {
  const { watches, fires, unit, periodSeconds, periods, missing } = alarm;
  const limit = "above" in fires ? `> ${fires.above}` : `< ${fires.below}`;
  const when = `${periods === 1 ? "one period" : `${periods} periods`} of ${periodSeconds} s`;
  return {
    ...alarm,
    for: `${(periodSeconds * periods) / 60}m`,
    summary: alarm.description,
    evaluatedBy: "CloudWatch",
    language: "text",
    condition: sourceText(watches, `${limit} (${unit}) in ${when}; no data counts as ${missing}`),
  };
}

function sourceText(watches: Alarm["watches"], limit: string): string {
  const formula = (expression: string, parts: readonly (readonly [string, string])[]) =>
    [`${expression} ${limit}`, ...parts.map(([id, text]) => `  ${id} = ${text}`)].join("\n");
  switch (watches.kind) {
    case "metric":
      return `${metricText(watches.metric)} ${limit}`;
    case "query":
      return `${watches.sql} ${limit}`;
    case "formula":
      return formula(
        watches.expression,
        Object.entries(watches.metrics).map(([id, metric]) => [id, metricText(metric)] as const),
      );
    case "queryFormula":
      return formula(watches.expression, [
        [watches.query.id, watches.query.sql],
        ...Object.entries(watches.metrics).map(([id, metric]) => [id, metricText(metric)] as const),
      ]);
  }
}

function metricText({
  namespace,
  metric,
  statistic,
}: {
  namespace: string;
  metric: string;
  statistic: string;
}): string {
  return `${statistic} of ${namespace} ${metric}`;
}
