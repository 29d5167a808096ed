import { alertCatalogue, allRecordings, availability } from "./alerts/catalogue.ts";
import { panelLink } from "./alerts/panels.ts";
import type { AlertContext, AlertDefinition, Category, Severity } from "./alerts/types.ts";
import type { AlertRule, RuleFile, RuleGroup } from "./ruleTypes.ts";

/** Order in which the categories appear in lists and files. */
export const categories: readonly Category[] = [
  "critical",
  "performance",
  "trading",
  "infrastructure",
  "data",
  "security",
  "cost",
  "slo",
  "meta",
];

/** Evaluation of everything that is not marked slow (conflict C13). */
const evaluationInterval = "30s";

/** Evaluation of subqueries and of windows of days; also of the budgets, which move slowly. */
const slowInterval = "1m";

/** Pods of Deployments and Rollouts are called `<service>-<revision>-<pod>`. */
const podName = "(.+)-[a-z0-9]+-[a-z0-9]+";

/** The expression with the label `service` put in, where the definition takes it from another label. */
function withService({ expr, service }: AlertDefinition): string {
  if (service === "pod") return `label_replace(${expr}, "service", "$1", "pod", "${podName}")`;
  if (typeof service === "object" && "label" in service) {
    return `label_replace(${expr}, "service", "$1", "${service.label}", "(.+)")`;
  }
  return expr;
}

/** Severity as it leaves the environment: a cap of `warning` turns pages into messages. */
export function cappedSeverity(severity: Severity, cap: "critical" | "warning"): Severity {
  return severity === "critical" && cap === "warning" ? "warning" : severity;
}

/** Dashboard variables that an alert's labels fill. */
function variables({ service }: AlertDefinition): Record<string, string> {
  return { service: typeof service === "object" && "fixed" in service ? service.fixed : "{{ $labels.service }}" };
}

/** Labels that the rule adds to what its expression outputs. */
export function staticLabels(alert: AlertDefinition, { settings }: AlertContext): Record<string, string> {
  const labels: Record<string, string> = {
    severity: cappedSeverity(alert.severity, settings.severityCap),
    category: alert.category,
    component: alert.component,
    family: alert.family ?? alert.name,
    owner: alert.owner,
    ...alert.labels,
  };
  if (typeof alert.service === "object" && "fixed" in alert.service) labels.service = alert.service.fixed;
  for (const name of alert.labelsFromExpression ?? []) delete labels[name];
  return labels;
}

/** One alert as Prometheus reads it. */
export function alertRule(alert: AlertDefinition, context: AlertContext): AlertRule {
  return {
    alert: alert.name,
    expr: withService(alert),
    ...(alert.for !== undefined && { for: alert.for }),
    ...(alert.keepFiringFor !== undefined && { keep_firing_for: alert.keepFiringFor }),
    labels: staticLabels(alert, context),
    annotations: {
      summary: alert.summary,
      description: alert.description,
      impact: alert.impact,
      // The message templates of the routing show it.
      value: '{{ printf "%.4g" $value }}',
      runbook_url: `${context.settings.runbookBaseUrl}/${alert.name}.md`,
      dashboard_url: panelLink(context.grafanaUrl, alert.panel, variables(alert)),
    },
  };
}

function recordingGroups(context: AlertContext): RuleGroup[] {
  const { recording } = availability(context);
  return Object.entries(allRecordings(context))
    .map(([name, rules]) => ({
      name: `trading.recording.${name}`,
      interval: name === "budgets" ? "5m" : evaluationInterval,
      rules: rules.filter(recording).map(({ anyMetric: _ours, ...rule }) => rule),
    }))
    .filter(({ rules }) => rules.length > 0);
}

function categoryGroups(category: Category, alerts: readonly AlertDefinition[], context: AlertContext): RuleGroup[] {
  const group = (slow: boolean): RuleGroup => ({
    name: `trading.${category}${slow ? ".slow" : ""}`,
    interval: slow ? slowInterval : evaluationInterval,
    rules: alerts
      .filter((alert) => alert.category === category && (alert.slow ?? false) === slow)
      .map((alert) => alertRule(alert, context)),
  });
  return [group(false), group(true)].filter(({ rules }) => rules.length > 0);
}

/** Every rule of an environment, in files by subject: the recordings, then one file per category. */
export function ruleFiles(context: AlertContext): Readonly<Record<string, RuleFile>> {
  const alerts = alertCatalogue(context);
  const files = categories.map((category): [string, RuleFile] => [
    category,
    { groups: categoryGroups(category, alerts, context) },
  ]);
  return Object.fromEntries([
    ["recording", { groups: recordingGroups(context) }],
    ...files.filter(([, { groups }]) => groups.length > 0),
  ]);
}

/** Every rule of an environment as one plain rule file. */
export function ruleFile(context: AlertContext): RuleFile {
  return { groups: Object.values(ruleFiles(context)).flatMap(({ groups }) => groups) };
}
