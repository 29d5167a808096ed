import type { AlertCase, AlertContext, AlertDefinition, Duration, Samples, Severity } from "../alerts/types.ts";
import type { Window } from "./indicators.ts";
import { type Objective, objectivesOf } from "./objectives.ts";

/** A pair of windows: the long one says that it matters, the short one that it still goes on. */
export interface BurnRate {
  /** How many times faster than allowed the budget burns. */
  readonly factor: number;
  readonly long: Window;
  readonly short: Window;
  readonly for: Duration;
  readonly severity: Severity;
}

/** The pairs of the Site Reliability Workbook: 2 % of a month's budget in an hour, 5 % in six, 10 % in one and three days. */
export const burnRates: readonly BurnRate[] = [
  { factor: 14.4, long: "1h", short: "5m", for: "2m", severity: "critical" },
  { factor: 6, long: "6h", short: "30m", for: "15m", severity: "critical" },
  { factor: 3, long: "1d", short: "2h", for: "1h", severity: "warning" },
  { factor: 1, long: "3d", short: "6h", for: "3h", severity: "warning" },
];

const windowSeconds: Readonly<Record<Window, number>> = {
  "5m": 300,
  "30m": 1800,
  "1h": 3600,
  "2h": 7200,
  "6h": 21_600,
  "1d": 86_400,
  "3d": 259_200,
};

/**
 * The low-traffic guard: events per second below which fewer than `minimumBadEvents` would already be too large a share
 * of the long window. At a promise of 99.9 % three errors in an hour need 208 requests before they mean anything.
 */
export function guardRate({ factor, long }: BurnRate, budget: number, minimumBadEvents: number): number {
  return Number((minimumBadEvents / (factor * budget) / windowSeconds[long]).toPrecision(3));
}

/** Burn-rate alerts of one promise; a rate that no share of bad events can reach is left out. */
function burnRateAlerts(objective: Objective, minimumBadEvents: number): AlertDefinition[] {
  const { service, indicator, budget } = objective;
  return burnRates
    .filter(({ factor }) => factor * budget < 1)
    .map((rate): AlertDefinition => {
      const limit = `(${rate.factor} * ${budget})`;
      const minimum = guardRate(rate, budget, minimumBadEvents);
      const ratio = (window: Window) => `${indicator.ratioRecord}:rate${window}{service="${service}"}`;
      const events = `${indicator.eventsRecord}:rate${rate.long}{service="${service}"}`;
      const guard = indicator.eventsRecord === undefined ? "" : ` and on (service) ${events} > ${minimum}`;
      return {
        name: `${indicator.alertName}BudgetBurn`,
        category: "slo",
        severity: indicator.warnOnly ? "warning" : rate.severity,
        component: indicator.name,
        owner: objective.owner,
        // Written although the expression keeps it: without it the rules of two services would look like doubles.
        service: { fixed: service },
        expr: `${ratio(rate.long)} > ${limit} and ${ratio(rate.short)} > ${limit}${guard}`,
        for: rate.for,
        labels: { slo: indicator.name, long_window: rate.long },
        summary: `{{ $labels.service }} burns its ${indicator.name} budget ${rate.factor} times too fast (${rate.long}/${rate.short})`,
        description: `Share of ${indicator.badEvent}, over a long window and still over a short one, against the promise of the service (recorded as slo:objective:ratio). Little traffic does not count.`,
        impact: "At this speed the promise to users is broken before its window ends.",
        panel: indicator.panel,
        source: "S0, S2 (objectives); Site Reliability Workbook, chapter 5",
        runbook: {
          diagnosis: [
            { text: "Budget that is left.", promql: `slo:error_budget_remaining:ratio{slo="${indicator.name}"}` },
            indicator.look,
            {
              text: "Share of bad events, short and long.",
              promql: `${indicator.ratioRecord}:rate5m or ${indicator.ratioRecord}:rate6h`,
            },
            {
              text: "What changed: releases of the last hours.",
              command: "kubectl argo rollouts -n trading list rollouts",
            },
            {
              text: "Alerts of the same service and of what it depends on.",
              promql: 'ALERTS{alertstate="firing",service="<service>"}',
            },
          ],
          mitigation: [
            "Windows 1h and 6h: an outage; mend or roll back now (`npm run rollback -- <service>`).",
            "Windows 1d and 3d: a slow leak; a ticket for this week, no release with risk until the budget recovers.",
            "Budget gone (ErrorBudgetExhausted): only releases that repair.",
          ],
        },
        // Made when the tests ask: a plan of a thousand services has no use for forty thousand cases.
        get cases() {
          return burnCases(objective, rate, minimum);
        },
      };
    });
}

/** Cases of one pair of windows: both high fires; the long or the short one alone, and little traffic, stay silent. */
function burnCases(objective: Objective, rate: BurnRate, minimum: number): AlertCase[] {
  const { service, indicator, budget } = objective;
  const series = (record: string, window: Window) => `${record}:rate${window}{service="${service}"}`;
  const limit = rate.factor * budget;
  // Between once and twice the limit, so that neither half nor twice the limit would pass the case.
  const bad = Math.min(1, limit * 1.4);
  const good = limit * 0.7;
  const build = (long: number, short: number, events: number) => ({
    [series(indicator.ratioRecord, rate.long)]: long,
    [series(indicator.ratioRecord, rate.short)]: short,
    ...(indicator.eventsRecord === undefined ? {} : { [series(indicator.eventsRecord, rate.long)]: events }),
  });
  const traffic = minimum * 1.5;
  return [
    { name: "while both windows burn too fast", series: build(bad, bad, traffic), fires: [{ service }] },
    { name: "when it has stopped burning (short window good)", series: build(bad, good, traffic) },
    { name: "at a short burst (long window good)", series: build(good, bad, traffic) },
    { name: "while the short window burns exactly as fast as allowed", series: build(bad, limit, traffic) },
    { name: "while the long window burns exactly as fast as allowed", series: build(limit, bad, traffic) },
    { name: "while another service burns", series: ofAnother(build(bad, bad, traffic), service) },
    ...(indicator.eventsRecord === undefined
      ? []
      : [
          { name: "with little traffic", series: build(bad, bad, minimum * 0.7) },
          { name: "with exactly the traffic that does not count", series: build(bad, bad, minimum) },
        ]),
  ];
}

