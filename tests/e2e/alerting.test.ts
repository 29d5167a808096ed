import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { ruleFile } from "../../components/observability/rules.ts";
import type { AlertRule } from "../../components/observability/ruleTypes.ts";
import { completeContext } from "../rules/support/context.ts";
import { freePort, listen, type Message, ReceiverStubs } from "../support/receiverStubs.ts";
import { scaledDuration, smtpPassword, topicArn, writeScaledConfig } from "../support/scaledRouting.ts";
import { type RunningServer, startServer, until } from "../support/servers.ts";
import { requireTool } from "../support/tools.ts";

/** One minute of production is a second here. Nothing else differs: same tree, receivers, templates, inhibition. */
const scale = 60;

/** What the exporter stub says at the start: one service with no replica left, two ill ones, two slow targets. */
const troubled = `
up{namespace="trading",job="trading-system",service="trading-system",pod="a"} 0
up{namespace="trading",job="trading-system",service="trading-system",pod="b"} 0
up{namespace="trading",job="trading-system",service="trading-system",pod="c"} 0
rollout_info_replicas_desired{namespace="trading",name="trading-system"} 3
rollout_info_replicas_available{namespace="trading",name="trading-system"} 0
up{namespace="trading",job="dashboard",service="dashboard"} 1
jvm_memory_used_bytes{area="heap",service="dashboard"} 96
jvm_memory_max_bytes{area="heap",service="dashboard"} 100
jvm_memory_used_bytes{area="heap",service="streaming-platform"} 96
jvm_memory_max_bytes{area="heap",service="streaming-platform"} 100
component_health_status{service="streaming-platform",component="cache",status="degraded"} 1
scrape_duration_seconds{job="postgres-exporter"} 9
scrape_timeout_seconds{job="postgres-exporter"} 10
scrape_duration_seconds{job="kafka-exporter"} 9
scrape_timeout_seconds{job="kafka-exporter"} 10
`;

/** The rules of the catalogue that the stub's metrics concern, with their durations divided like those of the routing. */
const concerned = [
  "ServiceDown",
  "ServiceReplicasUnavailable",
  "JvmHeapNearLimit",
  "ComponentDegraded",
  "TargetScrapeSlow",
  "Watchdog",
];
const rules = ruleFile(completeContext)
  .groups.flatMap((group) => group.rules)
  .filter((rule): rule is AlertRule => "alert" in rule && concerned.includes(rule.alert))
  .map((rule) => ({
    ...rule,
    ...(rule.for === undefined ? {} : { for: scaledDuration(rule.for, scale) }),
    ...(rule.keep_firing_for === undefined ? {} : { keep_firing_for: scaledDuration(rule.keep_firing_for, scale) }),
  }));

