import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allAlerts } from "../../components/observability/alerts/catalogue.ts";
import {
  type AlertmanagerConfig,
  alertmanagerConfig,
  type Route,
  renderAlertmanagerConfig,
} from "../../components/observability/routing/alertmanager.ts";
import { alertsNamedByInhibition } from "../../components/observability/routing/inhibition.ts";
import { receiverCredentials } from "../../components/observability/routing/names.ts";
import { messageTemplates } from "../../components/observability/routing/templates.ts";
import { postgresExporterValues } from "../../components/platform/exporterValues.ts";
import { checkReceivers, checkTimings } from "../../stack/checks/routing.ts";
import { completeContext } from "../rules/support/context.ts";
import { durationSeconds, inhibits, type Labels, repetitions, routeOf } from "../support/alertmanagerModel.ts";
import { routingInput, routingOf } from "../support/routing.ts";
import { requireTool, runTool, type Tool } from "../support/tools.ts";

const stacks = ["staging", "production"] as const;

/** Families whose tiers speak of different objects, so that neither explains the other. */
const differentObjects = new Set(["Backup", "RabbitmqQueue"]);

/** Labels → receiver, group wait, group interval and repeat interval: the required table, per stack. */
const cases: Record<(typeof stacks)[number], [Labels, string, string, string, string][]> = {
  production: [
    [{ alertname: "ServiceDown", severity: "critical", service: "dashboard" }, "critical", "0s", "15s", "5m"],
    [{ alertname: "HighCpuUsage", severity: "warning", service: "dashboard" }, "warning", "30s", "2m", "30m"],
    [{ alertname: "LogParseErrors", severity: "info" }, "digest", "5m", "5m", "23h30m"],
    [{ alertname: "Watchdog", severity: "none" }, "heartbeat", "0s", "15s", "5m"],
    [{ alertname: "InfoInhibitor", severity: "none" }, "discard", "30s", "5m", "24h"],
    [{ alertname: "SomethingNew", severity: "disaster" }, "warning", "30s", "2m", "30m"],
    [{ alertname: "NoSeverity" }, "warning", "30s", "2m", "30m"],
  ],
  staging: [
    [{ alertname: "ServiceDown", severity: "critical", service: "dashboard" }, "warning", "30s", "2m", "30m"],
    [{ alertname: "HighCpuUsage", severity: "warning", service: "dashboard" }, "warning", "30s", "2m", "30m"],
    [{ alertname: "LogParseErrors", severity: "info" }, "digest", "5m", "5m", "23h30m"],
    [{ alertname: "Watchdog", severity: "none" }, "heartbeat", "0s", "15s", "5m"],
  ],
};

const routesBelow = (route: Route): Route[] => [route, ...(route.routes ?? []).flatMap(routesBelow)];

