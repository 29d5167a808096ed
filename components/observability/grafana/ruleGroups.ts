import { panelLink } from "../alerts/panels.ts";
import type { Labels, Severity } from "../alerts/types.ts";
import { cloudwatchDataSource, lokiDataSource, prometheusDataSource } from "../datasources.ts";
import type { GrafanaAlert, GrafanaRuleContext, RuleQuery } from "./types.ts";

/** One query or expression of a Grafana rule, in the provider's words. */
export interface RuleData {
  refId: string;
  datasourceUid: string;
  queryType: string;
  /** Seconds before now. */
  relativeTimeRange: { from: number; to: number };
  /** Canonical JSON. */
  model: string;
}

/** A Grafana rule, in the provider's words. */
export interface Rule {
  uid: string;
  name: string;
  condition: string;
  datas: RuleData[];
  for: string;
  keepFiringFor?: string;
  noDataState: "OK" | "Alerting";
  execErrState: "KeepLast";
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** A group of rules that are evaluated together. */
export interface RuleGroupPlan {
  name: string;
  intervalSeconds: number;
  rules: Rule[];
}

/** Data source of Grafana's own expressions. */
export const expressionSource = "__expr__";

/** Most rules in one group: reading a group costs one request per rule. */
export const rulesPerGroup = 20;

const evaluationSeconds = 60;

/** Groups of Grafana-managed rules, one per category. */
export function ruleGroups(alerts: readonly GrafanaAlert[], context: GrafanaRuleContext): RuleGroupPlan[] {
  const categories = [...new Set(alerts.map(({ category }) => category))].sort();
  return categories.map((category) => ({
    name: `trading-${category}`,
    intervalSeconds: evaluationSeconds,
    rules: alerts.filter((alert) => alert.category === category).map((alert) => grafanaRule(alert, context)),
  }));
}

/**
 * One rule: queries, each reduced to its last value, an optional calculation, then the threshold. Classic conditions
 * would lose the labels. No data and errors are explicit: by default both would page for a hiccup of a data source.
 */
export function grafanaRule(alert: GrafanaAlert, context: GrafanaRuleContext): Rule {
  const letters = alert.queries.map((_query, index) => String.fromCharCode(65 + index));
  const queries = alert.queries.map((query, index) => queryData(letters[index]!, query, context));
  const reduced = letters.map((letter) =>
    expression(`R${letter}`, { type: "reduce", expression: letter, reducer: "last" }),
  );
  const calculation =
    alert.math === undefined
      ? []
      : [expression("M", { type: "math", expression: alert.math.replace(/\$([A-Z])\b/g, "$$R$1") })];
  const input = calculation.length > 0 ? "M" : "RA";
  return {
    uid: ruleUid(alert.name),
    name: alert.name,
    condition: "T",
    datas: [...queries, ...reduced, ...calculation, thresholdData(input, alert.threshold)],
    for: providerDuration(alert.for ?? "0m"),
    ...(alert.keepFiringFor === undefined ? {} : { keepFiringFor: providerDuration(alert.keepFiringFor) }),
    noDataState: alert.noData ?? "OK",
    // A firing page must not resolve because Loki restarts; that rules cannot be evaluated is GrafanaAlertingFailing.
    execErrState: "KeepLast",
    labels: labelsOf(alert, context),
    annotations: annotationsOf(alert, input, context),
  };
}

/** Uid of a rule: constant as long as the alert keeps its name, at most 40 characters as Grafana wants. */
export function ruleUid(name: string): string {
  return `rule-${name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase()}`.slice(0, 40);
}

/** JSON with sorted keys and no spaces: the same text for the same rule, whatever the order of writing. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Grafana's provider wants hours, minutes and seconds, never days, or reports a difference for ever. */
function providerDuration(duration: string): string {
  const [, count = "0", unit = "m"] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  return unit === "d" ? `${Number(count) * 24}h` : Number(count) === 0 ? "0s" : `${count}${unit}`;
}

function queryData(refId: string, query: RuleQuery, context: GrafanaRuleContext): RuleData {
  switch (query.kind) {
    case "loki":
      return {
        ...{ refId, datasourceUid: lokiDataSource.uid, queryType: "instant" },
        relativeTimeRange: { from: 600, to: 0 },
        model: canonicalJson({
          ...source(lokiDataSource),
          ...{ editorMode: "code", expr: query.expr, queryType: "instant", refId },
        }),
      };
    case "prometheus":
      return {
        ...{ refId, datasourceUid: prometheusDataSource.uid, queryType: "" },
        relativeTimeRange: { from: 600, to: 0 },
        model: canonicalJson({
          ...source(prometheusDataSource),
          ...{ editorMode: "code", expr: query.expr, instant: true, range: false, refId },
        }),
      };
    case "cloudwatch":
      return {
        ...{ refId, datasourceUid: cloudwatchDataSource.uid, queryType: "" },
        // CloudWatch delivers late: look back three periods and at least half an hour.
        relativeTimeRange: { from: Math.max(1800, 3 * query.periodSeconds), to: 0 },
        model: canonicalJson({
          ...source(cloudwatchDataSource),
          ...{ queryMode: "Metrics", metricQueryType: 0, metricEditorMode: 0, region: "default", refId },
          ...{ namespace: query.namespace, metricName: query.metric, statistic: query.statistic },
          ...{ dimensions: Object.fromEntries(Object.entries(query.dimensions).map(([key, value]) => [key, [value]])) },
          ...{ matchExact: true, period: String(query.periodSeconds), expression: "", id: "", label: "" },
        }),
      };
    case "insights":
      return {
        ...{ refId, datasourceUid: cloudwatchDataSource.uid, queryType: "" },
        relativeTimeRange: { from: 600, to: 0 },
        model: canonicalJson({
          ...source(cloudwatchDataSource),
          ...{ queryMode: "Logs", region: "default", id: "", refId, expression: query.expression },
          ...{ logGroups: [context.clusterLogGroup], statsGroups: [query.groupedBy] },
        }),
      };
  }
}

function source({ type, uid }: { type: string; uid: string }) {
  return { datasource: { type, uid } };
}

function expression(refId: string, model: Readonly<Record<string, unknown>>): RuleData {
  return {
    ...{ refId, datasourceUid: expressionSource, queryType: "" },
    relativeTimeRange: { from: 0, to: 0 },
    model: canonicalJson({ ...source({ type: expressionSource, uid: expressionSource }), refId, ...model }),
  };
}

function thresholdData(input: string, threshold: GrafanaAlert["threshold"]): RuleData {
  const evaluator =
    "above" in threshold ? { type: "gt", params: [threshold.above] } : { type: "lt", params: [threshold.below] };
  return expression("T", { type: "threshold", expression: input, conditions: [{ evaluator }] });
}

function labelsOf(alert: GrafanaAlert, { severityCap, externalLabels }: GrafanaRuleContext): Labels {
  return {
    ...externalLabels,
    ...alert.labels,
    severity: capped(alert.severity, severityCap),
    category: alert.category,
    component: alert.component,
    owner: alert.owner,
    family: alert.family ?? alert.name,
    ...(alert.service === "expression" ? {} : { service: alert.service.fixed }),
  };
}

function annotationsOf(alert: GrafanaAlert, input: string, context: GrafanaRuleContext): Record<string, string> {
  return {
    summary: alert.summary,
    description: alert.description,
    impact: alert.impact,
    value: `{{ if $values.${input} }}{{ printf "%.4g" $values.${input}.Value }}{{ else }}none{{ end }}`,
    runbook_url: `${context.runbookBaseUrl}/${alert.name}.md`,
    dashboard_url: panelLink(context.grafanaUrl, alert.panel),
  };
}

function capped(severity: Severity, cap: "critical" | "warning"): Severity {
  return severity === "critical" && cap === "warning" ? "warning" : severity;
}
