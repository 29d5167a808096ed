import type { RecordingRule } from "../ruleTypes.ts";
import { type Indicator, windows } from "./indicators.ts";
import type { Objective } from "./objectives.ts";

/** Indicators of the platform's own systems have no label `service`; the recording writes it. */
function fixedService(indicator: Indicator, objectives: readonly Objective[]): Record<string, string> | undefined {
  if (indicator.name !== "cache-hits" && indicator.name !== "log-ingestion") return undefined;
  return { service: objectives[0]!.service };
}

/**
 * Services that share a threshold share a recording; with one threshold for all no selector is needed. The label
 * `threshold_seconds` keeps the recordings apart, which would look like doubles otherwise.
 */
function thresholdClasses(objectives: readonly Objective[]) {
  const thresholds = [...new Set(objectives.map(({ le }) => le))].sort();
  if (thresholds.length === 1) return [{ selector: "", le: thresholds[0]!, labels: {} }];
  return thresholds.map((le) => {
    const own = objectives.filter((objective) => objective.le === le);
    const names = own.map(({ service }) => service).sort();
    const labels = { threshold_seconds: String(own[0]!.thresholdSeconds) };
    return { selector: `service=~"${names.join("|")}"`, le, labels };
  });
}

/** The indicators' recordings for every window: events, errors and the share of bad events, by service. */
export function indicatorRecordings(objectives: readonly Objective[]): RecordingRule[] {
  const used = [...new Set(objectives.map(({ indicator }) => indicator))];
  return windows.flatMap((window) =>
    used.flatMap((indicator): RecordingRule[] => {
      const own = objectives.filter((objective) => objective.indicator === indicator);
      const labels = fixedService(indicator, own);
      const extra = labels === undefined ? {} : { labels };
      return [
        ...(indicator.events === undefined
          ? []
          : [{ record: `${indicator.eventsRecord}:rate${window}`, expr: indicator.events(window), ...extra }]),
        ...(indicator.errors === undefined
          ? []
          : [{ record: `${indicator.errors.record}:rate${window}`, expr: indicator.errors.expr(window) }]),
        ...thresholdClasses(own).map(({ selector, le, labels: threshold }) => ({
          record: `${indicator.ratioRecord}:rate${window}`,
          expr: indicator.ratio(window, selector, le),
          labels: { ...labels, ...threshold },
        })),
      ];
    }),
  );
}

/**
 * What dashboards and the budget alert read, so that they need no constants: objective, budget, what is left of it over
 * the promise's window (weighted by events where there are events), and how fast it burns now.
 */
export function budgetRecordings(objectives: readonly Objective[]): RecordingRule[] {
  return objectives.flatMap(({ service, owner, indicator, objective, budget, windowDays }): RecordingRule[] => {
    const labels = { service, slo: indicator.name, owner };
    const ratio = `${indicator.ratioRecord}:rate5m{service="${service}"}`;
    const range = `[${windowDays}d:5m]`;
    const bad =
      indicator.eventsRecord === undefined
        ? `avg_over_time(${ratio}${range})`
        : [
            `sum_over_time((${ratio} * on (service) ${indicator.eventsRecord}:rate5m{service="${service}"})${range})`,
            `/ (sum_over_time(${indicator.eventsRecord}:rate5m{service="${service}"}${range}) > 0)`,
          ].join(" ");
    return [
      { record: "slo:objective:ratio", expr: `vector(${objective})`, labels },
      { record: "slo:error_budget:ratio", expr: `vector(${budget})`, labels },
      { record: "slo:error_budget_remaining:ratio", expr: `1 - (${bad}) / ${budget}`, labels },
      {
        record: "slo:burn_rate:ratio1h",
        expr: `${indicator.ratioRecord}:rate1h{service="${service}"} / ${budget}`,
        labels,
      },
    ];
  });
}
