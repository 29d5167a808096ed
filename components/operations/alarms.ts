import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import { auditFilters, auditNamespace } from "./alarms/audit.ts";
import { alarmPlan } from "./alarms/plan.ts";
import type { Alarm, AlarmTargets, AlarmThresholds, MetricSource } from "./alarms/types.ts";
import type { Notifications } from "./notifications.ts";

/** What AWS's own alarms need to be told. */
export interface AlarmsArgs {
  names: Names;
  /** What to watch; what is absent has no alarms. */
  targets: Omit<AlarmTargets, "topics">;
  /** Section `alarms` of the stack file. */
  thresholds: AlarmThresholds;
  /** Topics that the alarms publish to. */
  notifications: Notifications;
  /** Highest severity that pages in this environment; with `warning` everything goes to the topic of warnings. */
  severityCap: "critical" | "warning";
  /** Where runbook pages are served, without a slash at the end. */
  runbookBaseUrl: string;
}

/**
 * AWS's own alarms on what AWS runs: databases, cache, broker, balancer, network, backups, audit trail, and on the beat of
 * the monitoring itself. They go to SNS without passing the cluster.
 *
 * Cost: 0.10 USD a month for each alarm, a little more for those that ask over all resources.
 */
export class Alarms extends pulumi.ComponentResource {
  /** Names of the alarms by the alerts' names. */
  readonly names: readonly string[];

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { notifications, thresholds } = args;
    const alarms = alarmPlan({ ...args.targets, topics: notifications.topicNames }, thresholds);
    super(
      "trading-platform:operations:Alarms",
      name,
      { alarms: alarms.map((alarm) => alarm.name), thresholds: { ...thresholds }, severityCap: args.severityCap },
      opts,
    );

    for (const alarm of alarms) createAlarm(name, alarm, args, this);
    if (args.targets.auditLogGroup !== undefined) createAuditFilters(name, args.targets.auditLogGroup, this);
    createThreatRule(name, args, this);

    this.names = alarms.map((alarm) => alarm.name);
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
      alarmDescription: `${alarm.description} ${alarm.impact} Runbook: ${args.runbookBaseUrl}/${alarm.name}.md`,
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

function topicOf({ severity, byOtherTopic }: Alarm, { notifications, severityCap }: AlarmsArgs): pulumi.Output<string> {
  // Where nobody is paged, nobody listens to the topic of critical alarms.
  if (severityCap === "warning") return notifications.warningTopicArn;
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
          ...Object.entries(watches.queries).map(([id, expression]) => ({ id, expression, period: periodSeconds })),
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
function createThreatRule(name: string, { notifications, severityCap }: AlarmsArgs, parent: pulumi.Resource): void {
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
      arn: severityCap === "critical" ? notifications.criticalTopicArn : notifications.warningTopicArn,
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
