import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { planPlatform } from "../support/platformPlan.ts";
import { chartDefaults, isTree } from "../support/reference.ts";
import { idleBudgets, mixedResources } from "../support/valuesRules.ts";

for (const stack of ["staging", "production"]) {
  describe(`platform of ${stack}`, () => {
    let plan: Plan;
    let releases: PlannedResource[];
    before(async () => {
      plan = await planPlatform(stack);
      releases = plan.resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    });

    it("leaves no limit of a chart's own under what is asked for, or on processor time", () => {
      const problems = releases.flatMap(({ name, inputs }) => {
        const chart = String(inputs.chart).split("/").at(-1)!;
        return mixedResources(chartDefaults(chart), isTree(inputs.values) ? inputs.values : {}).map(
          (problem) => `${name}: ${problem}`,
        );
      });
      assert.deepEqual(problems, []);
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

describe("the check of resources", () => {
  const defaults = { server: { resources: { requests: { cpu: "100m" }, limits: { cpu: "100m", memory: "200Mi" } } } };
  const asked = (limits: object) => ({ server: { resources: { requests: { cpu: "200m", memory: "1Gi" }, limits } } });

  it("finds a chart's limit under our request", () => {
    assert.deepEqual(mixedResources(defaults, asked({})), [
      "server.resources asks for 200m of cpu, its limit is 100m",
      "server.resources asks for 1Gi of memory, its limit is 200Mi",
      "server.resources has the chart's own limit of 100m processors",
    ]);
  });

  it("takes what we chose, and a limit that we took away", () => {
    assert.deepEqual(mixedResources(defaults, asked({ cpu: "1", memory: "1Gi" })), []);
    assert.deepEqual(mixedResources(defaults, asked({ cpu: null, memory: "1Gi" })), []);
    assert.deepEqual(mixedResources(defaults, {}), []);
  });
});

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
