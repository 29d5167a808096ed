import type { Names } from "../../../stack/naming.ts";
import { alertmanagerReceiversSecret } from "../../platform/monitoringNames.ts";

/** Key of the message templates in the configuration's Secret; the operator mounts it beside the configuration. */
export const templateKey = "platform.tmpl";

/** A credential of a receiver: key in the cluster's Secret, and where in Secrets Manager its value lives. */
export interface ReceiverCredential {
  key: string;
  /** Path for `Names.secret(path)`. */
  path: string;
  /** Property of the entry's JSON. */
  property: string;
  description: string;
}

/** Every credential that Alertmanager reads. A Slack webhook belongs to one channel, hence one for each tier. */
export const receiverCredentials = {
  slackCritical: {
    key: "slack-critical-url",
    path: "alerting/slack",
    property: "critical",
    description: "incoming webhook of the channel for critical alerts",
  },
  slackWarning: {
    key: "slack-warning-url",
    path: "alerting/slack",
    property: "warning",
    description: "incoming webhook of the channel for warnings",
  },
  slackDigest: {
    key: "slack-digest-url",
    path: "alerting/slack",
    property: "digest",
    description: "incoming webhook of the channel for the daily digest",
  },
  smtpPassword: {
    key: "smtp-password",
    path: "alerting/smtp",
    property: "password",
    description: "password of the sender at the mail server",
  },
  heartbeat: {
    key: "heartbeat-url",
    path: "alerting/heartbeat",
    property: "url",
    description: "address that the Watchdog beats on",
  },
} as const satisfies Record<string, ReceiverCredential>;

/** Name of a credential of `receiverCredentials`. */
export type CredentialName = keyof typeof receiverCredentials;

/** File in Alertmanager's container that holds a credential. */
export function credentialFile(name: CredentialName): string {
  return `/etc/alertmanager/secrets/${alertmanagerReceiversSecret}/${receiverCredentials[name].key}`;
}

/** SNS topics of the alerts, by purpose. */
export type AlertTopic = "critical" | "warning" | "heartbeat";

/** Physical name of an alert topic, known before the topic exists. */
export function alertTopicName(names: Names, topic: AlertTopic): string {
  return names.of("topic", `alerts-${topic}`);
}

/** ARN of an alert topic, known before the topic exists, so that Alertmanager's configuration is free of outputs. */
export function alertTopicArn(names: Names, topic: AlertTopic): string {
  return names.arn("sns", alertTopicName(names, topic));
}
