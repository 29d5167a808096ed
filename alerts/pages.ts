import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Catalog } from "../catalog/types.ts";
import { allAlerts } from "../components/observability/alerts/catalogue.ts";
import { prometheusSubjects, type RunbookSubject, runbookPage } from "../components/observability/alerts/runbook.ts";
import { type ManagedAlert, managedAlerts } from "../components/observability/managedAlerts.ts";
import { documentationContext } from "./context.ts";

/** The subject of an alert that Grafana or AWS evaluates. */
function managedSubject(alert: ManagedAlert): RunbookSubject {
  return { ...alert, conditions: [{ language: alert.language, expr: alert.condition }] };
}

/** Every page by file name: one for each alert of ours, whoever evaluates it. */
export function runbookPages(catalog: Catalog): Map<string, string> {
  const rules = prometheusSubjects(allAlerts(documentationContext(catalog)));
  // A failed backup is told by a rule and by an alarm of AWS: one page, the rule's, which names the same metric.
  const known = new Set(rules.map(({ name }) => name));
  const managed = managedAlerts().filter(({ name }) => !known.has(name));
  const subjects = [...rules, ...managed.map(managedSubject)];
  const pages = [...merged(subjects).values()].sort((left, right) => left.name.localeCompare(right.name, "en"));
  return new Map([
    ...pages.map((subject): [string, string] => [`${subject.name}.md`, runbookPage(subject)]),
    ["README.md", indexPage(pages)],
  ]);
}

/** An alert that is told by two ways has one page: the first one's words, the conditions of both. */
function merged(subjects: readonly RunbookSubject[]): Map<string, RunbookSubject> {
  const pages = new Map<string, RunbookSubject>();
  for (const subject of subjects) {
    const first = pages.get(subject.name);
    const conditions = [...(first?.conditions ?? []), ...subject.conditions];
    pages.set(subject.name, first === undefined ? subject : { ...first, conditions });
  }
  return pages;
}

/** What somebody who was woken needs before any page: how to get at the systems that its steps ask. */
const reachSection = [
  "## Reach the systems",
  "",
  "```sh",
  "export AWS_REGION=us-east-1",
  "aws eks update-kubeconfig --name trading-platform-<stack>    # staging or production",
  ". docs/operations/reach.sh <stack>                           # platform-psql, platform-cache, platform-search",
  "```",
  "",
  "| a step asks in | where |",
  "|---|---|",
  "| PromQL, LogQL | `https://grafana.<domain>/explore`, data source Prometheus or Loki; traces: data source Jaeger |",
  "| PromQL, when Grafana is down | `kubectl -n monitoring port-forward svc/monitoring-prometheus 9090`, then `http://localhost:9090` |",
  "| `platform-psql` | the database, as a role that sees sessions and statistics; `DATABASE_ROLE=administrator` before it may also end them |",
  "| `platform-cache` | the cache, as a user that reads no key; `CACHE_USER=<service>` before it reads that service's keys |",
  "| `platform-search` | a path of Elasticsearch's API |",
  "| a session on the trading bot | `aws ssm start-session --target <instance-id>` |",
  "",
  "Namespaces: `trading` (services), `monitoring` (Prometheus, Alertmanager, Grafana, exporters), `logging` (Loki),",
  "`node-agents` (Alloy, node-exporter), `tracing`, `kafka`, `elastic`, `vault`, `consul`, `gateway`, `argo-rollouts`.",
  "Releases: `kubectl argo rollouts -n trading list rollouts`; back to the version before: `npm run rollback -- <service>`.",
  "",
  "## Pages",
  "",
];

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
    ...reachSection,
    "Sources: S0 to S4 are the requirement sheets (training platform, Spring services, Kubernetes, EC2 bot, platform",
    "services); the reference is the catalogue that merged them.",
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
