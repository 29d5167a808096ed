import type * as pulumi from "@pulumi/pulumi";
import { limitCases } from "./cases.ts";
import type { Alarm, AlarmTargets } from "./types.ts";

const common = { owner: "platform", panel: { dashboard: "alertHealth", panel: "Alert delivery" } } as const;

/** Alarms on the watching itself: the beat, the delivery of messages. */
export function watchingAlarms({ critical, warning, heartbeat }: AlarmTargets["topics"]): Alarm[] {
  const topic = (metric: string, name: pulumi.Input<string>) => ({
    kind: "metric" as const,
    metric: { namespace: "AWS/SNS", metric, statistic: "Sum", dimensions: { TopicName: name } },
  });
  const delivery = (instance: "critical" | "warning", name: pulumi.Input<string>): Alarm => ({
    ...common,
    name: "SnsDeliveryFailed",
    instance,
    category: "meta",
    severity: instance,
    component: "notifications",
    source: "AWS SNS developer guide",
    watches: topic("NumberOfNotificationsFailed", name),
    fires: { above: 0 },
    unit: "messages",
    periodSeconds: 300,
    periods: 1,
    missing: "notBreaching",
    // What tells of a broken topic must not go through it.
    byOtherTopic: true,
    description: "SNS could not hand a message to a subscriber of the topic.",
    impact: "Somebody who should have been told was not.",
    runbook: {
      diagnosis: [
        {
          text: "Who subscribes, and is he confirmed?",
          command: "aws sns list-subscriptions-by-topic --topic-arn <arn>",
        },
        { text: "SMS: is the monthly spending limit reached?", command: "aws sns get-sms-attributes" },
      ],
      mitigation: [
        "Correct or remove the subscriber in the section `notifications` of the stack file, `pulumi up`.",
        "Raise the spending limit for SMS.",
      ],
    },
    cases: limitCases(0, 1, 1),
  });
  return [
    {
      ...common,
      name: "MonitoringHeartbeatMissing",
      category: "meta",
      severity: "critical",
      component: "alertmanager",
      source: "S2; second dead man's switch, inside AWS",
      // The Watchdog always fires; Alertmanager publishes it every five minutes. SNS counts the messages by
      // itself, so nothing but the topic is needed between the cluster and this alarm.
      watches: topic("NumberOfMessagesPublished", heartbeat),
      fires: { below: 1 },
      unit: "beats",
      periodSeconds: 300,
      // A beat that comes some seconds later each time leaves single periods of five empty; three in a row mean silence.
      periods: 3,
      missing: "breaching",
      description: "Alertmanager has not published its beat for a quarter of an hour.",
      impact:
        "No alert of the cluster reaches anybody: Prometheus, Alertmanager, the cluster or its way to AWS is dead.",
      runbook: {
        diagnosis: [
          { text: "Does the cluster answer?", command: "kubectl get nodes" },
          { text: "Do Prometheus and Alertmanager run?", command: "kubectl get pods -n monitoring" },
          {
            text: "Does the Watchdog fire?",
            command:
              "kubectl -n monitoring exec alertmanager-monitoring-0 -c alertmanager -- amtool alert query alertname=Watchdog --alertmanager.url=http://localhost:9093",
          },
          {
            text: "Can Alertmanager publish? Denied requests are in its log.",
            command: "kubectl logs -n monitoring -l app.kubernetes.io/name=alertmanager --tail=100",
          },
        ],
        mitigation: [
          "The cluster is down: this is an outage of everything inside; begin with the nodes.",
          "Only the watching is down: restart it; until then look at the dashboards of CloudWatch and at the application by hand.",
          "Publishing is denied: compare the role of Alertmanager's pods with the topic and its key.",
        ],
      },
      cases: [
        { name: "when three periods bring no beat", periods: [0, 0, 0], fires: true },
        { name: "when SNS has nothing to report", periods: [null, null, null], fires: true },
        { name: "with one beat in a quarter of an hour", periods: [0, 1, 0], fires: false },
      ],
    },
    delivery("critical", critical),
    delivery("warning", warning),
  ];
}

/** A backup that failed: the next one is six hours away. */
export function backupAlarm(vault: pulumi.Input<string>): Alarm {
  return {
    ...common,
    name: "BackupJobFailed",
    category: "infrastructure",
    severity: "critical",
    component: "backup",
    panel: { dashboard: "infrastructure", panel: "Backups" },
    source: "S2, S3",
    watches: {
      kind: "metric",
      metric: {
        namespace: "AWS/Backup",
        metric: "NumberOfBackupJobsFailed",
        statistic: "Sum",
        dimensions: { BackupVaultName: vault },
      },
    },
    fires: { above: 0 },
    unit: "jobs",
    periodSeconds: 3600,
    periods: 1,
    missing: "notBreaching",
    description: "A job of AWS Backup failed within the last hour.",
    impact: "The newest recovery point is older than the six hours that may be lost.",
    runbook: {
      diagnosis: [
        {
          text: "Which one and why?",
          command: "aws backup list-backup-jobs --by-state FAILED --by-created-after <today>",
        },
        {
          text: "How old is the newest recovery point?",
          command: "aws backup list-recovery-points-by-backup-vault --backup-vault-name <vault> --max-results 5",
        },
      ],
      mitigation: [
        "Start it again: `aws backup start-backup-job …` with the same role and vault.",
        "Denied: compare the role and the vault's key policy with the plan.",
      ],
    },
    cases: limitCases(0, 1, 1),
  };
}