describe("alerts from the exporter to people", function () {
  this.timeout(60_000);

  const stubs = new ReceiverStubs();
  /** Receivers of a second Alertmanager, whose digest window is closed. */
  const closedStubs = new ReceiverStubs();
  const servers: RunningServer[] = [];
  let exporter: Server;
  let metrics = troubled;
  let folder: string;

  before(async function () {
    assert.deepEqual(new Set(rules.map((rule) => rule.alert)), new Set(concerned), "the catalogue has all of them");
    const prometheus = await requireTool("prometheus", this);
    const alertmanager = await requireTool("alertmanager", this);
    folder = mkdtempSync(join(tmpdir(), "alerting-"));
    exporter = createServer((_request, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end(metrics);
    });
    const exporterPort = await listen(exporter);

    const addresses: string[] = [];
    for (const [name, receivers, digestOpen] of [
      ["open", stubs, true],
      ["closed", closedStubs, false],
    ] as const) {
      const ports = await receivers.start();
      const options = { scale, version: alertmanager.version, digestOpen };
      const config = await writeScaledConfig(join(folder, name), ports, options);
      const address = `127.0.0.1:${await freePort()}`;
      addresses.push(address);
      servers.push(
        await startServer(
          alertmanager,
          [
            ...[`--config.file=${config}`, `--storage.path=${join(folder, name, "data")}`],
            ...[`--web.listen-address=${address}`, "--cluster.listen-address="],
          ],
          `http://${address}/-/ready`,
          {
            ...{ AWS_ACCESS_KEY_ID: "stub", AWS_SECRET_ACCESS_KEY: "stub", AWS_EC2_METADATA_DISABLED: "true" },
            // A proxy of the machine must not come between programs on the loopback.
            NO_PROXY: "127.0.0.1",
          },
        ),
      );
    }

    mkdirSync(join(folder, "prometheus"));
    const file = (name: string, content: unknown) => {
      const path = join(folder, "prometheus", name);
      writeFileSync(path, stringify(content));
      return path;
    };
    const config = file("prometheus.yaml", {
      global: { scrape_interval: "1s", evaluation_interval: "1s", external_labels: { environment: "production" } },
      rule_files: [file("rules.yaml", { groups: [{ name: "end-to-end", rules }] })],
      scrape_configs: [
        { job_name: "stub", honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${exporterPort}`] }] },
      ],
      alerting: {
        alertmanagers: [{ static_configs: [{ targets: addresses }] }],
      },
    });
    const address = `127.0.0.1:${await freePort()}`;
    servers.push(
      await startServer(
        prometheus,
        [
          ...[`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "prometheus", "data")}`],
          ...[`--web.listen-address=${address}`, "--rules.alert.resend-delay=1s"],
        ],
        `http://${address}/-/ready`,
        { NO_PROXY: "127.0.0.1" },
      ),
    );
  });

  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    exporter?.close();
    exporter?.closeAllConnections();
    stubs.stop();
    closedStubs.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const state = () =>
    `\nmessages: ${stubs.messages.map(({ channel, to, subject }) => `\n  ${channel} ${to}: ${subject}`).join("")}\n${servers.map((server) => server.output()).join("\n")}`;
  const arrives = (seconds: number, what: string, condition: () => boolean) => until(condition, seconds, what, state);
  const ofServiceDown = (messages: readonly Message[]) =>
    messages.filter(({ subject }) => subject.includes("ServiceDown - trading-system"));
  const firing = (messages: readonly Message[]) => messages.filter(({ subject }) => !subject.includes("RESOLVED"));

  it("sends a critical alert at once by Slack, e-mail and SNS, before any warning", async () => {
    const critical = await topicArn("critical");
    const channels = () =>
      [stubs.to("slack", "/slack/critical"), stubs.to("email", "oncall@"), stubs.to("sns", critical)].map(
        ofServiceDown,
      );
    await arrives(20, "the critical alert on all three channels", () => channels().every((each) => each.length > 0));
    for (const messages of channels())
      assert.match(messages[0]!.subject, /^\[CRITICAL x3\] ServiceDown - trading-system/);
    await arrives(25, "the first warning", () => stubs.to("slack", "/slack/warning").length > 0);
    const [first] = stubs.to("slack", "/slack/warning");
    assert.ok(channels().some((messages) => messages[0]!.order < first!.order));
  });

  it("tells summary, value, runbook, dashboard and where to silence it", () => {
    const [slack] = ofServiceDown(stubs.to("slack", "/slack/critical"));
    const [mail] = ofServiceDown(stubs.to("email", "oncall@"));
    for (const text of [slack!.body, mail!.body]) {
      assert.match(text, /trading-system/);
      assert.match(text, /Value: 0/);
      assert.ok(text.includes("https://runbooks.example.com/ServiceDown.md"));
      assert.match(text, /https:\/\/grafana\.example\.com\/d\/[\w-]+\?viewPanel=\d+/);
      assert.ok(text.includes("/alerting/silence/new?alertmanager=Alertmanager&matcher=alertname%3DServiceDown"));
    }
    assert.equal(mail!.login, `alerts@trading.example.com:${smtpPassword}`);
  });

  it("bundles the warnings of a service into one message", async () => {
    const [warning] = stubs.to("slack", "/slack/warning");
    assert.match(warning!.subject, /^\[WARNING x2\] 2 alerts - streaming-platform/);
    assert.ok(warning!.body.includes("JvmHeapNearLimit") && warning!.body.includes("ComponentDegraded"));
    await arrives(5, "the same by mail", () =>
      stubs.to("email", "platform-alerts@").some(({ subject }) => subject.startsWith("[WARNING x2]")),
    );
  });

  it("repeats the critical alert while it lasts, and beats outside and inside AWS meanwhile", async () => {
    const told = () => ofServiceDown(stubs.to("slack", "/slack/critical"));
    await arrives(15, "the repetition", () => told().length >= 2);
    assert.equal(firing(told()).length, told().length);
    const heartbeat = await topicArn("heartbeat");
    await arrives(10, "two beats on both ways", () =>
      [stubs.to("webhook", "/heartbeat"), stubs.to("sns", heartbeat)].every((beats) => beats.length >= 2),
    );
  });

  it("collects the notes of the day in one digest, and sends it in its window only", async () => {
    await arrives(15, "the digest", () => stubs.to("slack", "/slack/digest").length > 0);
    const digests = stubs.to("slack", "/slack/digest");
    assert.equal(digests.length, 1);
    assert.match(digests[0]!.subject, /^\[INFO x2\] TargetScrapeSlow/);
    await arrives(5, "the digest by mail", () =>
      stubs.to("email", "platform-alerts@").some(({ subject }) => subject.startsWith("[INFO x2]")),
    );
    // The other Alertmanager has the same alerts and has sent the rest, but its window is closed.
    assert.ok(closedStubs.to("slack", "/slack/critical").length > 0);
    assert.equal(closedStubs.to("slack", "/slack/digest").length, 0);
  });

  it("keeps a symptom to itself while the whole service below is gone, and tells it when only one pod of three is", async () => {
    const symptom = () => stubs.to("slack", "/slack/warning").filter(({ subject }) => subject.includes("dashboard"));
    const over = () =>
      ofServiceDown(stubs.to("slack", "/slack/critical")).filter(({ subject }) => subject.startsWith("[RESOLVED"));
    assert.deepEqual(symptom(), [], "the dashboard needs the trading system, of which no pod is left");
    metrics = troubled
      .replaceAll(/(service="trading-system",pod="[bc]"}) 0/g, "$1 1")
      .replace(/(replicas_available.*) 0/, "$1 2");
    await arrives(25, "the warning that was inhibited", () => symptom().length > 0);
    assert.deepEqual(over(), [], "the third pod is still away, and told");
    metrics = metrics
      .replace(/(service="trading-system",pod="a"}) 0/, "$1 1")
      .replace(/(replicas_available.*) 2/, "$1 3");
    await arrives(15, "the message that it is over", () => over().length > 0);
  });

  it("never tells anybody of the Watchdog", () => {
    const people = stubs.messages.filter(({ channel }) => channel === "slack" || channel === "email");
    assert.ok(people.every(({ subject, body }) => !`${subject}${body}`.includes("Watchdog")));
  });
});