for (const stack of stacks) {
  describe(`alert routing of ${stack}`, () => {
    let config: AlertmanagerConfig;

    before(async () => {
      config = alertmanagerConfig(await routingInput(stack));
    });

    for (const [labels, receiver, wait, interval, repeat] of cases[stack]) {
      const severity = labels.severity ?? "without severity";
      it(`sends ${labels.alertname} (${severity}) to ${receiver} after ${wait}, again after ${repeat}`, () => {
        const route = routeOf(config.route, labels);
        assert.deepEqual(
          [route.receiver, route.group_wait, route.group_interval, route.repeat_interval],
          [receiver, wait, interval, repeat],
        );
      });
    }

    it("repeats at the asked time and at most a tenth later, whether messages take long or not", () => {
      for (const [labels, , , , asked] of cases[stack]) {
        const route = routeOf(config.route, labels);
        for (const sendingSeconds of [0.1, 3, 8]) {
          const gaps = repetitions(route, sendingSeconds, 4);
          for (const gap of gaps) {
            const late = gap / durationSeconds(asked) - 1;
            assert.ok(late >= 0 && late <= 0.1, `${labels.alertname}: ${gap} s instead of ${asked}`);
          }
        }
      }
    });

    it("has a receiver for every route and a route for every receiver", () => {
      const used = new Set(routesBelow(config.route).map(({ receiver }) => receiver));
      assert.deepEqual([...used].sort(), config.receivers.map(({ name }) => name).sort());
    });

    it("keeps active time intervals off the root, which Alertmanager refuses, and defines each that is used", () => {
      assert.equal(config.route.active_time_intervals, undefined);
      const used = routesBelow(config.route).flatMap((route) => route.active_time_intervals ?? []);
      assert.deepEqual(used, ["digest"]);
      assert.deepEqual(
        config.time_intervals.map(({ name }) => name),
        ["digest"],
      );
    });

    it("speaks to each channel of Slack by its own webhook, and to the mail server over TLS", () => {
      for (const { name, slack_configs = [] } of config.receivers)
        for (const { api_url_file } of slack_configs) assert.ok(api_url_file.endsWith(`/slack-${name}-url`), name);
      for (const { key, path, property } of Object.values(receiverCredentials))
        if (path === "alerting/slack") assert.equal(key, `slack-${property}-url`, "the entry that people fill");
      assert.equal(config.global.smtp_require_tls, true);
    });

    it("sends no end of what has none: the heartbeat and the digest", () => {
      const endless = config.receivers.filter(({ name }) => name === "digest" || name === "heartbeat");
      const channels = endless.flatMap(({ name: _name, ...kinds }) => Object.values(kinds).flat());
      assert.ok(channels.length >= 2);
      for (const { send_resolved } of channels) assert.equal(send_resolved, false);
    });

    it("gathers messages by service, so that one service's trouble is one message", () => {
      for (const { receiver, group_by } of routesBelow(config.route))
        if (receiver === "critical" || receiver === "warning") assert.ok(group_by.includes("service"), receiver);
      assert.deepEqual(routeOf(config.route, { severity: "warning", service: "dashboard" }).group_by, ["service"]);
    });

    it("names credentials only by file", () => {
      const text = renderAlertmanagerConfig(config);
      assert.doesNotMatch(text, /hooks\.slack\.com|api_url: |password: |(^|\s)url: |secret_key|access_key/);
      const files = [...text.matchAll(/\/etc\/alertmanager\/secrets\/alertmanager-receivers\/([\w-]+)/g)];
      assert.ok(files.length > 0);
      const keys = new Set<string>(Object.values(receiverCredentials).map(({ key }) => key));
      for (const [, key] of files) assert.ok(keys.has(key ?? ""), `${key} is no key of the receivers' Secret`);
    });
  });
}

describe("alert routing: the model of repetitions", () => {
  const gaps = (group_interval: string, repeat_interval: string) =>
    repetitions({ group_interval, repeat_interval }, 0.5, 3);

  it("shows what was measured with the real Alertmanager: equal intervals double the time", () => {
    assert.deepEqual(gaps("5m", "5m"), [600, 600, 600]);
    assert.deepEqual(gaps("1m", "5m"), [360, 360, 360]);
    assert.deepEqual(gaps("15s", "5m"), [315, 315, 315]);
  });
});

describe("alert routing: who is told", () => {
  it("pages in production by Slack, e-mail and SNS, and nobody in staging", async () => {
    const production = alertmanagerConfig(await routingInput("production"));
    const critical = production.receivers.find(({ name }) => name === "critical");
    assert.ok(critical?.slack_configs && critical.email_configs && critical.sns_configs);
    const staging = alertmanagerConfig(await routingInput("staging"));
    assert.deepEqual(
      staging.receivers.filter(({ name, sns_configs }) => name === "critical" || (sns_configs && name !== "heartbeat")),
      [],
    );
  });

  it("beats outside AWS and inside it", async () => {
    const { receivers } = alertmanagerConfig(await routingInput("production"));
    const heartbeat = receivers.find(({ name }) => name === "heartbeat");
    assert.match(heartbeat?.webhook_configs?.[0]?.url_file ?? "", /heartbeat-url$/);
    assert.match(heartbeat?.sns_configs?.[0]?.topic_arn ?? "", /alerts-heartbeat$/);
  });
});

