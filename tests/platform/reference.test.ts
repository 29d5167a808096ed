import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chartNames } from "../../components/platform/charts.ts";
import { isNeeded, plannedKinds, reduceCharts, serialize } from "../support/recordReference.ts";
import { chartFilesDirectory, chartReference, recordedDirectory } from "../support/reference.ts";

const definition = `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: example.com
  names:
    plural: things
    kind: Thing
  scope: Namespaced
  versions:
    - { name: v1, served: true, schema: { openAPIV3Schema: { type: object, description: long prose, properties: { description: { type: string } } } } }
    - { name: v0, served: false, schema: { openAPIV3Schema: { type: object } } }
`;

describe("what is kept of the charts' own files", () => {
  it("is the values, the schema and the served definitions that are wanted, without prose", () => {
    const directory = mkdtempSync(join(tmpdir(), "charts-"));
    try {
      mkdirSync(join(directory, "thing", "crds"), { recursive: true });
      writeFileSync(join(directory, "thing", "Chart.yaml"), "version: 1.2.3\nappVersion: 4\n");
      writeFileSync(join(directory, "thing", "values.yaml"), "# prose\nreplicas: 1\n");
      writeFileSync(join(directory, "thing", "crds", "all.yaml"), definition);
      const kept = reduceCharts(directory, new Set(["example.com/Thing"])).get("thing")!;
      assert.deepEqual(
        [kept.version, kept.appVersion, kept.values, kept.schema],
        ["1.2.3", "4", { replicas: 1 }, undefined],
      );
      assert.deepEqual(kept.definitions["example.com/Thing"]?.versions, [
        {
          name: "v1",
          served: true,
          schema: { openAPIV3Schema: { type: "object", properties: { description: { type: "string" } } } },
        },
      ]);
      assert.deepEqual(reduceCharts(directory, new Set()).get("thing")!.definitions, {});
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("is there for every chart that is pinned", () => {
    for (const chart of chartNames) assert.ok(Object.keys(chartReference(chart).values).length > 0, chart);
  });

  it("is what the charts' own files say, where they are at hand", async function () {
    if (!existsSync(chartFilesDirectory)) {
      process.stderr.write("\nSKIPPED: the charts' own files are not at hand: the record of them was not compared.\n");
      this.skip();
    }
    const fresh = [...reduceCharts(chartFilesDirectory, await plannedKinds())].filter(([chart, reference]) =>
      isNeeded(chart, chartNames, reference),
    );
    assert.deepEqual(fresh.map(([chart]) => `${chart}.json`).sort(), readdirSync(recordedDirectory).sort());
    for (const [chart, reference] of fresh) {
      assert.equal(serialize(chartReference(chart)), serialize(reference), `${chart}: run npm run reference`);
    }
  });
});
