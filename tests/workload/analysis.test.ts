import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { loadCatalog } from "../../catalog/load.ts";
import { knownSeries } from "../../catalog/metrics.ts";
import type { Service } from "../../catalog/types.ts";
import { analysisTemplates } from "../../components/workload/analysis.ts";
import { typeErrors } from "../rules/support/promql.ts";
import { inTemporaryDirectory, run } from "../rules/support/promtool.ts";
import { requireTool } from "../support/tools.ts";
import { settings } from "./support.ts";

const hash = "5d8c";
const pod = 'namespace="trading",pod="trading-system-5d8c-x"';
const target = `namespace="trading",service="trading-system",rollouts_pod_template_hash="${hash}"`;

/** Ten minutes of scrapes of one pod: what it counts in each half minute, by series. */
function traffic(perHalfMinute: { good?: number; bad?: number; slow?: number; probes?: number }) {
  const { good = 0, bad = 0, slow = 0, probes = 0 } = perHalfMinute;
  const orders = `${target},uri="/orders"`;
  const health = `${target},uri="/health/ready",status="200"`;
  return {
    [`http_server_requests_seconds_count{${orders},status="200"}`]: `0+${good + slow}x20`,
    ...(bad > 0 && { [`http_server_requests_seconds_count{${orders},status="500"}`]: `0+${bad}x20` }),
    [`http_server_requests_seconds_bucket{${orders},status="200",le="0.1"}`]: `0+${good}x20`,
    [`http_server_requests_seconds_bucket{${orders},status="200",le="5.0"}`]: `0+${good + slow}x20`,
    [`http_server_requests_seconds_bucket{${orders},status="200",le="+Inf"}`]: `0+${good + slow}x20`,
    [`http_server_requests_seconds_count{${health}}`]: `0+${probes}x20`,
    [`http_server_requests_seconds_bucket{${health},le="0.1"}`]: `0+${probes}x20`,
    [`http_server_requests_seconds_bucket{${health},le="+Inf"}`]: `0+${probes}x20`,
  };
}

const alive = {
  [`up{${target},pod="trading-system-5d8c-x"}`]: "1+0x20",
  [`kube_pod_container_status_restarts_total{${pod}}`]: "0+0x20",
  [`kube_pod_start_time{${pod}}`]: "0+0x20",
};

type Verdict = "passes" | "fails" | "waits for a person";

interface Case {
  title: string;
  series: Record<string, string>;
  /** Measurements that do not pass, and what they say instead. */
  verdicts?: Record<string, Verdict>;
}

const cases: Case[] = [
  { title: "a good release", series: { ...alive, ...traffic({ good: 100, probes: 30 }) } },
  {
    title: "probes and scrapes only, which are no traffic",
    series: { ...alive, ...traffic({ probes: 300 }) },
    verdicts: {
      "error-ratio": "waits for a person",
      "p95-seconds": "waits for a person",
      "availability-burn": "waits for a person",
      "latency-burn": "waits for a person",
    },
  },
  {
    title: "two errors in a hundred, which probes must not hide",
    series: { ...alive, ...traffic({ good: 98, bad: 2, probes: 900 }) },
    verdicts: { "error-ratio": "fails", "availability-burn": "fails" },
  },
  {
    title: "answers within the error ratio that use up the error budget",
    series: { ...alive, ...traffic({ good: 992, bad: 8 }) },
    verdicts: { "availability-burn": "fails" },
  },
  {
    title: "one error among a handful of requests, of which no share can be told",
    series: { ...alive, ...traffic({ good: 1, bad: 1 }) },
    verdicts: {
      "error-ratio": "waits for a person",
      "p95-seconds": "waits for a person",
      "availability-burn": "waits for a person",
      "latency-burn": "waits for a person",
    },
  },
  {
    title: "slow answers",
    series: { ...alive, ...traffic({ good: 80, slow: 20 }) },
    verdicts: { "p95-seconds": "fails", "latency-burn": "fails" },
  },
  {
    title: "a pod that starts again and again",
    series: {
      ...alive,
      ...traffic({ good: 100 }),
      [`kube_pod_container_status_restarts_total{${pod}}`]: "0+1x20",
    },
    verdicts: { restarts: "fails" },
  },
  {
    title: "a pod that stopped to answer",
    series: { ...alive, ...traffic({ good: 100 }), [`up{${target},pod="trading-system-5d8c-x"}`]: "0+0x20" },
    verdicts: { answers: "fails" },
  },
  {
    title: "a pod that the autoscaler has just added",
    series: {
      ...alive,
      ...traffic({ good: 100 }),
      [`up{${target},pod="trading-system-5d8c-y"}`]: "0+0x20",
      'kube_pod_start_time{namespace="trading",pod="trading-system-5d8c-y"}': "590+0x20",
    },
  },
  {
    title: "nothing that Prometheus would know of",
    series: {},
    verdicts: {
      answers: "waits for a person",
      "error-ratio": "waits for a person",
      "p95-seconds": "waits for a person",
      "availability-burn": "waits for a person",
      "latency-burn": "waits for a person",
    },
  },
  {
    title: "executions that fail",
    series: {
      ...alive,
      ...traffic({ good: 100 }),
      [`trade_executions_total{${target},status="filled"}`]: "0+9x20",
      [`trade_executions_total{${target},status="failed"}`]: "0+1x20",
    },
    verdicts: { executions: "fails" },
  },
];