describe("alert routing: messages", () => {
  const templates = messageTemplates("https://grafana.trading.example.com");

  it("use only templates that are defined", async () => {
    const config = renderAlertmanagerConfig(alertmanagerConfig(await routingInput("production")));
    const used = [...`${config}${templates}`.matchAll(/template \\?"([\w.]+)\\?"/g)].map(([, name]) => name!);
    assert.ok(used.length > 5);
    for (const name of used) assert.ok(templates.includes(`define "${name}"`), `${name} is not defined`);
  });

  it("have a subject of ASCII only, which SNS demands", () => {
    const [title = ""] = /define "platform\.title"[\s\S]*?\n\{\{- end \}\}/.exec(templates) ?? [];
    assert.match(title, /^[\x20-\x7e\n]+$/);
  });
});

describe("alert routing: checks of the settings", () => {
  const withRepeat = (groupInterval: string, repeatInterval: string) => {
    const routing = structuredClone(routingOf("production"));
    routing.critical.timing = { groupWait: "0s", groupInterval, repeatInterval };
    return checkTimings(routing);
  };

  it("accepts the required timings", () => {
    for (const stack of stacks) assert.deepEqual(checkTimings(routingOf(stack)), []);
    assert.deepEqual(withRepeat("30s", "5m"), []);
  });

  for (const [group, repeat, why] of [
    ["5m", "5m", "equal intervals double the repetition"],
    ["10m", "5m", "a repetition inside the group interval never happens in time"],
    ["1m", "5m", "a repetition in the sixth minute instead of the fifth"],
    ["20s", "3m50s", "no multiple: the repetition slips to the next tick"],
    ["0s", "5m", "no interval at all"],
  ] as const) {
    it(`refuses ${group} and ${repeat}: ${why}`, () => {
      const [finding, ...others] = withRepeat(group, repeat);
      assert.deepEqual(finding?.path, ["routing", "critical", "timing", "repeatInterval"]);
      assert.match(finding?.allowed ?? "", /multiple of groupInterval/);
      assert.equal(others.length, 0);
    });
  }

  it("refuses a tier that reaches nobody", () => {
    const routing = structuredClone(routingOf("staging"));
    assert.deepEqual(checkReceivers(routing), []);
    delete routing.digest.slack;
    routing.digest.email = [];
    assert.deepEqual(
      checkReceivers(routing).map(({ path }) => path),
      [["routing", "digest"]],
    );
  });
});

