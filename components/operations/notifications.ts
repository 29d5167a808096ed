import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { NotificationSettings } from "../../stack/sections/notifications.ts";
import { type AlertTopic, alertTopicArn, alertTopicName } from "../observability/routing/names.ts";
import { policyDocument } from "../policyDocument.ts";
import { topicPolicy } from "./topicPolicy.ts";

/** What the topics of alerts need to be told. */
export interface NotificationsArgs {
  names: Names;
  /** AWS account id, to which all publishers are held. */
  accountId: string;
  /** Customer key of the topics, whose policy lets CloudWatch, EventBridge, Backup, RDS and Budgets encrypt. */
  keyArn: pulumi.Input<string>;
  /** Section `notifications` of the stack file. */
  subscribers: NotificationSettings;
}

/**
 * The SNS topics that AWS's own alarms and Alertmanager's critical alerts publish to. They need nothing of the cluster,
 * so they work when it does not. A third topic has no subscriber: Alertmanager's beat, which an alarm counts.
 */
export class Notifications extends pulumi.ComponentResource {
  /** ARN of the topic of critical alarms. */
  readonly criticalTopicArn: pulumi.Output<string>;
  /** ARN of the topic of warnings. */
  readonly warningTopicArn: pulumi.Output<string>;
  /** Names of the topics, known while planning; alarms count their messages. */
  readonly topicNames: Readonly<Record<AlertTopic, string>>;

  constructor(name: string, args: NotificationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:operations:Notifications", name, { accountId: args.accountId }, opts);

    const critical = createTopic(name, "critical", args, this);
    const warning = createTopic(name, "warning", args, this);
    createTopic(name, "heartbeat", args, this);
    createSubscriptions(name, "critical", critical.topic, args.subscribers.critical, this);
    createSubscriptions(name, "warning", warning.topic, args.subscribers.warning, this);

    // By way of the policies: RDS and Budgets ask whether they may publish when they are told of a topic.
    this.criticalTopicArn = critical.policy.arn;
    this.warningTopicArn = warning.policy.arn;
    this.topicNames = {
      critical: alertTopicName(args.names, "critical"),
      warning: alertTopicName(args.names, "warning"),
      heartbeat: alertTopicName(args.names, "heartbeat"),
    };
    this.registerOutputs({
      criticalTopicArn: this.criticalTopicArn,
      warningTopicArn: this.warningTopicArn,
    });
  }
}

function createTopic(name: string, topic: AlertTopic, args: NotificationsArgs, parent: pulumi.Resource) {
  const created = new aws.sns.Topic(
    `${name}-${topic}`,
    {
      name: alertTopicName(args.names, topic),
      displayName: topic === "critical" ? "Trading CRITICAL" : `Trading ${topic}`,
      kmsMasterKeyId: args.keyArn,
    },
    { parent },
  );
  const policy = new aws.sns.TopicPolicy(
    `${name}-${topic}-policy`,
    {
      arn: created.arn,
      policy: policyDocument(topicPolicy(topic, alertTopicArn(args.names, topic), args.accountId)),
    },
    { parent },
  );
  return { topic: created, policy };
}

/** The endpoint is part of the logical name: a subscriber who goes takes only his own subscription along. */
function createSubscriptions(
  name: string,
  topic: AlertTopic,
  { arn }: aws.sns.Topic,
  subscribers: NotificationSettings["critical"],
  parent: pulumi.Resource,
): void {
  for (const { protocol, endpoint } of subscribers) {
    new aws.sns.TopicSubscription(
      `${name}-${topic}-${protocol}-${endpoint.replace(/[^A-Za-z0-9]+/g, "-")}`,
      { topic: arn, protocol, endpoint },
      { parent },
    );
  }
}
