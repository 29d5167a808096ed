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
        condition: alert.expr.replace(/\s+/g, " "),
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
        condition: oneLine(alert.condition),
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

/** Conditions of several queries are written on several lines; a line of a list has one. */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s*\n\s*/g, "; ")
    .replace(/\s+/g, " ");
}

const columns = ["name", "category", "severity", "service", "for", "condition", "runbook", "evaluatedBy"] as const;

/** For a pipe: one line per rule, columns separated by tabs, nothing shortened. */
export function plainList(lines: readonly AlertLine[]): string {
  return [columns.join("\t"), ...lines.map((line) => columns.map((column) => line[column]).join("\t"))].join("\n");
}
