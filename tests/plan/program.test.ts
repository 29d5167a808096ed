import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import { type PlannedResource, stackType, unknownMark } from "../../plan/resource.ts";
import { isStateful } from "../../plan/stateful.ts";
import { holdsUnknown } from "../../plan/wire.ts";
import { releaseType } from "../../plan/write/helm.ts";
import { modes, planOf, stacks } from "../support/plans.ts";
import { stackSettings } from "../support/platformPlan.ts";

/** Only types whose nature is to hold nothing: their default provider is the engine's own. */
const withoutProvider = (type: string) => type.startsWith("pulumi:");

for (const stack of stacks) {
  for (const mode of modes) {
    describe(`the program, ${stack}, ${mode}`, () => {
      let plan: Plan;
      let byUrn: Map<string, PlannedResource>;
      before(async () => {
        plan = await planOf(stack, mode);
        byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
      });

      it("registers no URN twice", () => assert.equal(byUrn.size, plan.resources.length));

      it("lists resources and what they wait for by URN, in whatever order the program came to them", () => {
        const urns = plan.resources.map(({ urn }) => urn);
        assert.deepEqual(urns, [...urns].sort());
        for (const { urn, dependencies } of plan.resources)
          assert.deepEqual(dependencies, [...dependencies].sort(), urn);
      });

      it("warns of nothing but services that wait for their first release", () =>
        assert.deepEqual(
          plan.warnings.filter((text) => !text.startsWith("Made ready but not released here: ")),
          [],
        ));

      it("knows every parent, dependency and deletedWith that it names", () => {
        for (const { urn, parent, dependencies, deletedWith, propertyDependencies } of plan.resources) {
          const named = [parent, deletedWith, ...dependencies, ...Object.values(propertyDependencies).flat()];
          for (const other of named) if (other !== undefined) assert.ok(byUrn.has(other), `${urn} names ${other}`);
        }
      });

      it("puts every resource but the providers into a component, named after it", () => {
        for (const resource of plan.resources) {
          if (!resource.custom || resource.type.startsWith("pulumi:")) continue;
          const owner = nearestComponent(resource, byUrn);
          assert.ok(owner && owner.type !== stackType, `${resource.urn} belongs to no component`);
          assert.ok(resource.name.startsWith(owner.name), `${resource.name} does not begin with ${owner.name}`);
        }
      });

      it("gives components a type token of the form trading-platform:<room>:<Class>", () => {
        for (const { custom, type } of plan.resources) {
          if (!custom && type !== stackType)
            assert.match(type, /^trading-platform:[a-z]+:[A-Z][A-Za-z0-9]+$|^kubernetes:yaml/);
        }
      });

      it("uses explicit providers only, one for each kind", () => {
        const providers = plan.resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
        assert.equal(new Set(providers.map(({ type }) => type)).size, providers.length, "two providers of a kind");
        for (const { urn, type, custom, provider } of plan.resources) {
          if (custom && !withoutProvider(type))
            assert.ok(provider && byUrn.has(provider), `${urn} has no explicit provider`);
        }
      });

      it("has no value in a name that only an update would know", () => {
        for (const { name } of plan.resources) {
          assert.ok(!name.includes(unknownMark) && !name.includes("Output<") && !name.includes("[object"), name);
        }
        const text = JSON.stringify(plan.resources);
        assert.ok(!text.includes("Calling [toString] on an [Output"), "an Output stands in a template literal");
      });

      it("keeps Helm values free of values that only an update would know", () => {
        for (const { name, type, inputs } of plan.resources) {
          if (type === releaseType) assert.ok(!holdsUnknown(inputs.values), `release ${name}`);
        }
      });
    });
  }

  describe(`state, ${stack}`, () => {
    it("is protected exactly when the stack file says so", async () => {
      const stateful = (await planOf(stack)).resources.filter(isStateful);
      assert.ok(stateful.length > 0);
      const wanted = stackSettings(stack).environment.protect;
      for (const { urn, protect } of stateful) assert.equal(protect, wanted, urn);
    });
  });
}

function nearestComponent(resource: PlannedResource, byUrn: Map<string, PlannedResource>): PlannedResource | undefined {
  let parent = byUrn.get(resource.parent ?? "");
  while (parent?.custom) parent = byUrn.get(parent.parent ?? "");
  return parent;
}
