import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import { type PlannedResource, secretMark, unknownMark } from "../../plan/resource.ts";
import { checkCustomResource, checkValues, needReference } from "../support/charts.ts";
import { planPlatform } from "../support/platformPlan.ts";
import type { Tree } from "../support/reference.ts";
import { idleBudgets } from "../support/valuesRules.ts";

const isOpaque = (value: unknown) => value === secretMark || value === unknownMark;

/** The chart that a release installs, whichever form its source has. */
function chartOf({ inputs }: PlannedResource): string {
  return String(inputs.chart).split("/").at(-1)!;
}

for (const stack of ["staging", "production"]) {
  describe(`platform of ${stack}`, () => {
    let plan: Plan;
    let releases: PlannedResource[];
    before(async () => {
      plan = await planPlatform(stack);
      releases = plan.resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    });

    it("sets only keys that the charts have, and fits their schemas", function () {
      needReference(this);
      const problems = releases
        .filter((release) => !String(release.inputs.chart).endsWith("-crds"))
        .flatMap((release) => checkValues(chartOf(release), (release.inputs.values ?? {}) as Tree));
      assert.deepEqual(problems, []);
    });

    it("makes custom resources that fit their CRDs", function () {
      needReference(this);
      const objects = plan.resources.filter(({ type }) => type.startsWith("kubernetes:"));
      const custom = objects.filter(
        ({ type, inputs }) => inputs.kind !== undefined && !type.startsWith("kubernetes:helm"),
      );
      assert.ok(custom.length > 0);
      assert.deepEqual(
        custom.flatMap(({ inputs }) => checkCustomResource(inputs, { isOpaque })),
        [],
      );
    });

    it("has disruption budgets only where two pods or more run", () => {
      assert.deepEqual(
        releases.flatMap(({ name, inputs }) => idleBudgets(inputs.values).map((key) => `${name}: ${key}`)),
        [],
      );
    });

    it("pins each release exactly and keeps its values free of what is not known", () => {
      for (const { name, inputs } of releases) {
        assert.match(String(inputs.version), /^v?\d+\.\d+\.\d+$/, name);
        assert.ok(String(inputs.name).length <= 53, name);
        assert.equal(inputs.createNamespace, false, name);
        assert.doesNotMatch(JSON.stringify(inputs.values ?? {}), /\[unknown\]|\[secret\]/, name);
      }
    });
  });
}

describe("the check of disruption budgets", () => {
  it("finds those of single pods, wherever the chart has them", () => {
    const one = {
      replicas: 1,
      pdb: { enabled: true },
      webhook: { replicaCount: 2, podDisruptionBudget: { minAvailable: 1 } },
    };
    assert.deepEqual(idleBudgets({ a: one }), ["a.pdb"]);
    assert.deepEqual(idleBudgets({ deployment: { replicas: 1 }, podDisruptionBudget: { enabled: true } }), [
      "podDisruptionBudget",
    ]);
    assert.deepEqual(idleBudgets({ replicas: 1, podDisruptionBudget: { enabled: false } }), []);
  });
});