describe("alert routing: inhibition", () => {
  let config: AlertmanagerConfig;
  const catalogue = allAlerts(completeContext);
  const silences = (source: Labels, target: Labels) => inhibits(config.inhibit_rules, source, target);
  const down = (service: string, alertname = "ServiceReplicasUnavailable"): Labels => ({
    alertname,
    severity: "critical",
    category: "critical",
    service,
  });
  const slow = (service: string): Labels => ({
    alertname: "HighResponseTimeP95",
    severity: "warning",
    category: "performance",
    service,
  });

  before(async () => {
    config = alertmanagerConfig(await routingInput("production"));
  });

  it("silences the warning of a family while its critical fires, on the same service only", () => {
    const tier = (alertname: string, severity: string, service: string): Labels => ({
      ...{ alertname, severity, service, family: "cpu-usage", category: "performance" },
    });
    assert.ok(silences(tier("CriticalCpuUsage", "critical", "a"), tier("HighCpuUsage", "warning", "a")));
    assert.ok(!silences(tier("CriticalCpuUsage", "critical", "a"), tier("HighCpuUsage", "warning", "b")));
    assert.ok(!silences(tier("HighCpuUsage", "warning", "a"), tier("CriticalCpuUsage", "critical", "a")));
  });

  it("leaves the warning of another family audible, though it is about the same service", () => {
    const tier = (family: string, severity: string): Labels => ({
      ...{ alertname: `${severity} ${family}`, severity, family, service: "a", category: "performance" },
    });
    assert.ok(!silences(tier("MemoryUsage", "critical"), tier("CpuUsage", "warning")));
    assert.ok(silences(tier("CpuUsage", "critical"), tier("CpuUsage", "info")));
  });

  it("does not let an alert without family silence every other one without family", () => {
    const foreign = { alertname: "KubeAPIDown", severity: "critical" };
    assert.ok(!silences(foreign, { alertname: "KubePodNotReady", severity: "warning" }));
    assert.ok(silences(foreign, { alertname: "KubeAPIDown", severity: "warning" }));
  });

  it("silences symptoms of a service that is down, and of those that need it, not of others", () => {
    assert.ok(silences(down("dashboard"), slow("dashboard")));
    assert.ok(silences(down("trading-system"), slow("dashboard")), "the dashboard needs the trading system");
    assert.ok(!silences(down("dashboard"), slow("trading-system")), "the need has a direction");
    assert.ok(!silences(down("ml-platform"), slow("trading-system")), "an optional dependency explains nothing");
    assert.ok(!silences(down("trading-system"), down("dashboard")), "what is down itself is told");
  });

  it("silences nothing for one pod of three, everything for all of them, for no target at all, and for the only bot", () => {
    const pod = { ...down("trading-system", "ServiceDown"), instance: "10.0.1.5:8090", pod: "trading-system-1-a" };
    for (const service of ["trading-system", "dashboard"]) {
      assert.ok(!silences(pod, slow(service)), `two pods serve; ${service} is slow for another reason`);
      assert.ok(silences(down("trading-system", "ServiceReplicasUnavailable"), slow(service)));
      assert.ok(silences(down("trading-system", "ServiceAbsent"), slow(service)));
    }
    assert.ok(silences(down("trading-bot", "ServiceDown"), slow("trading-bot")), "it runs once");
    assert.ok(silences(down("trading-bot", "ServiceAbsent"), slow("trading-bot")));
    assert.ok(!silences(down("trading-bot", "ServiceDown"), slow("trading-system")));
  });

  it("silences symptoms of the users of a database that is gone", () => {
    const database = (instance: string): Labels => ({
      ...{ alertname: "DatabaseConnectionFailure", severity: "critical", category: "critical", instance },
    });
    assert.ok(silences(database("primary"), slow("trading-system")));
    assert.ok(!silences(database("primary"), slow("streaming-platform")), "it keeps nothing in the database");
    assert.ok(!silences(database("replica-1"), slow("trading-system")), "the primary answers");
  });

  it("silences symptoms of the users of a store that is silent altogether, not of one whose exporter tells outages", () => {
    const absent = (service: string): Labels => ({
      ...{ alertname: "SharedSystemAbsent", severity: "critical", category: "infrastructure", service },
    });
    assert.ok(silences(absent("kafka"), slow("trading-system")));
    assert.ok(silences(absent("elasticsearch"), slow("binance-data-storage")));
    assert.ok(silences(absent("rabbitmq"), slow("trading-system")));
    assert.ok(!silences(absent("elasticsearch"), slow("trading-system")), "it does not search");
    assert.ok(!silences(absent("postgres"), slow("trading-system")), "the exporter alone is gone");
    assert.ok(!silences(absent("loki"), slow("trading-system")), "nobody serves from logs");
    assert.ok(!silences(absent("kafka"), absent("consul")), "what is gone itself is told");
  });

  it("tells the database's primary by the name that its exporter's series bear", () => {
    const { serviceMonitor } = postgresExporterValues("primary", { name: "login", key: "connection" });
    assert.deepEqual((serviceMonitor as { relabelings: unknown }).relabelings, [
      { action: "replace", targetLabel: "instance", replacement: "primary" },
    ]);
  });

  it("keeps symptoms audible when only one broker of several is down", () => {
    assert.ok(!silences({ alertname: "KafkaBrokerDown", severity: "critical" }, slow("trading-system")));
  });

  it("never silences by info, and has no rule for the chart's InfoInhibitor", () => {
    assert.ok(!JSON.stringify(config.inhibit_rules).includes("InfoInhibitor"));
    const info = { alertname: "LogParseErrors", severity: "info", service: "dashboard" };
    assert.ok(!silences({ alertname: "InfoInhibitor", severity: "none" }, info));
  });

  it("names only alerts that the catalogue defines", () => {
    const defined = new Set(catalogue.map(({ name }) => name));
    for (const name of alertsNamedByInhibition) assert.ok(defined.has(name), `no alert is called ${name}`);
  });

  it("lets the critical tier of every family silence the warning about the same object, and no other", () => {
    const families = Map.groupBy(catalogue, ({ name, family = name }) => family);
    let pairs = 0;
    for (const [family, alerts] of families) {
      if (differentObjects.has(family)) continue;
      const tier = (severity: string) => alerts.find((alert) => alert.severity === severity);
      const [critical, warning] = [tier("critical"), tier("warning")];
      if (critical === undefined || warning === undefined || critical.name === warning.name) continue;
      const labels = (alert: typeof critical, value: string): Labels => ({
        ...Object.fromEntries(
          alert.cases.flatMap(({ fires = [] }) => fires.flatMap(Object.keys)).map((key) => [key, value]),
        ),
        ...{ alertname: alert.name, severity: alert.severity, family, service: value },
      });
      assert.ok(
        silences(labels(critical, "a"), labels(warning, "a")),
        `${critical.name} does not silence ${warning.name}`,
      );
      assert.ok(!silences(labels(critical, "a"), labels(warning, "b")), `${critical.name} silences too much`);
      pairs++;
    }
    assert.ok(pairs >= 10, `only ${pairs} families with two tiers`);
  });
});

