import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One variable of the bot and where its value is: a property of an entry in Secrets Manager. */
export interface BotSecret {
  /** Environment variable. */
  variable: string;
  /** Physical name of the entry. */
  secretName: string;
  /** Property of the entry's JSON. */
  property: string;
}

/** Everything that the machine must be told. Plain text, all of it known while planning, none of it secret. */
export interface BotUserData {
  region: string;
  /** Environment's name; dimension of the heartbeat. */
  environment: string;
  /** Image with tag: `<registry>/<repository>:<tag>`. */
  image: string;
  /** Port of the bot's health and metrics. */
  port: number;
  /** Memory that the container may take, in MiB. */
  memoryMebibytes: number;
  /** Seconds that the bot may take to close its positions when it is stopped. */
  shutdownSeconds: number;
  /** Settings in clear, as environment variables. */
  settings: Readonly<Record<string, string>>;
  secrets: readonly BotSecret[];
  /** SSM parameter with the addresses from which the bot may trade. @default any address */
  egressParameter?: string;
  /** CloudWatch namespace of heartbeat and machine metrics. */
  metricNamespace: string;
  /** Seconds of silence after which the machine is replaced. */
  replaceAfterSeconds: number;
  /** Log group of the bot, and of the machine. */
  logGroups: { bot: string; machine: string };
}

/** Largest user data that EC2 takes, before base64. */
const maximumBytes = 16_384;

/**
 * The script that makes a fresh Amazon Linux 2023 machine the trading bot's: installs Docker and the CloudWatch agent,
 * writes settings, scripts and units, and starts them. Packages come from the release that the image is locked to, so
 * the same image always installs the same versions.
 *
 * @throws Error when the script would be too long for EC2, or a value would break a line
 */
export function tradingBotUserData(plan: BotUserData): string {
  const script = `${[
    "#!/usr/bin/bash",
    "set -euo pipefail",
    // A mirror that is away for a minute must not leave a machine that nobody replaces, for its health timer comes below.
    "until dnf install --assumeyes docker amazon-cloudwatch-agent amazon-ecr-credential-helper jq logrotate; do sleep 10; done",
    "install --directory --mode 0755 /etc/trading-bot /var/log/trading-bot",
    ...botFiles(plan).flatMap(writeFile),
    "systemctl daemon-reload",
    // First: whatever fails below, the machine is replaced.
    "systemctl enable --now trading-bot-health.timer",
    "systemctl enable --now docker.service",
    "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/trading-bot/cloudwatch-agent.json",
    // Not waited for: the first start may have to wait for a secret that a person has yet to put there.
    "systemctl enable --now --no-block trading-bot.service",
    "systemctl enable --now logrotate.timer",
  ].join("\n")}\n`;
  const bytes = Buffer.byteLength(script);
  if (bytes > maximumBytes)
    throw new Error(`The trading bot's user data has ${bytes} bytes; EC2 takes ${maximumBytes}. Name fewer settings.`);
  return script;
}

/** A file on the machine. */
export interface BotFile {
  path: string;
  mode: "0600" | "0644" | "0755";
  content: string;
}

