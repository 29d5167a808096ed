import assert from "node:assert/strict";
import { contract, type ExporterName, exporters } from "../../catalog/metrics.ts";
import { alertCatalogue, allAlerts } from "../../components/observability/alerts/catalogue.ts";
import {
  chartRules,
  chartVersionRead,
  criticalChartAlerts,
  replacedChartAlerts,
  softenedChartAlerts,
} from "../../components/observability/alerts/chartRules.ts";
import { dashboardUids, panelId, panelLink } from "../../components/observability/alerts/panels.ts";
import type { AlertContext, AlertDefinition, AlertService } from "../../components/observability/alerts/types.ts";
import { managedAlerts } from "../../components/observability/managedAlerts.ts";
import { alertsNamedByInhibition } from "../../components/observability/routing/inhibition.ts";
import { alertRule, cappedSeverity, ruleFile } from "../../components/observability/rules.ts";
import { chartPin } from "../../components/platform/charts.ts";
import { completeContext, completeService } from "../rules/support/context.ts";
import { stackContexts } from "../rules/support/stacks.ts";
import { numbersIn } from "./support/numbers.ts";
import { leftOutOfReference, mergedAlerts, referenceAlerts } from "./support/reference.ts";
import { numbersThatDiffer, referenceNumbers } from "./support/referenceNumbers.ts";

const alerts = allAlerts(completeContext);
const byName = (name: string) => alerts.filter((alert) => alert.name === name);

/** What keeps an alert from being complete; nothing for a mature one. */
function gaps(alert: AlertDefinition): string[] {
  const positive = alert.cases.some(({ fires }) => fires !== undefined);
  const negative = alert.cases.some(({ fires }) => fires === undefined);
  const checks: [boolean, string][] = [
    [/^[A-Z][A-Za-z0-9]+$/.test(alert.name), "a name in CamelCase"],
    [positive, "a case that fires"],
    [negative || alert.always === true, "a case that stays silent"],
    [alert.summary.length > 10 && alert.summary.length <= 120, "a summary of one line"],
    [alert.description.length >= 30, "a description"],
    [alert.impact.length > 10 || alert.severity !== "critical", "an impact"],
    [alert.runbook.diagnosis.length >= 2, "two steps of diagnosis"],
    [
      alert.runbook.diagnosis.some(({ promql, logql, command }) => promql ?? logql ?? command) === true,
      "a query or a command in the diagnosis",
    ],
    [alert.runbook.mitigation.length >= 1, "a mitigation"],
    [alert.source.length >= 2, "a source"],
    [alert.owner.length > 2, "an owner"],
  ];
  return checks.filter(([held]) => !held).map(([, what]) => `${alert.name} lacks ${what}`);
}

describe("the alert catalogue", () => {
  it("holds the 38 merged alerts of the requirement sheets", () => {
    const names = new Set([...alerts, ...managedAlerts()].map(({ name }) => name));
    assert.equal(mergedAlerts.length, 38);
    for (const { number, name, as } of mergedAlerts) {
      for (const alert of as ?? [name]) assert.ok(names.has(alert), `#${number} ${name} needs ${alert}`);
    }
  });

  it("holds every alert of section 3.3 with its severity and waiting time, or a reason why it differs", () => {
    assert.ok(referenceAlerts.length >= 117);
    const different = referenceAlerts.flatMap(({ name, severity, pending, category }) => {
      const rules = byName(name);
      if (rules.length === 0) return [`${name} is missing`];
      const same = rules.some((rule) => rule.severity === severity && (rule.for ?? "0m") === pending);
      const home = rules.every((rule) => rule.category === category);
      return same && home ? [] : [`${name}: ${severity} after ${pending} in ${category}`];
    });
    assert.deepEqual(different, []);
    for (const [name, reason] of Object.entries(leftOutOfReference)) {
      assert.equal(byName(name).length, 0, name);
      assert.ok(reason.length > 20);
    }
  });

  it("has the reference's limits, factors and ranges, unless an environment says otherwise", () => {
    assert.ok(Object.keys(referenceNumbers).length >= 109);
    const different = Object.entries(referenceNumbers).flatMap(([name, numbers]) => {
      const found = new Set(byName(name).map(({ expr }) => numbersIn(expr)));
      const expected = numbersThatDiffer[name] ?? numbers;
      return found.size === 1 && found.has(expected) ? [] : [`${name}: ${[...found]} in place of ${expected}`];
    });
    assert.deepEqual(different, []);
    assert.equal(numbersIn('rate(x:rate5m{a="7"}[5m]) > 0.80 and y < 21 * 86400'), "5m 0.8 21d");
  });

  it("is mature: every alert has cases, words, a runbook and an owner", () => {
    assert.deepEqual(alerts.flatMap(gaps), []);
  });

  it("finds what an alert lacks", () => {
    const [complete] = byName("ServiceDown") as [AlertDefinition];
    assert.deepEqual(gaps({ ...complete, cases: complete.cases.slice(0, 1) }), [
      "ServiceDown lacks a case that stays silent",
    ]);
    assert.deepEqual(gaps({ ...complete, runbook: { diagnosis: [], mitigation: [] } }).length, 3);
  });

  it("defines every alert that the inhibition names", () => {
    assert.deepEqual(
      alertsNamedByInhibition.filter((name) => byName(name).length === 0),
      [],
    );
  });

  it("keeps names apart from those of Grafana and AWS", () => {
    const managed = new Set(managedAlerts().map(({ name }) => name));
    // A failed backup job is told by both, so that it is told when the cluster is gone.
    assert.deepEqual(
      [...new Set(alerts.map(({ name }) => name))].filter((name) => managed.has(name)),
      ["BackupJobFailed"],
    );
  });

  it("gives the tiers of one condition one family, in which the critical one can silence the warning", () => {
    const families = new Map<string, Set<string>>();
    for (const { name, family, severity } of alerts) {
      const key = family ?? name;
      families.set(key, (families.get(key) ?? new Set()).add(severity));
    }
    for (const family of ["CpuUsage", "MemoryUsage", "DiskUsage", "PortfolioRisk", "DatabaseReplicationLag"]) {
      assert.deepEqual([...(families.get(family) ?? [])].sort(), ["critical", "warning"], family);
    }
  });
});

