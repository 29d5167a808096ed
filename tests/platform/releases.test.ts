import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { planPlatform } from "../support/platformPlan.ts";
import { idleBudgets } from "../support/valuesRules.ts";

for (const stack of ["staging", "production"]) {
  describe(`platform of ${stack}`, () => {
    let plan: Plan;
    let releases: PlannedResource[];
    before(async () => {
      plan = await planPlatform(stack);
      releases = plan.resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
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
