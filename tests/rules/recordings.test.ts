import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { dateExpression, daylightSavingExpression, marketRecordings } from "../../components/observability/markets.ts";
import type { RecordingRule } from "../../components/observability/ruleTypes.ts";
import { saturationPoints, saturationRecordings } from "../../components/observability/saturation.ts";
import { burnRates, guardRate, sloAlerts } from "../../components/observability/slo/alerts.ts";
import { indicators, windows } from "../../components/observability/slo/indicators.ts";
import { objectivesOf } from "../../components/observability/slo/objectives.ts";
import { budgetRecordings, indicatorRecordings } from "../../components/observability/slo/recordings.ts";
import { requireTool } from "../support/tools.ts";
import { completeContext } from "./support/context.ts";
import { inTemporaryDirectory, run } from "./support/promtool.ts";

const objectives = objectivesOf(completeContext);

/** A value that an expression must have at a time. */
interface Expected {
  readonly expr: string;
  readonly at: string;
  readonly samples: readonly { readonly labels: string; readonly value: number }[];
}

/** Evaluates expressions over series and recordings; returns what promtool says of wrong ones. */
async function evaluate(
  promtool: string,
  rules: readonly RecordingRule[],
  series: Readonly<Record<string, string>>,
  expected: readonly Expected[],
  interval = "1m",
): Promise<{ code: number; output: string }> {
  return inTemporaryDirectory(async (directory) => {
    const plain = rules.map(({ anyMetric: _ours, ...rule }) => rule);
    await writeFile(join(directory, "rules.yaml"), stringify({ groups: [{ name: "one", rules: plain }] }));
    const test = {
      rule_files: ["rules.yaml"],
      evaluation_interval: interval,
      tests: [
        {
          interval: "1m",
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          promql_expr_test: expected.map(({ expr, at, samples }) => ({ expr, eval_time: at, exp_samples: samples })),
        },
      ],
    };
    await writeFile(join(directory, "test.yaml"), stringify(test, { lineWidth: 0 }));
    return run(promtool, ["test", "rules", "test.yaml"], directory);
  });
}

/** Time since 1970, as promtool takes it. */
const since1970 = (date: string) => `${Math.round(Date.parse(date) / 1000)}s`;

