import type { AlertDefinition, Labels } from "../alerts/types.ts";

/** A Loki query over the time up to now; without the comparison, which is the rule's last stage. */
export interface LokiQuery {
  readonly kind: "loki";
  readonly expr: string;
}

/** A Prometheus instant query. */
export interface PrometheusQuery {
  readonly kind: "prometheus";
  readonly expr: string;
}

/** One CloudWatch metric; `*` in a dimension gives one series for each of its values. */
export interface CloudwatchQuery {
  readonly kind: "cloudwatch";
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly periodSeconds: number;
}

/** A Logs Insights query over one log group, counted by a field. */
export interface InsightsQuery {
  readonly kind: "insights";
  /** Which log group; its physical name comes from the context. */
  readonly logGroup: "clusterAudit";
  readonly expression: string;
  /** Field by which the query groups; becomes a label. */
  readonly groupedBy: string;
}

/** A query of a Grafana-managed rule. */
export type RuleQuery = LokiQuery | PrometheusQuery | CloudwatchQuery | InsightsQuery;

/** Lines of a log: their stream labels, the text (an object is written as JSON), and how many of them. */
export interface SampleLines {
  readonly labels: Labels;
  readonly line: string | Readonly<Record<string, unknown>>;
  /** Spread evenly over the query's range. @default 1 */
  readonly count?: number;
}

/** One test of a Grafana-managed rule. */
export interface GrafanaCase {
  /** What the case shows, completing "fires …" or "stays silent …". */
  readonly name: string;
  /** Log lines, evaluated by the Loki queries. */
  readonly logs?: readonly SampleLines[];
  /** Results of the queries of other kinds, by the query's letter: one value, or none for no data. */
  readonly values?: Readonly<Record<string, number | undefined>>;
  /** Labels of the alerts expected. Absent: the case expects silence. */
  readonly fires?: readonly Labels[];
}

/**
 * A Grafana-managed alert: what a PrometheusRule has, with queries to other data sources and the pipeline
 * query → reduce (last value) → threshold.
 */
export interface GrafanaAlert
  extends Pick<
    AlertDefinition,
    | "name"
    | "category"
    | "severity"
    | "component"
    | "owner"
    | "family"
    | "for"
    | "keepFiringFor"
    | "labels"
    | "summary"
    | "description"
    | "impact"
    | "panel"
    | "runbook"
    | "source"
  > {
  /** Queries A, B, … in order. */
  readonly queries: readonly RuleQuery[];
  /** Expression over the reduced queries (`$A`, `$B`), when one query alone is not the answer. */
  readonly math?: string;
  /** The last stage: fires above or below this number. */
  readonly threshold: { readonly above: number } | { readonly below: number };
  /** What no data means: no line matched is a good sign for most rules. @default "OK" */
  readonly noData?: "OK" | "Alerting";
  /** Where the label `service` comes from: the query's result, or this fixed name. */
  readonly service: "expression" | { readonly fixed: string };
  readonly cases: readonly GrafanaCase[];
}

/** What the rules are computed from. */
export interface GrafanaRuleContext {
  /** Services whose silence is an alarm: those of the tier critical that run in the cluster. */
  readonly criticalServices: readonly string[];
  /** Log group of the cluster's control plane, with its audit log. */
  readonly clusterLogGroup: { readonly name: string; readonly arn: string };
  /** Address of Grafana, without a slash at the end. */
  readonly grafanaUrl: string;
  /** Where runbook pages are served, without a slash at the end. */
  readonly runbookBaseUrl: string;
  /** Highest severity of this environment. */
  readonly severityCap: "critical" | "warning";
  /** Labels that Prometheus adds to its alerts as external labels, and Grafana does not. */
  readonly externalLabels: Labels;
}
