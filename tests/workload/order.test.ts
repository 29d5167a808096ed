import assert from "node:assert/strict";
import { archetypes } from "../../catalog/archetypes.ts";
import { startupNeeds } from "../../catalog/order.ts";
import type { Service } from "../../catalog/types.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { planWorkloads } from "./support.ts";

/** What refers to a rollout and therefore comes after it, or watches and is not waited for. */
const notBefore = /-(rollout|autoscaler|budget|monitor)$/;

describe("the order in which a service is made", () => {
  let services: Service[];
  let resources: readonly PlannedResource[];
  /** Everything below the component of a service. */
  const of = ({ name }: Pick<Service, "name">) => {
    const family = new Set([named(`workloads-${name}`).urn]);
    for (let size = 0; size < family.size; ) {
      size = family.size;
      for (const { urn, parent = "" } of resources) if (family.has(parent)) family.add(urn);
    }
    return resources.filter(({ custom, urn }) => custom && family.has(urn));
  };
  const named = (name: string) => resources.find((resource) => resource.name === name)!;

  before(async () => {
    const { plan, catalog } = await planWorkloads();
    ({ resources } = plan);
    services = catalog.services.filter(({ kind }) => archetypes[kind].inCluster);
  });

  it("starts it when all that it needs stands: accounts, identity, settings, policies, routes, analyses", () => {
    for (const service of services) {
      const rollout = named(`workloads-${service.name}-rollout`);
      const before = of(service).filter(({ name }) => !notBefore.test(name));
      assert.ok(before.length > 6, service.name);
      const early = before.filter(({ urn }) => !rollout.dependencies.includes(urn)).map(({ name }) => name);
      assert.deepEqual(early, [], service.name);
      for (const need of startupNeeds(service))
        assert.ok(rollout.dependencies.includes(named(`workloads-${need}-rollout`).urn), `${service.name} ${need}`);
    }
  });

  it("reads a password when it is there: External Secrets would fail on one that is not", () => {
    for (const { name } of services) {
      const value = named(`workloads-${name}-accounts-credentials-value`);
      if (value !== undefined) assert.ok(named(`workloads-${name}-secrets`).dependencies.includes(value.urn), name);
    }
  });
});
