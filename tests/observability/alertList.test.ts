import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type AlertLine, alertLines, filterValues, managedLines, plainList } from "../../alerts/list.ts";
import { type Palette, summary, terminalTable } from "../../alerts/table.ts";
import { allAlerts } from "../../components/observability/alerts/catalogue.ts";
import { managedAlerts } from "../../components/observability/managedAlerts.ts";
import { completeContext } from "../rules/support/context.ts";

describe("npm run alerts", () => {
  const alerts = allAlerts(completeContext);

  it("lists name, category, severity, condition, waiting time and runbook", () => {
    const [line] = alertLines(alerts, completeContext).filter(({ name }) => name === "HighErrorRate");
    assert.deepEqual(line, {
      name: "HighErrorRate",
      category: "critical",
      severity: "critical",
      service: "each",
      condition: "service:http_error_ratio:rate5m > 0.01 and service:http_requests:rate5m > 0.1",
      for: "2m",
      runbook: "https://runbooks.example.com/HighErrorRate.md",
      evaluatedBy: "Prometheus",
    });
  });

  it("filters by severity, by category, and by service: its own alerts and those that speak of each service", () => {
    const info = alertLines(alerts, completeContext, { severity: "info" });
    assert.ok(info.length > 0 && info.every(({ severity }) => severity === "info"));
    assert.ok(
      alertLines(alerts, completeContext, { category: "security" }).every(({ category }) => category === "security"),
    );
    const worker = new Set(alertLines(alerts, completeContext, { service: "worker" }).map(({ name }) => name));
    assert.ok(worker.has("ServiceAbsent") && worker.has("UptimeBudgetBurn") && worker.has("ContainerOOMKilled"));
    assert.equal(worker.has("JvmHeapNearLimit"), false);
    assert.equal(worker.has("KafkaBrokerDown"), false);
    const kafka = alertLines(alerts, completeContext, { service: "kafka" });
    assert.ok(kafka.length >= 7 && kafka.every(({ service }) => service === "kafka"));
    assert.ok(filterValues(alerts, completeContext).service.includes("kafka"));
  });

  it("lists what Grafana and AWS evaluate as well", () => {
    const lines = managedLines(managedAlerts(), completeContext);
    assert.ok(lines.some(({ evaluatedBy }) => evaluatedBy === "Grafana"));
    assert.ok(lines.some(({ evaluatedBy }) => evaluatedBy === "CloudWatch"));
    assert.equal(
      lines.some(({ condition }) => condition.includes("\n")),
      false,
    );
    const security = managedLines(managedAlerts(), completeContext, { category: "security", severity: "critical" });
    assert.ok(security.length > 0 && security.length < lines.length);
  });

  it("shows the severity that leaves the environment", () => {
    const capped = { ...completeContext, settings: { ...completeContext.settings, severityCap: "warning" as const } };
    assert.equal(alertLines(alerts, capped, { severity: "critical" }).length, 0);
    assert.ok(alertLines(alerts, capped, { severity: "warning" }).length > 50);
  });

  it("writes a line per rule to a pipe, in columns, with nothing shortened and no colour", () => {
    const lines = [...alertLines(alerts, completeContext), ...managedLines(managedAlerts(), completeContext)];
    const plain = plainList(lines).split("\n");
    assert.equal(plain.length, lines.length + 1);
    assert.ok(plain.every((line) => line.split("\t").length === 8));
    assert.equal(plain.join("").includes("\x1b"), false);
  });
});

