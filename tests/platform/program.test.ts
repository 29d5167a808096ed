import assert from "node:assert/strict";
import { namespaceDefaults, planNamespaces } from "../../components/platform/namespacePlan.ts";
import type { Plan } from "../../plan/plan.ts";
import { type PlannedResource, secretMark, unknownMark } from "../../plan/resource.ts";
import { checkCustomResource, checkValues, needReference } from "../support/charts.ts";
import { createOrder } from "../support/planOrder.ts";
import { planOf } from "../support/plans.ts";
import { stackSettings } from "../support/platformPlan.ts";
import { hostAccess, plannedPods, podProblems } from "../support/podRules.ts";
import type { Tree } from "../support/reference.ts";
import { idleBudgets } from "../support/valuesRules.ts";

const releaseType = "kubernetes:helm.sh/v3:Release";
const isOpaque = (value: unknown) => value === secretMark || value === unknownMark;

/** Releases that the section "In the cluster" of the requirements comes to. */
const wanted: { [stack: string]: number } = { staging: 20, production: 22 };

/** Everything that the whole program puts into the cluster, whichever room it comes from. */
for (const [stack, releaseCount] of Object.entries(wanted)) {
  describe(`the cluster of the whole program, ${stack}`, () => {
    let plan: Plan;
    let objects: PlannedResource[];
    let releases: PlannedResource[];
    before(async () => {
      plan = await planOf(stack);
      objects = plan.resources.filter(({ type }) => type.startsWith("kubernetes:"));
      releases = objects.filter(({ type }) => type === releaseType);
    });

    it(`has at least ${releaseCount} releases`, () => {
      assert.ok(releases.length >= releaseCount, `${releases.length} releases`);
    });

    it("sets no key that a chart does not have", function () {
      needReference(this);
      const problems = releases.flatMap(({ inputs }) => {
        const chart = String(inputs.chart).split("/").at(-1)!;
        return chart.endsWith("-crds") ? [] : checkValues(chart, (inputs.values ?? {}) as Tree);
      });
      assert.deepEqual(problems, []);
    });

    it("has no custom resource that its CRD would refuse", function () {
      needReference(this);
      const described = objects.filter(({ type, inputs }) => type !== releaseType && inputs.kind !== undefined);
      assert.deepEqual(
        described.flatMap(({ inputs }) => checkCustomResource(inputs, { isOpaque })),
        [],
      );
    });

    it("has no container without resources, probes or a security context", () => {
      const pods = plannedPods(objects);
      assert.ok(pods.length > 10);
      assert.deepEqual(pods.flatMap(podProblems), []);
    });

    it("leaves half of each namespace's quota of pods to the charts", () => {
      const quotas = planNamespaces(stackSettings(stack).platform.quotas);
      const wrong = quotas.flatMap(({ name, quota }) => {
        const pods = plannedPods(objects).filter(({ namespace }) => namespace === name);
        const count = pods.reduce((sum, { replicas }) => sum + replicas, 0);
        return count * 2 <= quota.pods ? [] : [`${name}: ${count} pods of our own, quota ${quota.pods}`];
      });
      assert.deepEqual(wrong, []);
    });

    it("asks for the host only in the namespaces that are listed for it, and has budgets only for several pods", () => {
      const privileged = namespaceDefaults.filter(({ level }) => level === "privileged").map(({ name }) => name);
      const problems = releases.flatMap(({ name, inputs }) => [
        ...(privileged.includes(String(inputs.namespace)) ? [] : hostAccess(inputs.values)).map(
          (key) => `${name}: ${key}`,
        ),
        ...idleBudgets(inputs.values).map((key) => `${name}: ${key}`),
      ]);
      assert.deepEqual(problems, []);
    });

    it("puts nothing into the cluster before there are nodes to run it and volumes to keep it", () => {
      const order = createOrder(plan);
      const ground = objects.filter(({ parent }) => parent?.includes("compute:NodePools"));
      assert.ok(ground.length > 0);
      const early = objects.filter((resource) => {
        const earlier = order(resource);
        return !ground.includes(resource) && !ground.every(({ urn }) => earlier.has(urn));
      });
      assert.deepEqual(
        early.map(({ name, type }) => `${type} ${name}`),
        [],
      );
    });
  });
}
