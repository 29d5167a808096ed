import assert from "node:assert/strict";
import { dashboardUids } from "../../components/observability/alerts/panels.ts";
import { dataSources } from "../../components/observability/datasources.ts";
import { cloudwatchAlerts, correlatedAlarms } from "../../components/observability/grafana/cloudwatch.ts";
import { folders } from "../../components/observability/grafana/folders.ts";
import { logAlerts } from "../../components/observability/grafana/logs/all.ts";
import {
  canonicalJson,
  expressionSource,
  grafanaRule,
  ruleGroups,
  rulesPerGroup,
  ruleUid,
} from "../../components/observability/grafana/ruleGroups.ts";
import type { GrafanaAlert, GrafanaCase, GrafanaRuleContext } from "../../components/observability/grafana/types.ts";
import { alarmPlan } from "../../components/operations/alarms/plan.ts";
import { alarmsSchema } from "../../stack/sections/alarms.ts";
import { evaluateLogql, type Sample, syntaxErrors } from "../support/logql.ts";

const context: GrafanaRuleContext = {
  criticalServices: ["binance-trader-macd", "trading-system"],
  clusterLogGroup: {
    name: "/aws/eks/x/cluster",
    arn: "arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks/x/cluster:*",
  },
  grafanaUrl: "https://grafana.trading.example.com",
  runbookBaseUrl: "https://runbooks.example.com",
  severityCap: "critical",
  externalLabels: { environment: "production", cluster: "trading-platform-production", region: "us-east-1" },
};
const alarms = alarmPlan(
  {
    postgres: { identifier: "db", replicas: [], storageGibibytes: 400, instanceClass: "db.r8g.xlarge" },
    cache: { replicationGroupId: "cache", nodes: 2 },
    broker: { name: "broker" },
    topics: { critical: "c", warning: "w", heartbeat: "h" },
  },
  alarmsSchema.parse({}),
);
const logs = logAlerts(context);
const alerts = [...logs, ...cloudwatchAlerts(alarms)];

/** The rule's pipeline on the data of a case: the labels of what would fire. */
function fired(alert: GrafanaAlert, { logs = [], values = {} }: GrafanaCase): Record<string, string>[] {
  const results = alert.queries.map((query, index): Sample[] => {
    if (query.kind === "loki") return evaluateLogql(query.expr, logs);
    const value = values[String.fromCharCode(65 + index)];
    return value === undefined ? [] : [{ labels: {}, value }];
  });
  const { threshold, math } = alert;
  if (results[0]!.length === 0) return alert.noData === "Alerting" ? [{}] : [];
  const holds = (value: number) => ("above" in threshold ? value > threshold.above : value < threshold.below);
  return results[0]!
    .map(({ labels, value }) => ({ labels, value: math === undefined ? value : calculate(math, value, results[1]!) }))
    .filter(({ value }) => holds(value))
    .map(({ labels }) => labels);
}

/** The one formula that rules use; another one must be added here to be tested. */
function calculate(math: string, a: number, [b]: Sample[]): number {
  assert.equal(math, "abs($A - $B) / $B");
  return Math.abs(a - b!.value) / b!.value;
}

const sorted = (labels: readonly Readonly<Record<string, string>>[]) => labels.map(canonicalJson).sort();

describe("Grafana-managed alerts", () => {
  it("are the twenty of the catalogue on logs, and the correlated warnings of AWS", () => {
    assert.equal(logs.length, 20);
    assert.equal(alerts.length, 20 + correlatedAlarms.length);
    assert.equal(new Set(alerts.map(({ name }) => name)).size, alerts.length);
  });

  it("asks CloudWatch for every resource of the account by one rule", () => {
    const latency = grafanaRule(alerts.find(({ name }) => name === "RdsReadLatency")!, context);
    const model = JSON.parse(latency.datas[0]!.model);
    assert.deepEqual(model.dimensions, { DBInstanceIdentifier: ["*"] });
    assert.deepEqual(
      [model.namespace, model.metricName, model.statistic, model.period],
      ["AWS/RDS", "ReadLatency", "p95", "60"],
    );
    assert.equal(latency.for, "9m");
  });

  for (const alert of alerts) {
    describe(alert.name, () => {
      it("has a case that fires and one that stays silent", () => {
        assert.ok(alert.cases.some(({ fires }) => fires !== undefined));
        assert.ok(alert.cases.some(({ fires }) => fires === undefined));
      });

      for (const example of alert.cases) {
        it(`${example.fires === undefined ? "stays silent" : "fires"} ${example.name}`, () => {
          assert.deepEqual(sorted(fired(alert, example)), sorted(example.fires ?? []));
        });
      }

      it("tells its service, and uses only labels that its query gives", () => {
        const firing = alert.cases.flatMap(({ fires }) => fires ?? []);
        if (alert.service === "expression") assert.ok(firing.every((labels) => labels.service !== undefined));
        const used = [...`${alert.summary}${alert.description}`.matchAll(/\$labels\.(\w+)/g)].map(
          ([, label]) => label!,
        );
        for (const label of used)
          assert.ok(
            firing.every((labels) => label in labels),
            `no label ${label}`,
          );
      });

      it("has a runbook with diagnosis and mitigation, whose LogQL can be read", () => {
        const { diagnosis, mitigation } = alert.runbook;
        assert.ok(diagnosis.length > 0 && mitigation.length > 0);
        for (const { logql } of diagnosis) if (logql) assert.deepEqual(syntaxErrors(logql), [], logql);
      });
    });
  }

  it("is read by a grammar that refuses what is no LogQL", () => {
    assert.ok(syntaxErrors('sum by (service) (rate({namespace="trading"} | json [5m])').length > 0);
    for (const { queries, name } of alerts) {
      for (const query of queries) if (query.kind === "loki") assert.deepEqual(syntaxErrors(query.expr), [], name);
    }
  });

  it("selects streams by at least one label that is not empty, as Loki demands", () => {
    for (const { queries } of alerts) {
      for (const query of queries) {
        if (query.kind !== "loki") continue;
        for (const [selector] of query.expr.matchAll(/\{\w+=[^}]*\}/g)) assert.match(selector, /\w+="[^"]+"/);
      }
    }
  });
});

