import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
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
      // Somebody who was woken needs more than a pointer to another page.
      assert.ok((found.get("Diagnosis")?.match(/^\d+\. /gm) ?? []).length >= 2, `${file}: two steps of diagnosis`);
      const mitigation = found.get("Mitigation") ?? "";
      assert.ok((mitigation.match(/^- /gm) ?? []).length >= 2, `${file}: two ways to mitigate`);
      assert.ok(mitigation.split(/\s+/).length >= 18 && !/^- As for \w+\.?$/m.test(mitigation), `${file}: own words`);
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
