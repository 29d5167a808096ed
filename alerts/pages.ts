import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Catalog } from "../catalog/types.ts";
import { allAlerts } from "../components/observability/alerts/catalogue.ts";
import { prometheusSubjects, type RunbookSubject, runbookPage } from "../components/observability/alerts/runbook.ts";
import { logAlerts } from "../components/observability/grafana/logs/all.ts";
import type { GrafanaAlert, RuleQuery } from "../components/observability/grafana/types.ts";
import { documentationContext } from "./context.ts";

function expression(query: RuleQuery): string {
  return query.kind === "loki" || query.kind === "prometheus" ? query.expr : JSON.stringify(query);
}

/** The subject of an alert that Grafana evaluates: its queries, and the limit of its last stage. */
function grafanaSubject(alert: GrafanaAlert): RunbookSubject {
  const limit = "above" in alert.threshold ? `> ${alert.threshold.above}` : `< ${alert.threshold.below}`;
  const single = alert.queries.length === 1 && alert.math === undefined;
  const conditions = alert.queries.map((query) => ({
    language:
      query.kind === "loki"
        ? ("logql" as const)
        : query.kind === "prometheus"
          ? ("promql" as const)
          : ("text" as const),
    expr: single ? `${expression(query)} ${limit}` : expression(query),
  }));
  return {
    ...alert,
    conditions: single
      ? conditions
      : [
          ...conditions,
          {
            language: "text",
            expr: `${alert.math ?? "$A"} ${limit}`,
            note: "The queries are A, B, … in order; compared is",
          },
        ],
  };
}

/** Every page by file name: one for each alert of ours, whoever evaluates it. */
export function runbookPages(catalog: Catalog): Map<string, string> {
  const services = catalog.services.filter(({ kind, tier }) => kind !== "bot" && tier === "critical");
  const subjects = [
    ...prometheusSubjects(allAlerts(documentationContext(catalog))),
    ...logAlerts({ criticalServices: services.map(({ name }) => name) }).map(grafanaSubject),
  ];
  const pages = subjects.sort((left, right) => left.name.localeCompare(right.name, "en"));
  return new Map([
    ...pages.map((subject): [string, string] => [`${subject.name}.md`, runbookPage(subject)]),
    ["README.md", indexPage(pages)],
  ]);
}

function indexPage(subjects: readonly RunbookSubject[]): string {
  const lines = subjects.map(
    ({ name, severity, category, component }) => `| [${name}](${name}.md) | ${severity} | ${category} | ${component} |`,
  );
  return [
    "# Runbooks",
    "",
    "One page for every alert of ours: what it means, what it does to trading, how to find the cause, what to do.",
    "`npm run runbooks` writes them from the alerts' definitions in `components/observability`.",
    "",
    "| alert | severity | category | component |",
    "|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

/** Writes all pages and removes those of alerts that are gone; returns how many changed. */
export async function writeRunbooks(directory: string, pages: ReadonlyMap<string, string>): Promise<number> {
  await mkdir(directory, { recursive: true });
  const present = await readdir(directory);
  let changed = 0;
  for (const file of present.filter((name) => name.endsWith(".md") && !pages.has(name))) {
    await rm(join(directory, file));
    changed += 1;
  }
  for (const [file, text] of pages) {
    const path = join(directory, file);
    const before = present.includes(file) ? await readFile(path, "utf8") : undefined;
    if (before === text) continue;
    await writeFile(path, text);
    changed += 1;
  }
  return changed;
}
