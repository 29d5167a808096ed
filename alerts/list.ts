import { contractMetricNames, seriesIn } from "../catalog/metrics.ts";
import type { AlertContext, AlertDefinition, AlertService } from "../components/observability/alerts/types.ts";
import type { ManagedAlert } from "../components/observability/managedAlerts.ts";
import { alertRule, cappedSeverity } from "../components/observability/rules.ts";

/** One line of the list. */
export interface AlertLine {
  readonly name: string;
  readonly category: string;
  readonly severity: string;
  /** Service that it speaks of, or `each` when the expression tells. */
  readonly service: string;
  readonly condition: string;
  readonly for: string;
  readonly runbook: string;
  /** Who evaluates it: `Prometheus`, `Grafana` (logs) or `CloudWatch`. */
  readonly evaluatedBy: string;
}

/** What to list. */
export interface AlertFilter {
  readonly service?: string;
  readonly severity?: string;
  readonly category?: string;
}

/** True when an alert can speak of a service: by name, or because the service exports all that the expression reads. */
function concerns(alert: AlertDefinition, service: AlertService): boolean {
  if (typeof alert.service === "object" && "fixed" in alert.service) return alert.service.fixed === service.name;
  if (alert.service === "pod") return true;
  const metrics = seriesIn(alert.expr)
    .map(({ metric }) => metric.name)
    .filter((name) => contractMetricNames.has(name));
  return metrics.every((name) => service.metrics.includes(name)) && alert.service === "expression";
}

/** The lines of a catalogue, filtered; the severity is the one that leaves the environment. */
export function alertLines(
  alerts: readonly AlertDefinition[],
  context: AlertContext,
  filter: AlertFilter = {},
): AlertLine[] {
  const service = context.services.find(({ name }) => name === filter.service);
  return alerts
    .filter((alert) => {
      if (filter.service === undefined) return true;
      if (service !== undefined) return concerns(alert, service);
      return typeof alert.service === "object" && "fixed" in alert.service && alert.service.fixed === filter.service;
    })
    .map((alert): AlertLine => {
      const rule = alertRule(alert, context);
      return {
        name: alert.name,
        category: alert.category,
        severity: rule.labels.severity ?? alert.severity,
        service: rule.labels.service ?? "each",
        condition: alert.expr,
        for: alert.for ?? "0m",
        runbook: rule.annotations.runbook_url ?? "",
        evaluatedBy: "Prometheus",
      };
    })
    .filter(({ severity }) => filter.severity === undefined || severity === filter.severity)
    .filter(({ category }) => filter.category === undefined || category === filter.category);
}

/** The lines of what Grafana and AWS evaluate; they speak of a component, and of each service that it has. */
export function managedLines(
  alerts: readonly ManagedAlert[],
  { settings }: AlertContext,
  filter: AlertFilter = {},
): AlertLine[] {
  return alerts
    .map(
      (alert): AlertLine => ({
        name: alert.name,
        category: alert.category,
        severity: cappedSeverity(alert.severity, settings.severityCap),
        service: alert.component,
        condition: alert.condition.replace(/\s+/g, " "),
        for: alert.for ?? "0m",
        runbook: `${settings.runbookBaseUrl}/${alert.name}.md`,
        evaluatedBy: alert.evaluatedBy,
      }),
    )
    .filter(({ service }) => filter.service === undefined || service === filter.service)
    .filter(({ severity }) => filter.severity === undefined || severity === filter.severity)
    .filter(({ category }) => filter.category === undefined || category === filter.category);
}

/** Values that a filter can have: severities, categories, and everything that the label service can be. */
export function filterValues(
  alerts: readonly AlertDefinition[],
  context: AlertContext,
  managed: readonly ManagedAlert[] = [],
) {
  const fixed = alerts.flatMap(({ service }) =>
    typeof service === "object" && "fixed" in service ? [service.fixed] : [],
  );
  return {
    service: [
      ...new Set([...context.services.map(({ name }) => name), ...fixed, ...managed.map(({ component }) => component)]),
    ].sort(),
    severity: ["critical", "warning", "info", "none"],
    category: [...new Set([...alerts, ...managed].map(({ category }) => category))].sort(),
  };
}

const columns = ["name", "category", "severity", "service", "for", "condition", "runbook", "evaluatedBy"] as const;

/** For a pipe: one line per alert, columns separated by tabs, nothing shortened. */
export function plainList(lines: readonly AlertLine[]): string {
  return [columns.join("\t"), ...lines.map((line) => columns.map((column) => line[column]).join("\t"))].join("\n");
}

/** Colours for a terminal, by severity. */
export interface Palette {
  readonly severity: (severity: string, text: string) => string;
  readonly heading: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** For a terminal: by category, the condition shortened to the width. */
export function terminalList(lines: readonly AlertLine[], width: number, palette: Palette): string {
  const categories = [...new Set(lines.map(({ category }) => category))];
  const page = ({ runbook }: AlertLine) => runbook.slice(runbook.lastIndexOf("/") + 1);
  const widest = (cell: (line: AlertLine) => string) => Math.max(0, ...lines.map((line) => cell(line).length));
  const sizes = {
    name: widest(({ name }) => name),
    severity: widest(({ severity }) => severity),
    service: widest(({ service }) => service),
    for: widest((line) => line.for),
    page: widest(page),
  };
  const used = Object.values(sizes).reduce((sum, size) => sum + size, 12);
  const room = Math.max(20, width - used);
  const cut = (text: string) => (text.length <= room ? text : `${text.slice(0, room - 1)}…`);
  return categories
    .flatMap((category) => [
      palette.heading(category),
      ...lines
        .filter((line) => line.category === category)
        .map((line) =>
          [
            `  ${line.name.padEnd(sizes.name)}`,
            palette.severity(line.severity, line.severity.padEnd(sizes.severity)),
            line.service.padEnd(sizes.service),
            line.for.padStart(sizes.for),
            palette.faint(cut(line.condition).padEnd(room)),
            page(line),
          ].join("  "),
        ),
      "",
    ])
    .join("\n");
}