describe("npm run alerts in a terminal", () => {
  const plainPalette: Palette = {
    strong: (text) => text,
    faint: (text) => text,
    severity: (_severity, text) => text,
  };
  const all = [
    ...alertLines(allAlerts(completeContext), completeContext),
    ...managedLines(managedAlerts(), completeContext),
  ];
  const line = (change: Partial<AlertLine>): AlertLine => ({
    ...{ name: "ServiceAbsent", category: "critical", severity: "critical", service: "api", for: "5m" },
    ...{ condition: 'absent(up{job="api"})', runbook: "https://runbooks.example.com/ServiceAbsent.md" },
    ...{ evaluatedBy: "Prometheus", ...change },
  });

  for (const width of [80, 100, 160, 240]) {
    it(`fits into ${width} columns and loses nothing of a condition`, () => {
      const shown = terminalTable(all, width, plainPalette);
      for (const text of shown.split("\n")) assert.ok(text.length <= width, text);
      const compact = shown.replace(/\s+/g, "");
      for (const { condition, service } of all) {
        const own = condition.replaceAll(`"${service}"`, '"<service>"').replace(/\s+/g, "");
        assert.ok(compact.includes(condition.replace(/\s+/g, "")) || compact.includes(own), condition);
      }
    });
  }

  it("keeps the columns below each other, whatever a condition needs", () => {
    const shown = terminalTable(all, 160, plainPalette).split("\n");
    const heads = shown.filter((text) => /^ (critical|warning|info|none) /.test(text));
    assert.ok(heads.length > 100);
    const column = shown[0]!.indexOf("runbook");
    for (const text of heads) assert.match(text.slice(column - 1), /^ \w+\.md$/, text);
    for (const text of shown.slice(1)) assert.match(text, /^( (critical|warning|info|none) | {11}\S|── |$)/);
  });

  it("leaves the column of the pages away where it does not fit; the summary says where they are", () => {
    assert.equal(terminalTable(all, 80, plainPalette).includes(".md"), false);
    assert.match(summary(all, "production"), /docs\/runbooks\/<alert>\.md, served at https:\/\/runbooks\.example\.com/);
  });

  it("shows rules that differ in the service alone once, and counts them", () => {
    const two = [line({}), line({ service: "web", condition: 'absent(up{job="web"})' })];
    const shown = terminalTable([...two, line({ service: "bot", condition: "absent(bot)" })], 120, plainPalette);
    assert.match(shown, /ServiceAbsent {2}2 services {3}5m {2}ServiceAbsent\.md\n {11}absent\(up\{job="<service>"\}\)/);
    assert.match(shown, /ServiceAbsent {2}bot /);
    assert.match(shown, /── critical ─+ 3 rules/);
    assert.equal(summary(two, "staging").split("\n")[0], "staging: 1 alert in 2 rules (2 critical)");
  });

  it("breaks before set operators, never inside quotes, and cuts what is longer than a line", () => {
    const long = (condition: string) =>
      terminalTable([line({ condition })], 80, plainPalette)
        .split("\n")
        .slice(3, -1);
    const [left, right] = ["a".repeat(40), "b".repeat(40)];
    assert.deepEqual(
      long(`${left} > 1 and ${right} > 2`).map((text) => text.trim()),
      [`${left} > 1`, `and ${right} > 2`],
    );
    assert.ok(
      long(`${left} == ${right} {x="one or two and three"}`).some((text) => text.includes('"one or two and three"')),
    );
    assert.equal(long("c".repeat(200)).length, 3);
  });

  it("colours by severity", () => {
    const marked = terminalTable([line({})], 120, {
      ...plainPalette,
      severity: (severity, text) => `<${severity}>${text}`,
    });
    assert.match(marked, / <critical>critical {2}ServiceAbsent/);
  });
});

describe("npm run alerts as a program", function () {
  this.timeout(60_000);
  const run = (...args: string[]) => {
    const main = join(import.meta.dirname, "../../alerts/main.ts");
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, "alerts", ...args], { encoding: "utf8" });
    return { status, stdout, stderr };
  };

  it("answers a filter with what it found", () => {
    const { status, stdout } = run("--service", "trading-bot", "--severity", "critical", "--json");
    assert.equal(status, 0);
    const names = (JSON.parse(stdout) as AlertLine[]).map(({ name }) => name);
    assert.ok(names.includes("ServiceAbsent") && names.includes("TradingBotHeartbeatMissing"), String(names));
  });

  it("lists the alarms that the stack has, with the stack's limits", () => {
    const conditions = (stack: string) =>
      new Map(
        (JSON.parse(run("--stack", stack, "--json").stdout) as AlertLine[]).map((each) => [each.name, each.condition]),
      );
    const [staging, production] = [conditions("staging"), conditions("production")];
    assert.ok(production.has("RdsReplicaLag") && !staging.has("RdsReplicaLag"));
    assert.match(production.get("RdsCpuHigh") ?? "", /> 80 \(percent\)/);
    assert.match(staging.get("RdsCpuHigh") ?? "", /> 90 \(percent\)/);
  });

  for (const [option, value, meant] of [
    ["--severity", "critcal", "critical"],
    ["--service", "trading-systm", "trading-system"],
    ["--category", "slos", "slo"],
    ["--stack", "prodution", "production"],
  ] as const) {
    it(`ends with 2 for ${option} ${value}, and says what was meant and what there is`, () => {
      const { status, stdout, stderr } = run(option, value);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        new RegExp(`no ${option.slice(2)} "${value}".* Did you mean ${meant}\\?\\s(Known|Stacks here): .*${meant}`),
      );
    });
  }

  it("shows examples in its help", () =>
    assert.match(run("--help").stdout, /--service[\s\S]*--severity[\s\S]*--category[\s\S]*--json[\s\S]*Examples:/));
});