describe("the rules of a stack", () => {
  const names = (context: AlertContext) => new Set(alertCatalogue(context).map(({ name }) => name));

  it("are the same alerts in staging and production, but for the tiers that staging switches off", async () => {
    const { staging, production } = await stackContexts();
    const more = [...names(production)].filter((name) => !names(staging).has(name));
    assert.deepEqual(more, ["CriticalCpuUsage", "CriticalMemoryUsage"]);
    assert.ok(names(production).size >= 120);
  });

  it("page nobody from staging", async () => {
    const { staging, production } = await stackContexts();
    const severities = (context: AlertContext) =>
      new Set(
        ruleFile(context).groups.flatMap(({ rules }) =>
          rules.flatMap((rule) => ("alert" in rule ? [rule.labels.severity] : [])),
        ),
      );
    assert.equal(severities(staging).has("critical"), false);
    assert.equal(severities(production).has("critical"), true);
    assert.equal(cappedSeverity("info", "warning"), "info");
    assert.equal(cappedSeverity("none", "warning"), "none");
  });

  it("read no metric of the contract that no service declares", () => {
    const silent = { ...completeService, metrics: ["http_server_requests_seconds"], objectives: [] };
    const context = { ...completeContext, services: [silent] };
    for (const name of [
      "NoTradesExecuted",
      "TradesMetricAbsent",
      "EtlFailing",
      "JvmHeapNearLimit",
      "OrderLatencyHigh",
    ]) {
      assert.equal(names(context).has(name), false, name);
    }
    assert.equal(names(completeContext).has("TradesMetricAbsent"), true);
    assert.equal(names(context).has("ServiceDown"), true);
    const recorded = ruleFile(context).groups.flatMap(({ rules }) =>
      rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])),
    );
    assert.equal(
      recorded.some((record) => record.startsWith("trading:order_latency")),
      false,
    );
  });

  it("leave out what no exporter of the stack can tell", () => {
    const exporters = completeContext.exporters.filter((name) => name !== "redis-exporter");
    const without = names({ ...completeContext, exporters });
    assert.equal(
      [...without].some((name) => name.startsWith("Redis")),
      false,
    );
    assert.equal(without.has("LowCacheHitRate"), false);
    assert.equal(without.has("DatabaseConnectionFailure"), true);
  });

  it("need one of several exporters where the expression takes any", () => {
    const only = (exporter: ExporterName) => ({ ...completeContext, exporters: [exporter] });
    assert.equal(names(only("consul")).has("ConsulNoLeader"), true);
    assert.equal(names(only("consul-exporter")).has("ConsulNoLeader"), true);
    assert.equal(names(only("vault")).has("ConsulNoLeader"), false);
  });

  it("ask for every service by name, once", async () => {
    const { production } = await stackContexts();
    const absent = alertCatalogue(production).filter(({ name }) => name === "ServiceAbsent");
    assert.equal(absent.length, production.services.length);
    for (const { name } of production.services)
      assert.ok(absent.some(({ expr }) => expr === `absent(up{job="${name}"})`));
  });

  it("carry labels and annotations that routing and people need", () => {
    for (const alert of alerts) {
      const { labels, annotations } = alertRule(alert, completeContext);
      assert.ok(labels.severity && labels.category && labels.family, alert.name);
      assert.equal(annotations.runbook_url, `https://runbooks.example.com/${alert.name}.md`);
      assert.match(
        annotations.dashboard_url ?? "",
        /^https:\/\/grafana\.example\.com\/d\/[a-z-]+\?viewPanel=\d+&var-service=/,
      );
    }
  });

  it("have numbers that come from the stack's thresholds", () => {
    const { thresholds } = completeContext.settings;
    const changed: AlertContext = {
      ...completeContext,
      settings: {
        ...completeContext.settings,
        thresholds: { ...thresholds, service: { ...thresholds.service, errorRatio: 0.07 } },
      },
    };
    const rule = allAlerts(changed).find(({ name }) => name === "HighErrorRate");
    assert.match(rule?.expr ?? "", /> 0\.07 /);
  });
});

