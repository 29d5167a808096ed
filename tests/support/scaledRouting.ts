import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alertmanagerConfig, renderAlertmanagerConfig } from "../../components/observability/routing/alertmanager.ts";
import {
  alertTopicArn,
  type CredentialName,
  credentialFile,
  receiverCredentials,
  templateKey,
} from "../../components/observability/routing/names.ts";
import { messageTemplates } from "../../components/observability/routing/templates.ts";
import { routingInput } from "./routing.ts";

/** Where the receivers of the test listen. */
export interface StubPorts {
  httpPort: number;
  smtpPort: number;
}

/** Password that the mail stub must see, to show that it was read from its file. */
export const smtpPassword = "from-the-mounted-file";

/**
 * Writes production's Alertmanager configuration for a test: the same tree, receivers and templates, with every
 * duration divided by `scale`, credentials in a folder of the test, and the receivers' addresses on the loopback.
 *
 * @param digestOpen whether the digest's window is open now, whatever the time of day
 * @returns path of the configuration
 */
export async function writeScaledConfig(
  folder: string,
  { httpPort, smtpPort }: StubPorts,
  { scale, version, digestOpen }: { scale: number; version: string; digestOpen: boolean },
): Promise<string> {
  const input = await routingInput("production");
  const config = alertmanagerConfig(input);
  const base = `http://127.0.0.1:${httpPort}`;
  const secrets: Record<CredentialName, string> = {
    slackCritical: `${base}/slack/critical`,
    slackWarning: `${base}/slack/warning`,
    slackDigest: `${base}/slack/digest`,
    smtpPassword,
    heartbeat: `${base}/heartbeat`,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, templateKey), messageTemplates("https://grafana.trading.example.com"));
  for (const [name, value] of Object.entries(secrets) as [CredentialName, string][]) {
    writeFileSync(join(folder, receiverCredentials[name].key), value);
  }

  config.global.smtp_smarthost = `127.0.0.1:${smtpPort}`;
  config.global.smtp_require_tls = false;
  for (const receiver of config.receivers) {
    for (const sns of receiver.sns_configs ?? []) Object.assign(sns, { api_url: `${base}/sns` });
    // Alertmanager reads the address of a webhook from a file since 0.26.
    for (const webhook of receiver.webhook_configs ?? []) {
      if (/^0\.2[0-5]\./.test(version)) Object.assign(webhook, { url: secrets.heartbeat, url_file: undefined });
    }
  }
  const allDay = [{ start_time: "00:00", end_time: "24:00" }];
  // The thirtieth of February comes never.
  const never = { days_of_month: ["30"], months: ["february"] };
  config.time_intervals = config.time_intervals.map(({ name }) => ({
    name,
    time_intervals: [{ location: "UTC", times: allDay, ...(digestOpen ? {} : never) }],
  }));

  let text = renderAlertmanagerConfig(config);
  for (const name of Object.keys(secrets) as CredentialName[]) {
    text = text.replaceAll(credentialFile(name), join(folder, receiverCredentials[name].key));
  }
  text = text.replaceAll("/etc/alertmanager/config", folder);
  text = text.replace(
    /^(\s*(?:group_wait|group_interval|repeat_interval|resolve_timeout): )"(.*)"$/gm,
    (_all, key, duration) => {
      return `${key}"${scaledDuration(duration, scale)}"`;
    },
  );
  const path = join(folder, "alertmanager.yaml");
  writeFileSync(path, text);
  return path;
}

/** ARN of the topic as production's configuration names it. */
export async function topicArn(topic: "critical" | "heartbeat"): Promise<string> {
  return alertTopicArn((await routingInput("production")).names, topic);
}

/** A duration of Prometheus or Alertmanager, divided. */
export function scaledDuration(duration: string, scale: number): string {
  return `${Math.round(milliseconds(duration) / scale)}ms`;
}

function milliseconds(duration: string): number {
  const unit = { h: 3_600_000, m: 60_000, s: 1000 };
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, name]) => sum + Number(count) * unit[name as keyof typeof unit],
    0,
  );
}