describe("Grafana rules as the provider wants them", () => {
  const rules = ruleGroups(alerts, context).flatMap(({ rules }) => rules);

  it("has stable uids of at most forty characters", () => {
    assert.equal(new Set(rules.map(({ uid }) => uid)).size, rules.length);
    for (const { uid } of rules) assert.match(uid, /^[a-z0-9-]{1,40}$/);
    assert.equal(ruleUid("WebSocketReconnectStorm"), "rule-web-socket-reconnect-storm");
  });

  it("ends every pipeline in a threshold over a reduced query", () => {
    for (const { condition, datas } of rules) {
      const models = new Map(datas.map(({ refId, model }) => [refId, JSON.parse(model)]));
      const last = models.get(condition);
      assert.equal(last.type, "threshold");
      const input = models.get(last.expression);
      assert.ok(["reduce", "math"].includes(input.type));
      assert.equal(models.get("RA").expression, "A");
    }
  });

  it("says what no data and errors mean, and never lets an error page", () => {
    for (const { noDataState, execErrState } of rules) {
      assert.ok(["OK", "Alerting"].includes(noDataState));
      assert.equal(execErrState, "KeepLast");
    }
  });

  it("uses canonical JSON, hours and minutes, and known data sources", () => {
    const known = new Set([expressionSource, ...dataSources.map(({ uid }) => uid)]);
    for (const rule of rules) {
      assert.match(rule.for, /^\d+[smh]$/);
      for (const { model, datasourceUid, refId } of rule.datas) {
        assert.equal(model, canonicalJson(JSON.parse(model)));
        assert.ok(known.has(datasourceUid));
        const parsed = JSON.parse(model);
        assert.equal(parsed.refId, refId);
        // The provider strips these from the state: a rule that names them differs for ever.
        assert.ok(!("intervalMs" in parsed) && !("maxDataPoints" in parsed));
      }
    }
    assert.equal(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] }), '{"a":[{"c":2,"d":1}],"b":1}');
  });

  it("carries the labels and annotations that the routing and the messages read", () => {
    for (const { labels, annotations, name } of rules) {
      for (const label of ["severity", "category", "component", "family", "environment", "cluster", "region"]) {
        assert.ok(labels[label], `${name} has no ${label}`);
      }
      assert.equal(annotations.runbook_url, `https://runbooks.example.com/${name}.md`);
      assert.match(annotations.dashboard_url!, /^https:\/\/grafana\.trading\.example\.com\/d\/[\w-]+\?viewPanel=\d+$/);
    }
  });

  it("caps the severity where nobody is paged", () => {
    const critical = alerts.find(({ severity }) => severity === "critical")!;
    const info = alerts.find(({ severity }) => severity === "info")!;
    const staging = { ...context, severityCap: "warning" as const };
    assert.equal(grafanaRule(critical, context).labels.severity, "critical");
    assert.equal(grafanaRule(critical, staging).labels.severity, "warning");
    assert.equal(grafanaRule(info, staging).labels.severity, "info");
  });

  it("keeps groups small, for reading one costs a request per rule", () => {
    for (const group of ruleGroups(alerts, context)) assert.ok(group.rules.length <= rulesPerGroup);
  });

  it("keeps the uids of folders apart from those of dashboards", () => {
    const uids = [...Object.values(folders).map(({ uid }) => uid), ...Object.values(dashboardUids)];
    assert.equal(new Set<string>(uids).size, uids.length);
    for (const uid of uids) assert.match(uid, /^[a-z0-9-]{1,40}$/);
  });
});
