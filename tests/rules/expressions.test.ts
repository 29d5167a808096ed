import assert from "node:assert/strict";
import { contract, contractMetricNames, knownSeries, type Metric } from "../../catalog/metrics.ts";
import { allAlerts, allRecordings } from "../../components/observability/alerts/catalogue.ts";
import { alertRule } from "../../components/observability/rules.ts";
import { completeContext } from "./support/context.ts";
import { seriesKnowledge } from "./support/knowledge.ts";
import { infer, type SeriesKnowledge, typeErrors } from "./support/promql.ts";

const known = seriesKnowledge(completeContext);
const alerts = allAlerts(completeContext).map((alert) => {
  const rule = alertRule(alert, completeContext);
  return { alert, rule, inference: infer(rule.expr, known) };
});
const recordings = Object.values(allRecordings(completeContext)).flat();

/** Series that Prometheus makes of alerts themselves; runbooks ask for them. */
const ofAlerts: SeriesKnowledge = {
  labels: new Set(["alertname", "alertstate", "category", "service", "severity"]),
  counter: false,
};

const none = (found: readonly string[]) => assert.deepEqual(found, []);

describe("expressions of rules", () => {
  it("have the types that Prometheus asks for", () => {
    const expressions = [...alerts.map(({ rule }) => rule.expr), ...recordings.map(({ expr }) => expr)];
    none(expressions.flatMap((expr) => typeErrors(expr).map((error) => `${error}: ${expr}`)));
  });

  it("read only series and labels of the contract, of an exporter or of our recordings", () => {
    none(alerts.flatMap(({ rule, inference }) => inference.problems.map((problem) => `${rule.alert}: ${problem}`)));
    none(
      recordings.flatMap(({ record, expr }) => infer(expr, known).problems.map((problem) => `${record}: ${problem}`)),
    );
  });

  it("ask only for buckets that the exporter's histogram has", () => {
    const asked = [...alerts.map(({ rule }) => rule.expr), ...recordings.map(({ expr }) => expr)].flatMap((expr) =>
      [...expr.matchAll(/(\w+_bucket)\{[^}]*?\ble=~?"(\d*\.?\d+)/g)].map(([, name, bound]) => ({ name: name!, bound })),
    );
    const fixed = asked.flatMap(({ name, bound }) => {
      const buckets = knownSeries.get(name)?.metric.buckets;
      return buckets === undefined ? [] : [{ name, bound, exists: buckets.includes(Number(bound)) }];
    });
    assert.ok(fixed.length > 0);
    none(fixed.filter(({ exists }) => !exists).map(({ name, bound }) => `${name} has no bucket ${bound}`));
  });

  it("keep every label that a notification shows", () => {
    none(
      alerts.flatMap(({ rule, inference }) =>
        Object.entries(rule.annotations).flatMap(([name, text]) =>
          [...text.matchAll(/\$labels\.(\w+)/g)]
            .filter(([, label]) => !inference.labels?.has(label!))
            .map(([, label]) => `${rule.alert}: the ${name} shows ${label}, which the expression drops`),
        ),
      ),
    );
  });

  it("keep or get the label service, on which notifications are grouped and inhibited", () => {
    none(
      alerts
        .filter(({ rule, inference }) => rule.labels.service === undefined && !inference.labels?.has("service"))
        .map(({ rule }) => rule.alert),
    );
  });

  it("never have a label of their own overwritten by the rule without saying so", () => {
    const meant = new Set(["service", "resource"]);
    none(
      alerts.flatMap(({ rule, inference }) =>
        Object.keys(rule.labels)
          .filter((label) => inference.labels?.has(label) && !meant.has(label))
          .map((label) => `${rule.alert}: ${label}`),
      ),
    );
  });

  it("leave to Prometheus the labels by which it tells where an alert is from, on which the inhibition compares", () => {
    none(
      alerts.flatMap(({ rule, inference }) =>
        ["cluster", "environment"]
          .filter((label) => inference.labels?.has(label) || label in rule.labels)
          .map((label) => `${rule.alert}: ${label}`),
      ),
    );
  });

  it("compare with something, except the Watchdog", () => {
    const without = alerts.filter(({ rule }) => !/[<>]|==|!=|absent|unless/.test(rule.expr));
    assert.deepEqual(
      without.map(({ alert }) => [alert.name, alert.always]),
      [["Watchdog", true]],
    );
  });

  it("look at four scrapes at least in every range", () => {
    const seconds = { s: 1, m: 60, h: 3600, d: 86400 } as const;
    const all = [...alerts.map(({ rule }) => rule.expr), ...recordings.map(({ expr }) => expr)].join("\n");
    const ranges = [...all.matchAll(/\[(\d+)([smhd])(?::|\])/g)];
    assert.ok(ranges.length > 100);
    none(ranges.filter(([, n, unit]) => Number(n) * seconds[unit as "s"] < 60).map(([range]) => range));
  });

  it("wait before they say that something is absent", () => {
    none(
      alerts
        .filter(({ rule }) => rule.expr.startsWith("absent(") && rule.for === undefined)
        .map(({ rule }) => rule.alert),
    );
  });
});

describe("queries of runbooks", () => {
  const forRunbooks = (name: string) => (name === "ALERTS" ? ofAlerts : known(name));
  it("are valid and read what exists", () => {
    none(
      alerts.flatMap(({ alert }) =>
        alert.runbook.diagnosis.flatMap(({ promql }) =>
          promql === undefined
            ? []
            : [...typeErrors(promql), ...infer(promql, forRunbooks).problems]
                // A person who looks may see every replica's own word; a sum of them is wrong for people too.
                .filter((problem) => !/is a counter|by nothing/.test(problem))
                .map((problem) => `${alert.name}: ${problem}: ${promql}`),
        ),
      ),
    );
  });
});

describe("the checks of expressions", () => {
  const problems = (expr: string) => infer(expr, known).problems;
  it("refuse wrong types", () => {
    assert.equal(typeErrors("rate(up)").length, 1);
    assert.equal(typeErrors("sum by (service) (rate(up[5m])) >").length > 0, true);
    assert.equal(typeErrors("1 and up").length, 1);
    none(typeErrors("sum(rate(up[5m])) > 1"));
  });
  it("refuse a series and a label that nobody exports", () => {
    assert.deepEqual(problems("pg_replication_lag > 30"), ["nobody exports pg_replication_lag"]);
    assert.deepEqual(problems('pg_up{granted="f"} == 0'), ["pg_up has no label granted"]);
    assert.match(problems("sum by (colour) (pg_up)")[0] ?? "", /groups by colour/);
  });
  it("refuse a counter that is read raw", () => {
    assert.match(problems("redis_evicted_keys_total > 5")[0] ?? "", /is a counter/);
    none(problems("increase(redis_evicted_keys_total[5m]) > 5"));
  });
  it("refuse what adds up gauges that every replica tells whole", () => {
    assert.match(problems("sum by (strategy) (active_positions) > 5")[0] ?? "", /put together by sum/);
    assert.match(problems("active_positions > 5")[0] ?? "", /put together by nothing/);
    assert.match(problems("max(count by (strategy) (active_positions)) > 5")[0] ?? "", /put together by count/);
    none(problems("sum(max by (strategy) (active_positions)) > 5"));
    none(problems("absent(active_positions)"));
    none(problems("sum by (service) (hikaricp_connections_active) > 5"));
  });
  it("refuse sides with different labels", () => {
    assert.match(problems("sum by (service) (up) / sum by (job) (up)")[0] ?? "", /different labels/);
    none(problems("sum by (service) (up) / on (service) sum by (service, job) (up)"));
  });
  it("know which labels are left", () => {
    const left = (expr: string) => [...(infer(expr, known).labels ?? [])].sort();
    assert.deepEqual(left("sum by (service, pool) (hikaricp_connections_active) > 1"), ["pool", "service"]);
    assert.deepEqual(left("pg_stat_activity_count > on (instance) pg_settings_max_connections"), ["instance"]);
    assert.deepEqual(left('absent(up{job="x",pod=~"y"})'), ["job"]);
    assert.deepEqual(left("max by (job) (up) or max by (job, pod) (up)"), ["job"]);
    assert.deepEqual(left('label_replace(sum by (pod) (up), "service", "$1", "pod", "(.*)")'), ["pod", "service"]);
  });
});

describe("the metric contract", () => {
  it("gives every series one owner", () => {
    assert.ok(contractMetricNames.size >= 40);
    assert.ok(knownSeries.size > contractMetricNames.size);
  });
  it("knows a histogram by its parts only", () => {
    assert.equal(knownSeries.has("http_server_requests_seconds"), false);
    assert.equal(knownSeries.get("http_server_requests_seconds_bucket")?.labels.has("le"), true);
    assert.equal(knownSeries.get("http_server_requests_seconds_count")?.labels.has("le"), false);
  });
  it("says of every gauge of a service what each of several replicas tells", () => {
    const metrics: readonly Metric[] = contract.metrics;
    none(
      metrics.filter(({ type, replicas }) => (type === "gauge") !== (replicas !== undefined)).map(({ name }) => name),
    );
    const wholly = metrics.filter(({ replicas }) => replicas === "whole").map(({ name }) => name);
    // The book is in the database: several replicas tell the same portfolio and the same positions.
    for (const name of ["daily_pnl_dollars", "portfolio_value_dollars", "active_positions", "max_positions"])
      assert.ok(wholly.includes(name), name);
  });
  it("has results of executions from the start, and the rules ask for those only", () => {
    const metrics: readonly Metric[] = contract.metrics;
    const declared = metrics.flatMap(({ name, labels, fromStart = {} }) =>
      Object.entries(fromStart).map(([label, values]) => ({ name, labels, label, values })),
    );
    none(declared.filter(({ labels, label }) => !labels.includes(label)).map(({ name, label }) => `${name} ${label}`));
    const executions = declared.find(({ name }) => name === "trade_executions_total");
    assert.deepEqual(executions?.values, ["filled", "failed", "rejected"]);
    const expressions = [...alerts.map(({ rule }) => rule.expr), ...recordings.map(({ expr }) => expr)].join("\n");
    for (const { name, label, values } of declared) {
      const asked = [...expressions.matchAll(new RegExp(`${name}\\{[^}]*\\b${label}="([^"]*)"`, "g"))];
      none(asked.map(([, value]) => value!).filter((value) => !values.includes(value)));
      if (name === "trade_executions_total") assert.ok(asked.length > 0);
    }
  });
  it("calls counters by a name that says so", () => {
    const odd = [...knownSeries.values()]
      .map(({ metric }) => metric)
      .filter(({ name, type }) => type === "counter" && !name.endsWith("_total"))
      .map(({ name }) => name);
    assert.deepEqual(odd, ["pg_stat_database_deadlocks"]);
  });
});