/** The same series of a service with another name. */
function ofAnother(series: Readonly<Record<string, Samples>>, service: string): Record<string, Samples> {
  return Object.fromEntries(
    Object.entries(series).map(([name, samples]) => [name.replaceAll(`"${service}"`, '"another"'), samples]),
  );
}

/** One alert per indicator and service that says: nobody counts any more. */
function indicatorAbsent({ service, owner, indicator, le }: Objective): AlertDefinition {
  const presence = indicator.presence(service, le);
  const plain = presence.replace(/le=~"(\d+)\|[^"]*"/, 'le="$1"');
  return {
    name: "SloIndicatorAbsent",
    category: "slo",
    severity: "warning",
    component: indicator.name,
    owner,
    service: { fixed: service },
    expr: `absent(${presence})`,
    for: "15m",
    labels: { slo: indicator.name },
    summary: `the ${indicator.name} indicator of ${service} is missing`,
    description:
      "The series from which the promise is measured does not exist: the service exports nothing, or its histogram lacks the bucket of the promise (Micrometer's defaults have none at 50 or 100 ms).",
    impact: "The promise is not measured; its burn-rate alerts cannot fire.",
    panel: indicator.panel,
    source: "pyrra (absence per SLO); finding 4 of the reference",
    runbook: {
      diagnosis: [
        { text: "Is the service scraped?", promql: 'up{job="<service>"}' },
        {
          text: "Which buckets does it export?",
          promql: 'count by (le) (http_server_requests_seconds_bucket{service="<service>"})',
        },
        {
          text: "Did a release change its metrics?",
          command: "kubectl argo rollouts -n trading get rollout <service>",
        },
      ],
      mitigation: [
        "Not scraped: see ServiceAbsent.",
        "Bucket missing: `management.metrics.distribution.slo.http.server.requests` in the service's ConfigMap must list the threshold; `pulumi up` restores it.",
        "The promise was given up: remove it from the service's catalog entry.",
      ],
    },
    cases: [
      {
        name: "when the series is missing, although others exist",
        series: {
          'up{job="other"}': 1,
          ...(plain.includes("service=") ? ofAnother({ [plain]: 1 }, service) : {}),
          ...(le === "" || !plain.includes("le=") ? {} : { [plain.replace(/le="[^"]*"/, 'le="+Inf"')]: 1 }),
        },
        fires: [absentLabels(presence)],
      },
      { name: "while the series exists, even at rest", series: { [plain]: 0 } },
    ],
  };
}

/** `absent()` keeps the labels of equality matchers. */
function absentLabels(selector: string): Record<string, string> {
  return Object.fromEntries([...selector.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));
}

const exhausted: AlertDefinition = {
  name: "ErrorBudgetExhausted",
  category: "slo",
  severity: "warning",
  component: "error-budget",
  owner: "platform",
  service: "expression",
  labelsFromExpression: ["owner"],
  slow: true,
  expr: "slo:error_budget_remaining:ratio < 0",
  for: "15m",
  keepFiringFor: "1h",
  summary: "{{ $labels.service }} has used up its {{ $labels.slo }} budget ({{ $value | humanizePercentage }} left)",
  description: "More bad events in the promise's window than it allows.",
  impact: "The promise to users is broken.",
  panel: { dashboard: "errorBudgets", panel: "Remaining budget" },
  source: "sloth, pyrra (recorded budget); issue 6",
  runbook: {
    diagnosis: [
      { text: "When was it spent?", promql: 'slo:error_budget_remaining:ratio{service="<service>",slo="<slo>"}' },
      {
        text: "The incidents of the window: fired alerts of the service.",
        promql: 'sum by (alertname) (count_over_time(ALERTS{service="<service>",alertstate="firing"}[30d]))',
      },
    ],
    mitigation: [
      "Freeze releases of the service that do not repair.",
      "Write down what spent the budget; the largest cause becomes the team's next task.",
      "A promise that is never held: change it in the catalog with the people who rely on it.",
    ],
  },
  cases: [
    {
      name: "when more than the budget is spent",
      series: { 'slo:error_budget_remaining:ratio{service="api",slo="api-latency",owner="trading"}': -0.2 },
      fires: [{ service: "api", slo: "api-latency", owner: "trading" }],
    },
    {
      name: "while some is left",
      series: { 'slo:error_budget_remaining:ratio{service="api",slo="api-latency",owner="trading"}': 0.1 },
    },
    {
      name: "when exactly all is spent",
      series: { 'slo:error_budget_remaining:ratio{service="api",slo="api-latency",owner="trading"}': 0 },
    },
  ],
};

/** The alerts of every promise of an environment. */
export function sloAlerts(context: AlertContext): AlertDefinition[] {
  const objectives = objectivesOf(context);
  return [
    ...objectives.flatMap((objective) => burnRateAlerts(objective, context.settings.slo.minimumBadEvents)),
    ...objectives.map(indicatorAbsent),
    exhausted,
  ];
}
