import { panelLink } from "./panels.ts";
import type { AlertDefinition, DiagnosisStep } from "./types.ts";

/** What a page is written from: an alert's knowledge, and its conditions in the language that evaluates them. */
export interface RunbookSubject
  extends Pick<
    AlertDefinition,
    | "name"
    | "category"
    | "severity"
    | "component"
    | "owner"
    | "for"
    | "description"
    | "impact"
    | "panel"
    | "runbook"
    | "source"
  > {
  /** Each way in which the alert can fire. */
  readonly conditions: readonly Condition[];
}

/** One expression that raises the alert. */
export interface Condition {
  readonly language: "promql" | "logql" | "text";
  readonly expr: string;
  /** How long it must hold, and how loud it is, where the rules of one name differ. */
  readonly note?: string;
}

/** Sections of every page, in order. */
export const runbookSections = ["Meaning", "Impact", "Diagnosis", "Mitigation"] as const;

function block(language: string, text: string): string {
  return [`\`\`\`${language}`, text, "```"].map((line) => `   ${line}`).join("\n");
}

function step({ text, promql, logql, command }: DiagnosisStep, index: number): string {
  return [
    `${index + 1}. ${text}`,
    ...(promql === undefined ? [] : [block("promql", promql)]),
    ...(logql === undefined ? [] : [block("logql", logql)]),
    ...(command === undefined ? [] : [block("sh", command)]),
  ].join("\n\n");
}

function conditionBlock({ language, expr, note }: Condition): string {
  return [...(note === undefined ? [] : [`${note}:`]), `\`\`\`${language}\n${expr}\n\`\`\``].join("\n\n");
}

/** The page of an alert, as Markdown; the same subject gives the same bytes. */
export function runbookPage(subject: RunbookSubject): string {
  const { name, severity, category, component, owner, runbook } = subject;
  const facts = [
    ["Severity", severity],
    ["Category", category],
    ["Component", component],
    ["Owner", owner],
    ["Waits", subject.for === undefined || subject.for === "0m" ? "not at all" : subject.for],
    ["Panel", `\`${panelLink("", subject.panel)}\` (${subject.panel.panel})`],
    ["Source", subject.source.replaceAll("|", "\\|")],
  ];
  return `${[
    `# ${name}`,
    "<!-- Written by `npm run runbooks` from the alert's definition in components/observability; change it there. -->",
    `| | |\n|---|---|\n${facts.map(([fact, value]) => `| ${fact} | ${value} |`).join("\n")}`,
    "## Meaning",
    subject.description,
    subject.conditions.length === 1 ? "It fires on:" : "It fires on any of:",
    ...subject.conditions.map(conditionBlock),
    "## Impact",
    subject.impact,
    "## Diagnosis",
    "Names in angle brackets are in the alert's labels. [How to reach what the steps ask](README.md#reach-the-systems).",
    ...runbook.diagnosis.map(step),
    "## Mitigation",
    runbook.mitigation.map((text) => `- ${text}`).join("\n"),
  ].join("\n\n")}\n`;
}

/**
 * The subjects of Prometheus alerts: rules of one name share a page. Thresholds are those of the context; a rule that
 * exists per service shows `<service>` once.
 */
export function prometheusSubjects(alerts: readonly AlertDefinition[]): RunbookSubject[] {
  const names = [...new Set(alerts.map(({ name }) => name))];
  return names.map((name) => {
    const rules = alerts.filter((alert) => alert.name === name);
    const first = rules[0]!;
    const general = (alert: AlertDefinition) =>
      rules.length > 1 && typeof alert.service === "object" && "fixed" in alert.service
        ? alert.expr.replaceAll(`"${alert.service.fixed}"`, '"<service>"')
        : alert.expr;
    const differ = new Set(rules.map((rule) => `${rule.for} ${rule.severity}`)).size > 1;
    const conditions = new Map(
      rules.map((rule): [string, Condition] => {
        const expr = general(rule);
        const note = differ ? { note: `Severity ${rule.severity}, after ${rule.for ?? "0m"}` } : {};
        return [`${expr} ${rule.for} ${rule.severity}`, { language: "promql", expr, ...note }];
      }),
    );
    const owners = new Set(rules.map(({ owner }) => owner));
    return {
      ...first,
      owner: owners.size > 1 ? "the service's owner" : first.owner,
      conditions: [...conditions.values()],
    };
  });
}
