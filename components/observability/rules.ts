import { alertCatalogue, allRecordings, availability } from "./alerts/catalogue.ts";
import { panelLink } from "./alerts/panels.ts";
import type { AlertContext, AlertDefinition, Category, Severity } from "./alerts/types.ts";
import type { AlertRule, RecordingRule, RuleFile, RuleGroup } from "./ruleTypes.ts";

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

/** Groups of recordings that no service owns; the budgets go with the service that they are of. */
function recordingGroups(context: AlertContext, exists: (rule: RecordingRule) => boolean): RuleGroup[] {
  return Object.entries(allRecordings(context))
    .filter(([name]) => name !== "budgets")
    .map(([name, rules]) => recordingGroup(name, evaluationInterval, rules.filter(exists)))
    .filter(({ rules }) => rules.length > 0);
}

function recordingGroup(name: string, interval: string, rules: readonly RecordingRule[]): RuleGroup {
  return {
    name: `trading.recording.${name}`,
    interval,
    rules: rules.map(({ anyMetric: _ours, ...rule }) => rule),
  };
}

function alertGroups(name: string, alerts: readonly AlertDefinition[], context: AlertContext): RuleGroup[] {
  const group = (slow: boolean): RuleGroup => ({
    name: `trading.${name}${slow ? ".slow" : ""}`,
    interval: slow ? slowInterval : evaluationInterval,
    rules: alerts.filter((alert) => (alert.slow ?? false) === slow).map((alert) => alertRule(alert, context)),
  });
  return [group(false), group(true)].filter(({ rules }) => rules.length > 0);
}

/** Things by a name, in the order in which the names come first. */
function groupBy<Thing>(things: readonly Thing[], nameOf: (thing: Thing) => string): Map<string, Thing[]> {
  const groups = new Map<string, Thing[]>();
  for (const thing of things) {
    const group = groups.get(nameOf(thing));
    if (group === undefined) groups.set(nameOf(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}

/** File of an alert: its category; the promises of a service have a file of their own. */
function fileOf({ category, service }: AlertDefinition): string {
  return category === "slo" && typeof service === "object" && "fixed" in service ? `slo-${service.fixed}` : category;
}

/**
 * Every rule of an environment, in files by subject: the recordings, one file per category, and one per service with its
 * promises. They grow with the catalog, and an object of the cluster may have 1.5 MB at most.
 */
export function ruleFiles(context: AlertContext): Readonly<Record<string, RuleFile>> {
  const { recording } = availability(context);
  const alerts = groupBy(alertCatalogue(context), fileOf);
  const budgets = groupBy(
    allRecordings(context).budgets?.filter(recording) ?? [],
    ({ labels }) => `slo-${labels?.service}`,
  );
  const names = [
    ...categories,
    ...[...alerts.keys()].filter((name) => !categories.some((known) => known === name)).sort(),
  ];
  const files = names.map((name): [string, RuleFile] => {
    const own = budgets.get(name);
    const recorded = own === undefined ? [] : [recordingGroup(`budgets.${name.slice("slo-".length)}`, "5m", own)];
    return [
      name,
      { groups: [...recorded, ...alertGroups(name.replace("slo-", "slo."), alerts.get(name) ?? [], context)] },
    ];
  });
  return Object.fromEntries([
    ["recording", { groups: recordingGroups(context, recording) }],
    ...files.filter(([, { groups }]) => groups.length > 0),
  ]);
}

/** Every rule of an environment as one plain rule file. */
export function ruleFile(context: AlertContext): RuleFile {
  return { groups: Object.values(ruleFiles(context)).flatMap(({ groups }) => groups) };
}