describe("alert routing: amtool agrees", () => {
  let tool: Tool;
  let folder: string;

  before(async function () {
    tool = await requireTool("amtool", this);
    folder = mkdtempSync(join(tmpdir(), "routing-"));
    writeFileSync(join(folder, "platform.tmpl"), messageTemplates("https://grafana.trading.example.com"));
    for (const stack of stacks) {
      const config = alertmanagerConfig(await routingInput(stack));
      const text = renderAlertmanagerConfig({ ...config, templates: [] });
      writeFileSync(join(folder, `${stack}.yaml`), forVersion(text, tool.version));
      writeFileSync(
        join(folder, `${stack}-equal.yaml`),
        forVersion(text, tool.version).replace(/severity=/g, "severity"),
      );
    }
  });

  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  for (const stack of stacks) {
    it(`finds no fault in the configuration of ${stack}`, async () => {
      const good = await runTool(tool, ["check-config", join(folder, `${stack}.yaml`)]);
      assert.equal(good.code, 0, good.stdout + good.stderr);
      const bad = await runTool(tool, ["check-config", join(folder, `${stack}-equal.yaml`)]);
      assert.notEqual(bad.code, 0, "a broken matcher must be found");
    });

    for (const [labels, receiver] of cases[stack]) {
      it(`routes ${labels.alertname} of ${stack} to ${receiver}`, async () => {
        const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
        const test = (expected: string) =>
          runTool(tool, [
            ...["config", "routes", "test", `--config.file=${join(folder, `${stack}.yaml`)}`],
            ...[`--verify.receivers=${expected}`, ...pairs],
          ]);
        const result = await test(receiver);
        assert.equal(result.code, 0, result.stdout + result.stderr);
        assert.notEqual((await test("nobody")).code, 0, "amtool must notice another receiver");
      });
    }
  }
});

/** Alertmanager reads the webhook's address from a file since 0.26; Debian's 0.25 only knows it in clear. */
function forVersion(text: string, version: string): string {
  return /^0\.(1\d|2[0-5])\./.test(version)
    ? text.replace(/url_file: ".*heartbeat-url"/, 'url: "http://127.0.0.1:9"')
    : text;
}