interface Metric {
  name: string;
  successCondition: string;
  failureCondition?: string;
  provider: { prometheus: { query: string } };
}

/** What Argo Rollouts makes of a measurement: its conditions are expressions that JavaScript reads the same way. */
function verdictOf({ successCondition, failureCondition }: Metric, result: number[]): Verdict {
  const holds = (condition: string) =>
    new Function("result", "len", "isNaN", `return ${condition};`)(
      result,
      (list: number[]) => list.length,
      Number.isNaN,
    ) as boolean;
  if (failureCondition !== undefined && holds(failureCondition)) return "fails";
  if (holds(successCondition)) return "passes";
  return failureCondition === undefined ? "fails" : "waits for a person";
}

describe("the analysis of a release", () => {
  let services: readonly Service[];
  let metrics: Metric[];

  const metricsOf = (service: Service, change: Partial<typeof settings> = {}) =>
    analysisTemplates(service, { ...settings, ...change })[0]!.spec.metrics as Metric[];

  before(async () => {
    ({ services } = await loadCatalog());
    metrics = metricsOf(services.find(({ name }) => name === "trading-system")!);
  });

  it("asks valid questions about series that somebody exports", () => {
    for (const service of services) {
      for (const { name, provider } of metricsOf(service)) {
        const query = provider.prometheus.query.replaceAll("{{args.hash}}", hash);
        assert.deepEqual(typeErrors(query), [], `${service.name} ${name}`);
        for (const [, series] of query.matchAll(/([a-z_]+)\{/g))
          assert.ok(series === "up" || knownSeries.has(series!), `${service.name} ${name} asks for ${series}`);
      }
    }
  });

  it("finds the bucket of whole seconds however Prometheus writes it", () => {
    const slos = { latency: { objectivePercent: 99, windowDays: 30, thresholdMilliseconds: 1000 } };
    const [query] = metricsOf({ ...services.at(-1)!, slos })
      .filter(({ name }) => name === "latency-burn")
      .map(({ provider }) => provider.prometheus.query);
    assert.match(query!, /le=~"1\|1\[\.\]0"/);
  });

  it("lets a release pass without traffic where the environment says so", () => {
    const [service] = services.filter(({ name }) => name === "trading-system");
    for (const metric of metricsOf(service!, { canaryWithoutTraffic: "pass" })) {
      const aliveOnly = ["answers", "restarts"].includes(metric.name);
      if (!aliveOnly) assert.equal(verdictOf(metric, []), "passes", metric.name);
    }
  });

  for (const { title, series, verdicts = {} } of cases) {
    it(`judges ${title}`, async function () {
      const promtool = (await requireTool("promtool", this)).path;
      const results = await evaluate(promtool, metrics, series);
      const found = Object.fromEntries(
        metrics
          .map((metric) => [metric.name, verdictOf(metric, results.get(metric.name)!)] as const)
          .filter(([, verdict]) => verdict !== "passes"),
      );
      assert.deepEqual(found, verdicts);
    }).timeout(60_000);
  }
});

/** Values of the queries after ten minutes. promtool only compares, so it is asked to compare with nothing and says what there was. */
async function evaluate(
  promtool: string,
  metrics: readonly Metric[],
  series: Record<string, string>,
): Promise<Map<string, number[]>> {
  return inTemporaryDirectory(async (directory) => {
    const results = new Map<string, number[]>();
    for (const { name, provider } of metrics) {
      const file = {
        rule_files: [],
        evaluation_interval: "30s",
        tests: [
          {
            interval: "30s",
            input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
            promql_expr_test: [
              {
                expr: provider.prometheus.query.replaceAll("{{args.hash}}", hash),
                eval_time: "10m",
                // A sample that no query gives: the message then holds the real ones.
                exp_samples: [{ labels: '{never="there"}', value: 0 }],
              },
            ],
          },
        ],
      };
      await writeFile(join(directory, "test.yaml"), stringify(file, { lineWidth: 0 }));
      const { output } = await run(promtool, ["test", "rules", "test.yaml"], directory);
      const got = /got:(.*)$/m.exec(output)?.[1];
      assert.ok(got !== undefined, output);
      results.set(
        name,
        [...got.matchAll(/\} ([-+.\deEINaf]+)/g)].map(([, value]) => parseValue(value!)),
      );
    }
    return results;
  });
}

function parseValue(text: string): number {
  if (/Inf/.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
