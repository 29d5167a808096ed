import assert from "node:assert/strict";
import { archetypes } from "../../catalog/archetypes.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { environmentCatalog } from "../../catalog/systems.ts";
import type { Catalog } from "../../catalog/types.ts";
import { projectDirectory } from "../../plan/projectDirectory.ts";
import { readStackFile } from "../../stack/file.ts";
import { type Problem, ProblemsError } from "../../stack/problem.ts";
import type { Settings } from "../../stack/settings.ts";
import { stackSettings } from "../support/platformPlan.ts";

describe("a catalog in its environment", () => {
  let catalog: Catalog;
  before(async () => {
    catalog = await loadCatalog();
  });

  function problems(change: (settings: Settings) => void): readonly Problem[] {
    const settings = structuredClone(stackSettings("staging"));
    change(settings);
    const { file, text } = readStackFile(projectDirectory, "staging")!;
    try {
      environmentCatalog(catalog, settings, { file, text, project: "trading-platform" });
    } catch (error) {
      assert.ok(error instanceof ProblemsError, String(error));
      return error.problems;
    }
    return [];
  }

  it("is fine as the stack files have it", () =>
    assert.deepEqual(
      problems(() => undefined),
      [],
    ));

  for (const [system, why] of [
    ["kafka", /need topics of Kafka/],
    ["elastic", /need Elasticsearch/],
    ["argo-rollouts", /need canary releases/],
    ["monitoring", /need the analysis of its releases/],
  ] as const) {
    it(`refuses to leave out ${system} while services need it`, () => {
      const [problem] = problems(({ platform }) => void platform.without.push("consul", system));
      assert.equal(problem?.key, "platform.without.1");
      assert.equal(problem?.found, `"${system}"`);
      assert.match(problem?.allowed ?? "", why);
      assert.match(problem?.hint ?? "", new RegExp(`Keep ${system}`));
    });
  }

  it("lets systems go that no enabled service needs", () => {
    const without = problems(({ platform, services }) => {
      platform.without.push("kafka", "argo-rollouts", "monitoring", "elastic", "tracing", "reloader");
      for (const { name, kind } of catalog.services)
        if (archetypes[kind].inCluster) services[name] = { enabled: false };
    });
    assert.deepEqual(without, []);
  });

  it("names the line of a topic that the catalog does not have, and the nearest that it has", () => {
    const [first, second] = problems(({ kafka, elastic }) => {
      kafka.topics["kline-event"] = { retentionHours: 1 };
      elastic.audit.topic = "trade-event";
    });
    assert.deepEqual([first?.key, first?.nearest], ["kafka.topics.kline-event", "kline-events"]);
    assert.deepEqual([second?.key, second?.nearest], ["elastic.audit.topic", "trade-events"]);
    assert.ok((second?.line ?? 0) > 1);
    assert.deepEqual(
      problems(({ platform, elastic, services }) => {
        platform.without.push("elastic", "tracing");
        elastic.audit.topic = "trade-event";
        for (const { name, uses } of catalog.services) {
          if (uses?.elasticsearch !== undefined) services[name] = { enabled: false };
        }
      }).filter(({ key }) => key.startsWith("elastic")),
      [],
    );
  });
});