/** Steps of a service's maturity, in order; each builds on the one before. */
const maturitySteps: readonly [name: string, held: (service: AlertService, names: ReadonlySet<string>) => boolean][] = [
  ["has an owner and is missed when it vanishes", ({ owner }, names) => owner !== "" && names.has("ServiceAbsent")],
  ["promises something that is measured", ({ objectives }) => objectives.length > 0],
  ["is alerted on by its promise", (_service, names) => [...names].some((name) => name.endsWith("BudgetBurn"))],
  ["tells the health of its components", ({ metrics }) => metrics.includes("component_health_status")],
  ["promises more than to answer", ({ objectives }) => objectives.length > 1],
];

describe("the maturity of services", () => {
  it("is at least four of five for every catalogued service", async () => {
    const { production } = await stackContexts();
    const rules = alertCatalogue(production);
    const scores = production.services.map((service) => {
      const own = rules.filter(
        (alert) =>
          typeof alert.service === "object" && "fixed" in alert.service && alert.service.fixed === service.name,
      );
      const names = new Set(own.map(({ name }) => name));
      const missing = maturitySteps.filter(([, held]) => !held(service, names)).map(([step]) => step);
      return { service: service.name, score: maturitySteps.length - missing.length, missing };
    });
    assert.deepEqual(
      scores.filter(({ score }) => score < 4),
      [],
    );
  });

  it("counts what a bare service lacks", () => {
    const bare: AlertService = { name: "bare", owner: "", tier: "standard", metrics: [], objectives: [], tradesOn: [] };
    assert.equal(maturitySteps.filter(([, held]) => held(bare, new Set())).length, 0);
  });
});

describe("links to panels", () => {
  it("do not move and do not clash", () => {
    const panels = new Map<string, Set<string>>();
    for (const { panel } of [...alerts, ...managedAlerts()]) {
      const key = `${panel.dashboard}/${panelId(panel)}`;
      panels.set(key, (panels.get(key) ?? new Set()).add(panel.panel));
    }
    assert.deepEqual(
      [...panels].filter(([, titles]) => titles.size > 1),
      [],
    );
    assert.equal(
      panelId({ dashboard: "systemHealth", panel: "Service status" }),
      panelId({ dashboard: "systemHealth", panel: "Service status" }),
    );
    assert.notEqual(
      panelId({ dashboard: "systemHealth", panel: "Restarts" }),
      panelId({ dashboard: "logs", panel: "Restarts" }),
    );
  });
  it("use uids that Grafana accepts", () => {
    for (const uid of Object.values(dashboardUids)) assert.match(uid, /^[a-zA-Z0-9_-]{1,40}$/);
    assert.equal(new Set(Object.values(dashboardUids)).size, Object.keys(dashboardUids).length);
    assert.match(panelLink("https://g", { dashboard: "logs", panel: "Canary" }, { service: "x" }), /&var-service=x$/);
  });
});

describe("the chart's own rules", () => {
  it("lose only those that have a twin of ours, by name", () => {
    const ours = new Set(alerts.map(({ name }) => name));
    for (const [name, twin] of Object.entries(replacedChartAlerts)) {
      const named = twin.match(/\b[A-Z][a-z]+(?:[A-Z0-9][a-z0-9]*)+\b|\bWatchdog\b/g) ?? [];
      if (name !== "InfoInhibitor")
        assert.ok(
          named.some((alert) => ours.has(alert)),
          `${name}: ${twin}`,
        );
    }
  });
  it("were read in the version that is installed; a new one must be read again", () => {
    assert.equal(chartPin("kube-prometheus-stack").version, chartVersionRead);
  });
  it("do not silence informational alerts, and leave the beat to ours", () => {
    for (const severityCap of ["warning", "critical"] as const) {
      const { disabled } = chartRules({ severityCap }).defaultRules;
      assert.ok(disabled.InfoInhibitor && disabled.Watchdog);
      assert.deepEqual(Object.keys(disabled), Object.keys(replacedChartAlerts));
    }
  });
  it("never page where the stack may not", () => {
    const staging = chartRules({ severityCap: "warning" }).customRules;
    const production = chartRules({ severityCap: "critical" }).customRules;
    for (const name of criticalChartAlerts) {
      assert.deepEqual(staging[name], { severity: "warning" });
      assert.equal(production[name], undefined);
    }
    assert.deepEqual(Object.keys(production), [...softenedChartAlerts].sort());
    assert.deepEqual(
      softenedChartAlerts.filter((name) => criticalChartAlerts.includes(name)),
      [],
    );
  });
});

describe("the metric contract in the catalog", () => {
  it("is exported by some service for every alert that reads it", async () => {
    const { production } = await stackContexts();
    const declared = new Set(production.services.flatMap(({ metrics }) => metrics));
    const nobody = contract.metrics.map(({ name }) => name).filter((name) => !declared.has(name));
    assert.deepEqual(nobody, []);
  });
  it("names exporters once", () => {
    assert.equal(new Set(exporters.map(({ name }) => name)).size, exporters.length);
  });
});
