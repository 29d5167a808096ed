import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { alertLines, filterValues, managedLines, plainList, terminalList } from "../../alerts/list.ts";
import { runbookPages } from "../../alerts/pages.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { alertCatalogue, allAlerts } from "../../components/observability/alerts/catalogue.ts";
import { runbookSections } from "../../components/observability/alerts/runbook.ts";
import { managedAlerts } from "../../components/observability/managedAlerts.ts";
import { completeContext } from "../rules/support/context.ts";
import { stackContexts } from "../rules/support/stacks.ts";

const directory = join(import.meta.dirname, "../../docs/runbooks");

/** Sections of a page with their text. */
function sections(page: string): Map<string, string> {
  return new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((part): [string, string] => {
        const [title = "", ...text] = part.split("\n");
        return [title.trim(), text.join("\n").trim()];
      }),
  );
}

describe("runbook pages", () => {
  it("are committed as they are written; if not: npm run runbooks", async () => {
    const pages = runbookPages(await loadCatalog());
    const stale: string[] = [];
    for (const [file, text] of pages) {
      const committed = await readFile(join(directory, file), "utf8").catch(() => undefined);
      if (committed !== text) stale.push(file);
    }
    assert.deepEqual(stale, []);
    const extra = (await readdir(directory)).filter((file) => !pages.has(file));
    assert.deepEqual(extra, []);
  });

  it("exist for every alert, whoever evaluates it", async () => {
    const pages = runbookPages(await loadCatalog());
    const names = new Set([...allAlerts(completeContext), ...managedAlerts()].map(({ name }) => name));
    const { staging, production } = await stackContexts();
    for (const { name } of [...alertCatalogue(staging), ...alertCatalogue(production)]) names.add(name);
    assert.ok(names.size >= 160);
    assert.deepEqual(
      [...names].filter((name) => !pages.has(`${name}.md`)),
      [],
    );
  });

  it("hold the four sections, in order, each with text; the diagnosis something to run", async () => {
    for (const [file, page] of runbookPages(await loadCatalog())) {
      if (file === "README.md") continue;
      const found = sections(page);
      assert.deepEqual([...found.keys()], [...runbookSections], file);
      for (const [title, text] of found) assert.ok(text.length >= 20, `${file}: ${title}`);
      assert.match(found.get("Diagnosis") ?? "", /```(promql|logql|sh)/, file);
      assert.match(found.get("Meaning") ?? "", /```(promql|logql|text)/, file);
    }
  });

  it("say something of their own: no two alerts share their steps unless they are tiers of one condition", () => {
    const alerts = allAlerts(completeContext).filter(({ category }) => category !== "slo");
    const shared = new Map<string, Set<string>>();
    for (const { name, family, runbook } of alerts) {
      const key = JSON.stringify(runbook.mitigation);
      shared.set(key, (shared.get(key) ?? new Set()).add(family ?? name));
    }
    assert.deepEqual(
      [...shared.values()].filter((families) => families.size > 1).map((families) => [...families]),
      [],
    );
  });

  it("name in their text only alerts that exist", async () => {
    const pages = runbookPages(await loadCatalog());
    const wrong: string[] = [];
    for (const [file, page] of pages) {
      for (const [, name] of page.matchAll(/\bsee ([A-Z][a-z]+(?:[A-Z][a-z0-9]*)+)\b/g)) {
        if (!pages.has(`${name}.md`)) wrong.push(`${file}: ${name}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
});

describe("npm run alerts", () => {
  const alerts = allAlerts(completeContext);

  it("lists name, category, severity, condition, waiting time and runbook", () => {
    const [line] = alertLines(alerts, completeContext).filter(({ name }) => name === "HighErrorRate");
    assert.deepEqual(line, {
      name: "HighErrorRate",
      category: "critical",
      severity: "critical",
      service: "each",
      condition: "service:http_error_ratio:rate5m > 0.01 and service:http_requests:rate5m > 0.1",
      for: "2m",
      runbook: "https://runbooks.example.com/HighErrorRate.md",
      evaluatedBy: "Prometheus",
    });
  });

  it("filters by severity, by category, and by service: its own alerts and those that speak of each service", () => {
    const info = alertLines(alerts, completeContext, { severity: "info" });
    assert.ok(info.length > 0 && info.every(({ severity }) => severity === "info"));
    assert.ok(
      alertLines(alerts, completeContext, { category: "security" }).every(({ category }) => category === "security"),
    );
    const worker = new Set(alertLines(alerts, completeContext, { service: "worker" }).map(({ name }) => name));
    assert.ok(worker.has("ServiceAbsent") && worker.has("UptimeBudgetBurn") && worker.has("ContainerOOMKilled"));
    assert.equal(worker.has("JvmHeapNearLimit"), false);
    assert.equal(worker.has("KafkaBrokerDown"), false);
    const kafka = alertLines(alerts, completeContext, { service: "kafka" });
    assert.ok(kafka.length >= 7 && kafka.every(({ service }) => service === "kafka"));
    assert.ok(filterValues(alerts, completeContext).service.includes("kafka"));
  });

  it("lists what Grafana and AWS evaluate as well", () => {
    const lines = managedLines(managedAlerts(), completeContext);
    assert.ok(lines.some(({ evaluatedBy }) => evaluatedBy === "Grafana"));
    assert.ok(lines.some(({ evaluatedBy }) => evaluatedBy === "CloudWatch"));
    assert.equal(
      lines.some(({ condition }) => condition.includes("\n")),
      false,
    );
    const security = managedLines(managedAlerts(), completeContext, { category: "security", severity: "critical" });
    assert.ok(security.length > 0 && security.length < lines.length);
  });

  it("shows the severity that leaves the environment", () => {
    const capped = { ...completeContext, settings: { ...completeContext.settings, severityCap: "warning" as const } };
    assert.equal(alertLines(alerts, capped, { severity: "critical" }).length, 0);
    assert.ok(alertLines(alerts, capped, { severity: "warning" }).length > 50);
  });

  it("writes whole lines to a pipe and short ones to a terminal", () => {
    const lines = alertLines(alerts, completeContext);
    const plain = plainList(lines).split("\n");
    assert.equal(plain.length, lines.length + 1);
    assert.ok(plain.every((line) => line.split("\t").length === 8));
    assert.equal(plain.join("").includes("\x1b"), false);
    const mark = {
      heading: (text: string) => `<${text}>`,
      faint: (text: string) => text,
      severity: (_: string, text: string) => text,
    };
    const shown = terminalList(lines, 140, mark).split("\n");
    assert.ok(shown.includes("<trading>"));
    assert.ok(shown.every((line) => line.length <= 140));
    assert.ok(shown.some((line) => /^ {2}HighErrorRate .*HighErrorRate\.md$/.test(line)));
  });
});