describe("recorded indicators", () => {
  let promtool = "";
  before(async function () {
    promtool = (await requireTool("promtool", this)).path;
  });
  const passes = async (...args: Parameters<typeof evaluate> extends [string, ...infer Rest] ? Rest : never) => {
    const { code, output } = await evaluate(promtool, ...args);
    assert.equal(code, 0, output);
  };

  const requests = 'http_server_requests_seconds_count{service="complete",uri="/orders"';
  const short = indicatorRecordings(objectives).filter(({ record }) => record.endsWith(":rate5m"));

  it("are 0, not absent, for a service without errors; and nothing for one without requests", async () => {
    await passes(
      short,
      {
        [`${requests},outcome="SUCCESS"}`]: "0+60x30",
        [`${requests.replace("complete", "idle")},outcome="SUCCESS"}`]: "7+0x30",
      },
      [
        {
          expr: "service:http_error_ratio:rate5m",
          at: "20m",
          samples: [{ labels: 'service:http_error_ratio:rate5m{service="complete"}', value: 0 }],
        },
      ],
    );
  });

  it("count the share of errors and of slow requests, without the pages of the management", async () => {
    await passes(
      short,
      {
        [`${requests},outcome="SUCCESS"}`]: "0+75x30",
        [`${requests},outcome="SERVER_ERROR"}`]: "0+25x30",
        'http_server_requests_seconds_count{service="complete",uri="/actuator/prometheus",outcome="SERVER_ERROR"}':
          "0+900x30",
        'http_server_requests_seconds_bucket{service="complete",uri="/orders",le="0.1"}': "0+90x30",
        'http_server_requests_seconds_bucket{service="complete",uri="/orders",le="0.25"}': "0+100x30",
      },
      [
        {
          expr: "service:http_error_ratio:rate5m",
          at: "20m",
          samples: [{ labels: 'service:http_error_ratio:rate5m{service="complete"}', value: 0.25 }],
        },
        {
          expr: "round(service:http_slow_ratio:rate5m, 0.001)",
          at: "20m",
          samples: [{ labels: '{service="complete"}', value: 0.1 }],
        },
      ],
    );
  });

  it("measure cache, logs, executions, uptime and market data as well", async () => {
    await passes(
      short,
      {
        'redis_keyspace_hits_total{instance="a"}': "0+80x30",
        'redis_keyspace_misses_total{instance="b"}': "0+20x30",
        'loki_canary_response_latency_seconds_bucket{pod="a",le="4"}': "0+9x30",
        'loki_canary_response_latency_seconds_count{pod="a"}': "0+10x30",
        'trade_executions_total{service="complete",status="filled"}': "0+9x30",
        'trade_executions_total{service="complete",status="failed"}': "0+1x30",
        'trade_executions_total{service="complete",status="rejected"}': "0+90x30",
        'up{namespace="trading",service="worker",job="worker",pod="a"}': "1+0x30",
        'up{namespace="trading",service="worker",job="worker",pod="b"}': "0+0x30",
        'binance_data_collection_last_kline_timestamp_seconds{service="complete",symbol="FRESH"}': "0+60x30",
        'binance_data_collection_last_kline_timestamp_seconds{service="complete",symbol="STALE"}': "0+0x30",
      },
      [
        {
          expr: "round(service:cache_miss_ratio:rate5m, 0.001)",
          at: "20m",
          samples: [{ labels: '{service="redis"}', value: 0.2 }],
        },
        {
          expr: "round(service:log_slow_ratio:rate5m, 0.001)",
          at: "20m",
          samples: [{ labels: '{service="loki"}', value: 0.1 }],
        },
        {
          expr: "round(service:execution_failure_ratio:rate5m, 0.001)",
          at: "20m",
          samples: [{ labels: '{service="complete"}', value: 0.1 }],
        },
        {
          expr: "service:down_ratio:rate5m",
          at: "20m",
          samples: [{ labels: 'service:down_ratio:rate5m{service="worker"}', value: 0.5 }],
        },
        {
          expr: "service:market_data_stale_ratio:rate5m",
          at: "20m",
          samples: [{ labels: 'service:market_data_stale_ratio:rate5m{service="complete"}', value: 0.5 }],
        },
      ],
    );
  });

  it("tell what is left of a budget, weighted by traffic, and how fast it burns", async () => {
    const own = budgetRecordings(objectives).filter(({ labels }) => labels?.slo === "api-availability");
    // Ten minutes at 100 requests/s with 1 % errors, then fifty at 1 request/s without: the busy minutes count.
    await passes(
      own,
      {
        'service:http_error_ratio:rate5m{service="complete"}': "0.01x9 0x60",
        'service:http_requests:rate5m{service="complete"}': "100x9 1x60",
        'service:http_error_ratio:rate1h{service="complete"}': "0.002x70",
      },
      [
        {
          expr: "slo:objective:ratio",
          at: "1h",
          samples: [
            { labels: 'slo:objective:ratio{service="complete",slo="api-availability",owner="trading"}', value: 0.999 },
          ],
        },
        {
          expr: "round(slo:burn_rate:ratio1h, 0.01)",
          at: "1h",
          samples: [{ labels: '{service="complete",slo="api-availability",owner="trading"}', value: 2 }],
        },
        {
          expr: "count(slo:error_budget_remaining:ratio < -7.5 and slo:error_budget_remaining:ratio > -8.9)",
          at: "1h",
          samples: [{ labels: "{}", value: 1 }],
        },
      ],
      "5m",
    );
  });

  it("notice a wrong number", async () => {
    const { code } = await evaluate(promtool, short, { [`${requests},outcome="SUCCESS"}`]: "0+60x30" }, [
      {
        expr: "service:http_error_ratio:rate5m",
        at: "20m",
        samples: [{ labels: 'service:http_error_ratio:rate5m{service="complete"}', value: 0.5 }],
      },
    ]);
    assert.notEqual(code, 0);
  });

  describe("market hours", () => {
    const rules = marketRecordings({ nse: ["2026-01-26"], usEquities: ["2026-11-26"] });
    /** The market's expression with the two recordings written out, so that it can be asked at any date. */
    const market = (name: string) =>
      rules
        .find(({ labels }) => labels?.market === name)!
        .expr.replaceAll("trading:date:yyyymmdd", `(${dateExpression})`)
        .replaceAll("trading:us_dst:bool", `scalar(${daylightSavingExpression})`);
    const at = (name: string, date: string, open: number): Expected => ({
      expr: market(name),
      at: since1970(date),
      samples: [{ labels: "{}", value: open }],
    });
    const cases: readonly [name: string, date: string, open: number, why: string][] = [
      ["crypto", "2026-12-25T03:00:00Z", 1, "crypto never closes"],
      ["nse", "2026-01-27T03:44:00Z", 0, "a minute before the opening"],
      ["nse", "2026-01-27T03:45:00Z", 1, "the opening, 9:15 in Mumbai"],
      ["nse", "2026-01-27T09:59:00Z", 1, "the last minute"],
      ["nse", "2026-01-27T10:00:00Z", 0, "the close"],
      ["nse", "2026-01-26T05:00:00Z", 0, "Republic Day"],
      ["nse", "2026-01-25T05:00:00Z", 0, "a Sunday"],
      ["us_equities", "2026-01-27T14:29:00Z", 0, "a minute before the opening in winter"],
      ["us_equities", "2026-01-27T14:30:00Z", 1, "the opening in winter"],
      ["us_equities", "2026-01-27T20:59:00Z", 1, "the last minute in winter"],
      ["us_equities", "2026-01-27T21:00:00Z", 0, "the close in winter"],
      ["us_equities", "2026-03-06T13:30:00Z", 0, "the Friday before daylight saving"],
      ["us_equities", "2026-03-09T13:30:00Z", 1, "the Monday after it began"],
      ["us_equities", "2026-03-09T20:00:00Z", 0, "the close in summer"],
      ["us_equities", "2026-10-30T13:30:00Z", 1, "the Friday before daylight saving ends"],
      ["us_equities", "2026-11-02T13:30:00Z", 0, "the Monday after it ended"],
      ["us_equities", "2026-11-02T14:30:00Z", 1, "the opening after it ended"],
      ["us_equities", "2026-11-26T16:00:00Z", 0, "Thanksgiving"],
      ["us_equities", "2026-11-28T16:00:00Z", 0, "a Saturday"],
      ["us_equities", "2027-03-15T13:30:00Z", 1, "the Monday after the change of the next year"],
    ];
    it("follow the clock, daylight saving, weekends and holidays", async () => {
      // One evaluation a year: only the questions matter, and they are asked at their own time.
      await passes(
        [],
        { unused: "1" },
        cases.map(([name, date, open]) => at(name, date, open)),
        "8760h",
      );
    });
    it("are told wrong when they are wrong", async () => {
      const { code } = await evaluate(promtool, [], { unused: "1" }, [at("nse", "2026-01-26T05:00:00Z", 1)], "8760h");
      assert.notEqual(code, 0);
    });
  });

  it("record use of every resource under one name", async () => {
    const own = saturationRecordings();
    await passes(
      own,
      {
        'kubelet_volume_stats_available_bytes{namespace="kafka",persistentvolumeclaim="data-0",node="a"}': "30+0x10",
        'kubelet_volume_stats_capacity_bytes{namespace="kafka",persistentvolumeclaim="data-0",node="a"}': "100+0x10",
        'node_nf_conntrack_entries{instance="a"}': "75+0x10",
        'node_nf_conntrack_entries_limit{instance="a"}': "100+0x10",
        'kube_pod_container_resource_requests{resource="cpu",pod="x"}': "3+0x10",
        'kube_node_status_allocatable{resource="cpu",node="a"}': "4+0x10",
      },
      [
        {
          expr: 'saturation:ratio{resource=~"persistent_volume|node_conntrack|cluster_cpu_requests"}',
          at: "5m",
          samples: [
            { labels: 'saturation:ratio{resource="persistent_volume",subject="kafka/data-0"}', value: 0.7 },
            { labels: 'saturation:ratio{resource="node_conntrack",subject="a"}', value: 0.75 },
            { labels: 'saturation:ratio{resource="cluster_cpu_requests",subject="cluster"}', value: 0.75 },
          ],
        },
        {
          expr: 'saturation:soft_limit:ratio{resource="node_conntrack"}',
          at: "5m",
          samples: [{ labels: 'saturation:soft_limit:ratio{resource="node_conntrack"}', value: 0.75 }],
        },
      ],
    );
  });
});

