import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { createOrder } from "../support/planOrder.ts";
import { planPlatform } from "../support/platformPlan.ts";

const releaseType = "kubernetes:helm.sh/v3:Release";
const bundleType = "kubernetes:yaml/v2:ConfigFile";

/** What brings the kinds of a group: a release by its name, or a bundle of CRDs by the end of its logical name. */
const bringers: [group: RegExp, bringer: string][] = [
  [/^monitoring\.coreos\.com/, "prometheus-operator-crds"],
  [/^gateway\.networking\.k8s\.io/, "gateway-api"],
  [/^gateway\.nginx\.org/, "nginx-gateway-fabric"],
  [/^kafka\.strimzi\.io/, "strimzi-kafka-operator"],
  [/^cert-manager\.io/, "cert-manager"],
  [/external-secrets\.io/, "external-secrets"],
  [/\.k8s\.elastic\.co/, "eck-operator"],
  [/^argoproj\.io/, "argo-rollouts"],
];

for (const stack of ["staging", "production"]) {
  describe(`the order of installation in ${stack}`, () => {
    let plan: Plan;
    let order: ReturnType<typeof createOrder>;
    before(async () => {
      plan = await planPlatform(stack);
      order = createOrder(plan);
    });

    /** True when the named release or bundle stands before the resource. */
    function follows(resource: PlannedResource, bringer: string): boolean {
      const earlier = order(resource);
      return plan.resources.some(
        ({ urn, type, name, inputs }) =>
          earlier.has(urn) &&
          ((type === releaseType && inputs.name === bringer) || (type === bundleType && name.endsWith(bringer))),
      );
    }

    it("brings every kind before its first resource", () => {
      const wrong = plan.resources.flatMap((resource) => {
        const bringer = bringers.find(([group]) => group.test(String(resource.inputs.apiVersion ?? "")))?.[1];
        return bringer === undefined || follows(resource, bringer)
          ? []
          : [`${resource.name} does not wait for ${bringer}`];
      });
      assert.deepEqual(wrong, []);
    });

    it("brings the kinds of monitors before every chart that makes some, for charts drop them without a word", () => {
      const releases = plan.resources.filter(({ type }) => type === releaseType);
      const makers = releases.filter(({ inputs }) =>
        /"(service|pod)[mM]onitor":\{"enabled":true/.test(JSON.stringify(inputs)),
      );
      assert.ok(makers.length >= 5);
      assert.deepEqual(
        makers.filter((release) => !follows(release, "prometheus-operator-crds")).map(({ name }) => name),
        [],
      );
    });

    it("makes each namespace, with its policies, before anything in it", () => {
      const inNamespaces = plan.resources.filter(({ type, parent }) => {
        return type.startsWith("kubernetes:") && !parent?.includes("platform:Namespaces");
      });
      const wrong = inNamespaces.flatMap((resource) => {
        const metadata = resource.inputs.metadata as { namespace?: string } | undefined;
        const namespace = metadata?.namespace ?? resource.inputs.namespace;
        if (namespace === undefined) return [];
        const earlier = order(resource);
        const made = [`namespaces-${namespace}`, `namespaces-${namespace}-default-deny`].every((name) =>
          plan.resources.some(({ urn, name: logical }) => logical.endsWith(name) && earlier.has(urn)),
        );
        return made ? [] : [`${resource.name} does not wait for ${namespace}`];
      });
      assert.deepEqual(wrong, []);
    });

    it("has no release that two others would install under the same name", () => {
      const names = plan.resources
        .filter(({ type }) => type === releaseType)
        .map(({ inputs }) => `${inputs.namespace}/${inputs.name}`);
      assert.deepEqual([...new Set(names)].length, names.length);
    });
  });
}

describe("the order itself", () => {
  it("knows dependencies, those of parents, and the inside of components", () => {
    const make = (urn: string, custom: boolean, dependencies: string[] = [], parent?: string) =>
      ({ urn, custom, dependencies, parent, inputs: {} }) as unknown as PlannedResource;
    const resources = [
      make("room", false),
      make("in-room", true, [], "room"),
      make("house", false, ["room"]),
      make("in-house", true, [], "house"),
      make("apart", true),
    ];
    const order = createOrder({ resources } as unknown as Plan);
    assert.deepEqual([...order(resources[3]!)].sort(), ["in-room", "room"]);
    assert.deepEqual([...order(resources[4]!)], []);
  });
});
