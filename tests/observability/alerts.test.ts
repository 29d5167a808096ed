import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import { Alerts } from "../../components/observability/alerts.ts";
import { ruleFiles } from "../../components/observability/rules.ts";
import type { RuleGroup } from "../../components/observability/ruleTypes.ts";
import { completeContext, completeService } from "../rules/support/context.ts";
import { type ComponentPlan, familyProblems, planProgram } from "../support/planProgram.ts";

const ruleType = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";

/** The part of a planned PrometheusRule that is looked at. */
interface PlannedRule {
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  spec: { groups: RuleGroup[] };
}

describe("the rules as resources", () => {
  let plan: ComponentPlan;
  before(async () => {
    plan = await planProgram(() => {
      const provider = new kubernetes.Provider("kubernetes", { kubeconfig: "{}", clusterIdentifier: "trading" });
      new Alerts("alerts", { context: completeContext }, { providers: [provider] });
      new Alerts(
        "changed",
        {
          context: completeContext,
          transform: (args) => ({ ...args, metadata: { name: "changed", namespace: "elsewhere" } }),
        },
        { providers: [provider] },
      );
    }, "first");
  });
  const rules = (name: string) => plan.all(ruleType).filter((resource) => resource.name.startsWith(`${name}-`));
  const planned = () => rules("alerts").map(({ inputs }) => inputs as unknown as PlannedRule);

  it("are one object per category, one for the recordings and one per service with its promises, where Prometheus finds them", () => {
    const files = ruleFiles(completeContext);
    assert.deepEqual(
      planned()
        .map(({ metadata }) => metadata.name)
        .sort(),
      Object.keys(files)
        .map((subject) => `trading-${subject}`)
        .sort(),
    );
    for (const { metadata, spec } of planned()) {
      assert.equal(metadata.namespace, "monitoring");
      assert.deepEqual(spec.groups, files[metadata.labels.subject!]?.groups);
    }
  });

  it("belong to the component, by parent and name", () => {
    assert.ok(rules("alerts").length >= 9);
    const ours = plan.resources.filter(({ name }) => name.startsWith("alerts"));
    assert.deepEqual(familyProblems(Object.assign(Object.create(plan), { resources: ours }), "alerts"), []);
  });

  it("have group names that no other object has, and stay below what the cluster stores", () => {
    const groups = planned().flatMap(({ spec }) => spec.groups.map(({ name }) => name));
    assert.equal(new Set(groups).size, groups.length);
    for (const { metadata, spec } of planned()) assert.ok(JSON.stringify(spec).length < 1_000_000, metadata.name);
  });

  it("grow with the catalog in number, not in size", () => {
    const of = (count: number) => {
      const services = Array.from({ length: count }, (_, index) => ({ ...completeService, name: `service-${index}` }));
      return Object.entries(ruleFiles({ ...completeContext, services }));
    };
    const [few, many] = [of(10), of(200)];
    assert.equal(many.length - few.length, 190);
    const largest = Math.max(
      ...many.filter(([name]) => name.startsWith("slo-")).map(([, file]) => JSON.stringify(file).length),
    );
    assert.ok(largest < 100_000, `${largest} bytes`);
  });

  it("can be changed from outside", () => {
    assert.ok(
      rules("changed").every(({ inputs }) => (inputs as unknown as PlannedRule).metadata.namespace === "elsewhere"),
    );
  });
});