describe("objectives", () => {
  it("are recorded for every window from five minutes to three days", () => {
    assert.deepEqual([...windows], ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]);
    const records = new Set(indicatorRecordings(objectives).map(({ record }) => record));
    for (const { ratioRecord } of Object.values(indicators)) {
      for (const window of windows) assert.ok(records.has(`${ratioRecord}:rate${window}`), `${ratioRecord} ${window}`);
    }
  });

  it("burn at the four speeds that were asked for", () => {
    assert.deepEqual(
      burnRates.map(({ factor, long, short, severity }) => `${factor}×${long}/${short} ${severity}`),
      ["14.4×1h/5m critical", "6×6h/30m critical", "3×1d/2h warning", "1×3d/6h warning"],
    );
  });

  it("are lowered and shortened by the stack, never raised", () => {
    const { settings } = completeContext;
    const lowered = objectivesOf({
      ...completeContext,
      settings: { ...settings, slo: { ...settings.slo, objectiveCapPercent: 99, windowDays: 7 } },
    });
    assert.ok(lowered.every(({ objective, windowDays }) => objective <= 0.99 && windowDays === 7));
    const of = (list: typeof lowered, name: string) => list.find(({ indicator }) => indicator.name === name)?.objective;
    assert.equal(of(lowered, "api-availability"), 0.99);
    assert.equal(of(lowered, "database-latency"), 0.95);
    assert.equal(of(objectives, "api-availability"), 0.999);
  });

  it("leave out a speed that no share of bad events can reach, and never wake anybody for the cache", () => {
    const burn = (name: string) => sloAlerts(completeContext).filter((alert) => alert.name === name);
    assert.equal(burn("CacheHitsBudgetBurn").length, 3);
    assert.ok(burn("CacheHitsBudgetBurn").every(({ severity }) => severity === "warning"));
    assert.equal(burn("ApiAvailabilityBudgetBurn").length, 4);
    assert.match(burn("ApiAvailabilityBudgetBurn")[0]!.expr, /\(14\.4 \* 0\.001\).*\(14\.4 \* 0\.001\)/);
  });

  it("do not burn on one or two bad events, however little the traffic", () => {
    for (const rate of burnRates) {
      const seconds = { "1h": 3600, "6h": 21_600, "1d": 86_400, "3d": 259_200 }[rate.long as "1h"];
      for (const budget of [0.001, 0.01, 0.05]) {
        const events = guardRate(rate, budget, 3) * seconds;
        // With the least traffic that counts, two bad events are below the limit and four above it.
        assert.ok(2 / events < rate.factor * budget, `${rate.long} ${budget}`);
        assert.ok(4 / events > rate.factor * budget, `${rate.long} ${budget}`);
      }
    }
  });

  it("have an absence alert for every indicator", () => {
    const absent = sloAlerts(completeContext).filter(({ name }) => name === "SloIndicatorAbsent");
    assert.equal(absent.length, objectives.length);
  });

  it("do not take a service that nobody calls for one that does not count", () => {
    // The probes are left out of the recordings: at night, after a release, those have no series.
    for (const { expr } of sloAlerts(completeContext).filter(({ name }) => name === "SloIndicatorAbsent")) {
      assert.doesNotMatch(expr, /service:http_requests/);
    }
  });
});

describe("saturation points", () => {
  it("have a soft limit below the hard one, and a name of their own", () => {
    for (const { soft, hard, resource } of saturationPoints) assert.ok(soft > 0 && soft < hard && hard <= 1, resource);
    assert.equal(new Set(saturationPoints.map(({ resource }) => resource)).size, saturationPoints.length);
  });
});
