import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { Settings } from "../../stack/settings.ts";
import { botMetricNamespace } from "../compute/tradingBot.ts";
import { auditFilters, auditNamespace } from "./alarms/audit.ts";
import { alarmPlan } from "./alarms/plan.ts";
import { alarmTargets, type TargetInput } from "./alarms/targets.ts";
import type { Alarm, MetricSource } from "./alarms/types.ts";
import type { Notifications } from "./notifications.ts";

/** What AWS's own alarms need to be told. */
export interface AlarmsArgs {
  names: Names;
  /** Sizes of what is watched, thresholds (`alarms`), and where runbook pages are served (`alerts`). */
  settings: Pick<Settings, "alerts" | "alarms"> & TargetInput["settings"];
  /** Zone with its health checks. */
  dns: { readonly healthCheckIds: Readonly<Record<string, pulumi.Input<string>>> };
  /** Audit trail with its log group; absent where there is none. */
  trail?: { readonly logGroupName: pulumi.Input<string> };
  /** Topics that the alarms publish to. */
  notifications: Notifications;
}

/**
 * AWS's own alarms on what AWS runs: databases, cache, broker, trading bot, balancer, network, backups, audit trail, and on
 * the beat of the monitoring itself. They go to SNS without passing the cluster.
 *
 * Cost: 0.10 USD a month for each alarm, a little more for those that ask over all resources.
 */
export class Alarms extends pulumi.ComponentResource {
  /** The alarms as data; some are shown in Grafana too. */
  readonly plan: readonly Alarm[];

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { names, settings, dns, trail, notifications } = args;
    const targets = alarmTargets({
      ...{ settings, names, botMetricNamespace, healthChecks: dns.healthCheckIds, auditLogGroup: trail?.logGroupName },
    });
    const plan = alarmPlan({ ...targets, topics: notifications.topicNames }, settings.alarms);
    super(
      "trading-platform:operations:Alarms",
      name,
      { alarms: plan.map((alarm) => alarm.name), ...settings.alarms, severityCap: settings.alerts.severityCap },
      opts,
    );

    for (const alarm of plan) createAlarm(name, alarm, args, this);
    if (trail !== undefined) createAuditFilters(name, trail.logGroupName, this);
    createThreatRule(name, args, this);

    this.plan = plan;
    this.registerOutputs({});
  }
}

function createAlarm(name: string, alarm: Alarm, args: AlarmsArgs, parent: pulumi.Resource): void {
  const { fires } = alarm;
  const suffix = alarm.instance === undefined ? "" : `-${alarm.instance}`;
  const topic = topicOf(alarm, args);
  new aws.cloudwatch.MetricAlarm(
    `${name}-${kebab(alarm.name)}${suffix}`,
    {
      // The subject of the message that people get.
      name: `${args.names.prefix}-${alarm.name}${suffix}`,
      alarmDescription: `${alarm.description} ${alarm.impact} Runbook: ${args.settings.alerts.runbookBaseUrl}/${alarm.name}.md`,
      ...sourceOf(alarm),
      comparisonOperator: "above" in fires ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: "above" in fires ? fires.above : fires.below,
      evaluationPeriods: alarm.periods,
      datapointsToAlarm: alarm.periodsToFire ?? alarm.periods,
      treatMissingData: alarm.missing,
      actionsEnabled: true,
      alarmActions: [topic],
      okActions: [topic],
      tags: { Severity: alarm.severity, Component: alarm.component, Team: alarm.owner },
    },
    { parent },
  );
}

function topicOf({ severity, byOtherTopic }: Alarm, { notifications, settings }: AlarmsArgs): pulumi.Output<string> {
  // Where nobody is paged, nobody listens to the topic of critical alarms.
  if (settings.alerts.severityCap === "warning") return notifications.warningTopicArn;
  const toCritical = (severity === "critical") !== (byOtherTopic ?? false);
  return toCritical ? notifications.criticalTopicArn : notifications.warningTopicArn;
}

/** What the alarm looks at, in CloudWatch's words. */
function sourceOf({ watches, periodSeconds }: Alarm): Partial<aws.cloudwatch.MetricAlarmArgs> {
  const result = { id: "result", returnData: true };
  switch (watches.kind) {
    case "metric": {
      const { namespace, metric, statistic, dimensions } = watches.metric;
      const how = statistic.startsWith("p") ? { extendedStatistic: statistic } : { statistic };
      return { namespace, metricName: metric, ...how, dimensions, period: periodSeconds };
    }
    case "formula":
      return {
        metricQueries: [
          { ...result, expression: watches.expression, label: watches.expression },
          ...Object.entries(watches.metrics).map(([id, metric]) => ({ id, metric: metricOf(metric, periodSeconds) })),
        ],
      };
    case "query":
      return { metricQueries: [{ ...result, expression: watches.sql, period: periodSeconds }] };
    case "queryFormula":
      return {
        metricQueries: [
          { ...result, expression: watches.expression, label: watches.expression },
          { id: watches.query.id, expression: watches.query.sql, period: periodSeconds },
          ...Object.entries(watches.metrics).map(([id, metric]) => ({ id, metric: metricOf(metric, periodSeconds) })),
        ],
      };
  }
}

function metricOf({ namespace, metric, statistic, dimensions }: MetricSource, period: number) {
  return { namespace, metricName: metric, stat: statistic, dimensions, period };
}

function createAuditFilters(name: string, logGroupName: pulumi.Input<string>, parent: pulumi.Resource): void {
  for (const filter of auditFilters) {
    new aws.cloudwatch.LogMetricFilter(
      `${name}-filter-${kebab(filter.name)}`,
      {
        logGroupName,
        pattern: filter.pattern,
        metricTransformation: { namespace: auditNamespace, name: filter.name, value: "1", unit: "Count" },
      },
      { parent },
    );
  }
}

/** Findings of GuardDuty are events, not metrics: the grave ones go to the topic as they come. */
function createThreatRule(name: string, { notifications, settings }: AlarmsArgs, parent: pulumi.Resource): void {
  const rule = new aws.cloudwatch.EventRule(
    `${name}-threats`,
    {
      description: "Findings of GuardDuty of severity 7 and above",
      eventPattern: JSON.stringify({
        source: ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        detail: { severity: [{ numeric: [">=", 7] }] },
      }),
    },
    { parent },
  );
  new aws.cloudwatch.EventTarget(
    `${name}-threats-target`,
    {
      rule: rule.name,
      arn: settings.alerts.severityCap === "critical" ? notifications.criticalTopicArn : notifications.warningTopicArn,
      inputTransformer: {
        inputPaths: { title: "$.detail.title", severity: "$.detail.severity", region: "$.region", id: "$.detail.id" },
        inputTemplate: '"GuardDutyFinding, severity <severity>, region <region>: <title> (finding <id>)"',
      },
    },
    { parent },
  );
}

function kebab(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();
}