/** The files of the machine. */
export function botFiles(plan: BotUserData): BotFile[] {
  const registry = plan.image.split("/")[0]!;
  return [
    { path: "/etc/trading-bot/settings", mode: "0644", content: lines(machineSettings(plan)) },
    { path: "/etc/trading-bot/environment", mode: "0644", content: lines(plan.settings) },
    { path: "/etc/trading-bot/secrets", mode: "0644", content: secretList(plan.secrets) },
    { path: "/etc/trading-bot/cloudwatch-agent.json", mode: "0644", content: json(agentConfiguration(plan)) },
    // The registry's password comes from the machine's role, each time anew; none is stored.
    { path: "/root/.docker/config.json", mode: "0600", content: json({ credHelpers: { [registry]: "ecr-login" } }) },
    { path: "/usr/local/bin/trading-bot-secrets", mode: "0755", content: template("secrets.sh") },
    { path: "/usr/local/bin/trading-bot-egress", mode: "0755", content: template("egress.sh") },
    { path: "/usr/local/bin/trading-bot-health", mode: "0755", content: template("health.sh") },
    { path: "/etc/logrotate.d/trading-bot", mode: "0644", content: template("logrotate.conf") },
    ...["trading-bot.service", "trading-bot-health.service", "trading-bot-health.timer"].map(
      (unit): BotFile => ({
        path: `/etc/systemd/system/${unit}`,
        mode: "0644",
        // A unit's times cannot be variables. Docker needs some seconds itself when the bot has used up all of its own.
        content: template(unit).replace("@STOP_SECONDS@", String(plan.shutdownSeconds + 60)),
      }),
    ),
  ];
}

function machineSettings(plan: BotUserData): Record<string, string> {
  return {
    AWS_REGION: plan.region,
    ENVIRONMENT: plan.environment,
    IMAGE: plan.image,
    PORT: String(plan.port),
    MEMORY_MEBIBYTES: String(plan.memoryMebibytes),
    SHUTDOWN_SECONDS: String(plan.shutdownSeconds),
    METRIC_NAMESPACE: plan.metricNamespace,
    REPLACE_AFTER_SECONDS: String(plan.replaceAfterSeconds),
    ...(plan.egressParameter === undefined ? {} : { EGRESS_PARAMETER: plan.egressParameter }),
  };
}

/** One line for each entry: `<entry> <variable>=<property> …`. */
export function secretList(secrets: readonly BotSecret[]): string {
  const entries = new Map<string, string[]>();
  for (const { secretName, variable, property } of secrets)
    entries.set(secretName, [...(entries.get(secretName) ?? []), `${variable}=${property}`]);
  return [...entries].map(([entry, pairs]) => `${[entry, ...pairs].join(" ")}\n`).join("");
}

/** What the CloudWatch agent ships: the bot's log, the machine's first boot, memory and disk. */
function agentConfiguration({ logGroups, metricNamespace, environment }: BotUserData) {
  const dimensions = { append_dimensions: { Environment: environment } };
  const stream = (file: string, group: string) => ({
    file_path: file,
    log_group_name: group,
    log_stream_name: "{instance_id}",
  });
  return {
    agent: { metrics_collection_interval: 60, run_as_user: "root" },
    logs: {
      logs_collected: {
        files: {
          collect_list: [
            stream("/var/log/trading-bot/bot.log", logGroups.bot),
            stream("/var/log/cloud-init-output.log", logGroups.machine),
          ],
        },
      },
    },
    metrics: {
      namespace: metricNamespace,
      // Alarms ask by environment: host names come and go with the machine.
      aggregation_dimensions: [["Environment"]],
      metrics_collected: {
        mem: { measurement: ["used_percent"], ...dimensions },
        disk: { measurement: ["used_percent"], resources: ["/"], ...dimensions },
      },
    },
  };
}

function lines(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => {
      if (/[\r\n]/.test(value)) throw new Error(`The trading bot's setting ${key} holds a line break.`);
      return `${key}=${value}\n`;
    })
    .join("");
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function template(name: string): string {
  return readFileSync(join(import.meta.dirname, "tradingBot", name), "utf8");
}

const delimiter = "END_OF_FILE";

/** Shell lines that write a file. The quoted delimiter keeps the shell from expanding anything in the content. */
export function writeFile({ path, mode, content }: BotFile): string[] {
  if (content.split("\n").includes(delimiter)) throw new Error(`The file ${path} holds the line ${delimiter}.`);
  return [
    `install -D --mode ${mode} /dev/null ${path}`,
    `cat >${path} <<'${delimiter}'`,
    content.endsWith("\n") ? content.slice(0, -1) : content,
    delimiter,
  ];
}
