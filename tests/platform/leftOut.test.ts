import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import { systemNeeds } from "../../stack/checks/platform.ts";
import { type OptionalSystem, optionalSystems } from "../../stack/sections/platform.ts";
import { planPlatform } from "../support/platformPlan.ts";

/** Where a system that can be left out lives, when it has a namespace to itself. */
const namespaceOf: { [system in OptionalSystem]?: string } = {
  "external-dns": "external-dns",
  "argo-rollouts": "argo-rollouts",
  vault: "vault",
  consul: "consul",
  kafka: "kafka",
  elastic: "elastic",
  logging: "logging",
  tracing: "tracing",
};

function releasesIn(plan: Plan, namespace?: string): string[] {
  return plan.resources
    .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
    .filter(({ inputs }) => namespace === undefined || inputs.namespace === namespace)
    .map(({ inputs }) => String(inputs.name));
}

/** A system and all that cannot be without it. */
function withDependents(system: OptionalSystem): OptionalSystem[] {
  const dependents = optionalSystems.filter((each) => systemNeeds[each]?.includes(system));
  return [system, ...dependents];
}

describe("a system that is left out", () => {
  for (const system of optionalSystems) {
    it(`leaves a platform that still plans: without ${system}`, async () => {
      const plan = await planPlatform("staging", {
        change: ({ platform }) => void platform.without.push(...withDependents(system)),
      });
      assert.ok(releasesIn(plan).length >= 12);
      const namespace = namespaceOf[system];
      if (namespace !== undefined) assert.deepEqual(releasesIn(plan, namespace), []);
    });
  }

  it("changes what depends on it: Reloader does not ask for Rollouts that nobody can make", async () => {
    const plan = await planPlatform("staging", {
      change: ({ platform }) => void platform.without.push("argo-rollouts"),
    });
    const { reloader } = plan.resources.find(({ inputs }) => inputs.name === "reloader")!.inputs.values as {
      reloader: { isArgoRollouts: boolean };
    };
    assert.equal(reloader.isArgoRollouts, false);
  });
});

describe("mirrors", () => {
  it("hold for everything that is planned", async () => {
    const plan = await planPlatform("staging", {
      change: ({ platform }) => {
        platform.chartMirror = "https://charts.example.com/all";
        platform.imageMirror = { registry: "registry.example.com/cache" };
      },
    });
    const text = JSON.stringify(plan.resources.map(({ inputs }) => inputs));
    for (const { type, inputs } of plan.resources) {
      if (type === "kubernetes:helm.sh/v3:Release") {
        assert.deepEqual(inputs.repositoryOpts, { repo: "https://charts.example.com/all" }, String(inputs.name));
      }
      if (type === "kubernetes:yaml/v2:ConfigFile")
        assert.match(String(inputs.file), /^https:\/\/charts\.example\.com\/all\//);
    }
    const direct = text.match(/"image":"(?!registry\.example\.com)[^"]+"/g) ?? [];
    assert.deepEqual([...new Set(direct)], []);
  });

  it("of OCI bring the bundles of CRDs as charts, kept when they are removed", async () => {
    const plan = await planPlatform("staging", {
      change: ({ platform }) => void Object.assign(platform, { chartMirror: "oci://mirror.example.com" }),
    });
    const bundles = plan.resources.filter(
      ({ inputs }) => String(inputs.name).endsWith("-crds") && String(inputs.chart).startsWith("oci://mirror"),
    );
    assert.ok(bundles.length >= 4);
    assert.ok(
      bundles
        .filter(({ inputs }) => inputs.name !== "prometheus-operator-crds")
        .every(({ retainOnDelete }) => retainOnDelete),
    );
  });
});
