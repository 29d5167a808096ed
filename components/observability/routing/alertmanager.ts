import { stringify } from "yaml";
import type { Names } from "../../../stack/naming.ts";
import type { RoutingSettings } from "../../../stack/sections/routing.ts";
import { type Dependant, type InhibitRule, inhibitRules } from "./inhibition.ts";
import { alertTopicArn, type CredentialName, credentialFile, templateKey } from "./names.ts";
import { digestInterval, digestWindowMinutes, type RouteRow, routingTable, type Tier } from "./table.ts";

/** A route of Alertmanager's tree, in its own words. */
export interface Route {
  receiver: Tier;
  matchers?: string[];
  group_by: string[];
  group_wait: string;
  group_interval: string;
  repeat_interval: string;
  active_time_intervals?: string[];
  routes?: Route[];
}

/** A receiver: any number of ways out of each kind. */
export interface Receiver {
  name: Tier;
  slack_configs?: SlackConfig[];
  email_configs?: EmailConfig[];
  sns_configs?: SnsConfig[];
  webhook_configs?: WebhookConfig[];
}

/** Slack, by an incoming webhook. */
export interface SlackConfig {
  api_url_file: string;
  channel: string;
  send_resolved: boolean;
  title: string;
  text: string;
  color: string;
}

/** One mail to one address. */
export interface EmailConfig {
  to: string;
  send_resolved: boolean;
  headers: Record<string, string>;
  html: string;
  text: string;
}

/** A message to an SNS topic, signed with the pod's own identity. */
export interface SnsConfig {
  topic_arn: string;
  sigv4: { region: string };
  send_resolved: boolean;
  subject: string;
  message: string;
  attributes: Record<string, string>;
}

/** A POST to an address that is itself a secret. */
export interface WebhookConfig {
  url_file: string;
  send_resolved: boolean;
}

/** Alertmanager's whole configuration. */
export interface AlertmanagerConfig {
  global: Record<string, string | boolean>;
  templates: string[];
  route: Route;
  inhibit_rules: InhibitRule[];
  receivers: Receiver[];
  time_intervals: {
    name: string;
    time_intervals: { location: string; times: { start_time: string; end_time: string }[] }[];
  }[];
}

/** What the configuration is computed from; nothing in it is secret or unknown. */
export interface RoutingInput {
  routing: RoutingSettings;
  /** Highest severity that pages in this environment. */
  severityCap: "critical" | "warning";
  names: Names;
  /** AWS region code, for the signature of SNS requests. */
  region: string;
  /** Catalogued services, from whose dependencies the inhibition follows. */
  services: readonly Dependant[];
}

/**
 * Renders Alertmanager's configuration. Credentials appear only as paths of mounted files, so the result may be shown.
 */
export function alertmanagerConfig(input: RoutingInput): AlertmanagerConfig {
  const { routing } = input;
  const rows = routingTable(routing, input.severityCap);
  const fallback = rows.find(({ tier }) => tier === "warning")!;
  return {
    global: {
      resolve_timeout: "5m",
      smtp_smarthost: `${routing.smtp.host}:${routing.smtp.port}`,
      smtp_from: routing.smtp.from,
      smtp_auth_username: routing.smtp.username,
      smtp_auth_password_file: credentialFile("smtpPassword"),
      smtp_require_tls: true,
    },
    templates: [`/etc/alertmanager/config/${templateKey}`],
    // An alert with an unknown severity must land with people, hence the warning receiver at the root.
    route: { ...rootOf(fallback), routes: rows.map(routeOf) },
    inhibit_rules: inhibitRules(input.services),
    receivers: [...new Set(rows.map(({ tier }) => tier))].map((tier) => receiverOf(tier, input)),
    time_intervals: [digestWindow(routing.digest.time)],
  };
}

/** The configuration as the text of `alertmanager.yaml`; every string quoted, for `07:30` alone is a number in YAML 1.1. */
export function renderAlertmanagerConfig(config: AlertmanagerConfig): string {
  return stringify(config, { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
}

function rootOf(row: RouteRow): Route {
  const { matchers: _all, ...root } = routeOf(row);
  return root;
}

function routeOf({ tier, matchers, groupBy, timing, activeTimeInterval }: RouteRow): Route {
  return {
    receiver: tier,
    matchers: [...matchers],
    group_by: [...groupBy],
    group_wait: timing.groupWait,
    group_interval: timing.groupInterval,
    repeat_interval: timing.repeatInterval,
    ...(activeTimeInterval === undefined ? {} : { active_time_intervals: [activeTimeInterval] }),
  };
}

function receiverOf(tier: Tier, input: RoutingInput): Receiver {
  const { critical, warning, digest, heartbeat } = input.routing;
  switch (tier) {
    case "critical":
      return {
        name: tier,
        ...slack("slackCritical", critical.slack, true),
        ...email(critical.email, true),
        ...(critical.sns ? { sns_configs: [sns(input, "critical")] } : {}),
      };
    case "warning":
      return { name: tier, ...slack("slackWarning", warning.slack, true), ...email(warning.email, true) };
    case "digest":
      return { name: tier, ...slack("slackDigest", digest.slack, false), ...email(digest.email, false) };
    case "heartbeat":
      return {
        name: tier,
        // The beat inside AWS: an alarm watches how many messages the topic gets (components/operations).
        sns_configs: [sns(input, "heartbeat")],
        ...(heartbeat.external
          ? { webhook_configs: [{ url_file: credentialFile("heartbeat"), send_resolved: false }] }
          : {}),
      };
    case "discard":
      return { name: tier };
  }
}

function slack(credential: CredentialName, channel: string | undefined, resolved: boolean): Partial<Receiver> {
  if (channel === undefined) return {};
  return {
    slack_configs: [
      {
        api_url_file: credentialFile(credential),
        channel,
        send_resolved: resolved,
        title: '{{ template "platform.title" . }}',
        text: '{{ template "platform.slack.text" . }}',
        color: '{{ template "platform.slack.color" . }}',
      },
    ],
  };
}

function email(addresses: readonly string[], resolved: boolean): Partial<Receiver> {
  if (addresses.length === 0) return {};
  return {
    email_configs: addresses.map((to) => ({
      to,
      send_resolved: resolved,
      headers: { Subject: '{{ template "platform.title" . }}' },
      html: '{{ template "platform.html" . }}',
      text: '{{ template "platform.text" . }}',
    })),
  };
}

function sns({ names, region }: RoutingInput, topic: "critical" | "heartbeat"): SnsConfig {
  return {
    topic_arn: alertTopicArn(names, topic),
    sigv4: { region },
    send_resolved: topic === "critical",
    subject: '{{ template "platform.title" . }}',
    message: '{{ template "platform.text" . }}',
    attributes: { severity: topic === "critical" ? "critical" : "none" },
  };
}

/** The window begins at the asked time of day and stays inside the day, as Alertmanager demands. */
function digestWindow(time: string): AlertmanagerConfig["time_intervals"][number] {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const end = hours * 60 + minutes + digestWindowMinutes;
  const clock = `${String(Math.floor(end / 60)).padStart(2, "0")}:${String(end % 60).padStart(2, "0")}`;
  return {
    name: digestInterval,
    time_intervals: [{ location: "UTC", times: [{ start_time: time, end_time: clock }] }],
  };
}
