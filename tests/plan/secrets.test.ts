import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { plantedSecret } from "../../plan/cloudOutputs.ts";
import { planStack } from "../../plan/plan.ts";
import { secretMark } from "../../plan/resource.ts";
import { viewPlan } from "../../plan/view.ts";
import { renderFiles } from "../../plan/write/write.ts";
import { modes, planOf, stacks } from "../support/plans.ts";

describe("secrets in the plan", () => {
  for (const stack of stacks) {
    for (const mode of modes) {
      it(`never show in any file or on the terminal: ${stack}, ${mode}`, async () => {
        const plan = await planOf(stack, mode);
        for (const [path, text] of Object.entries(renderFiles(plan))) {
          assert.ok(!text.includes(plantedSecret), `${path} shows a secret`);
        }
        assert.ok(!viewPlan(plan, { colour: false, width: 120 }).includes(plantedSecret));
      });
    }
    it(`stay secret in the state: ${stack} says so of every output that repeats a secret input`, async () => {
      for (const { custom, name, inputs, additionalSecretOutputs } of (await planOf(stack)).resources)
        for (const [key, value] of Object.entries(custom ? inputs : {}))
          if (JSON.stringify(value).includes(secretMark))
            assert.ok(additionalSecretOutputs.includes(key), `${name} ${key}`);
    });
    it(`exist: ${stack} makes passwords and masks them where they are used`, async () => {
      const { resources } = await planOf(stack);
      assert.ok(resources.some(({ type }) => type === "random:index/randomPassword:RandomPassword"));
      assert.ok(JSON.stringify(resources).includes(secretMark));
    });
  }

  it("are found when a program lets one slip: the test above can fail", async () => {
    const plan = await planStack({
      stack: "staging",
      program: async () => {
        const password = new random.RandomPassword("leak", { length: 20 });
        new random.RandomId("clear", { byteLength: 4, keepers: { leaked: pulumi.unsecret(password.result) } });
        return {};
      },
    });
    assert.ok(renderFiles(plan)["plan.json"]!.includes(plantedSecret));
  });

  it("are masked where a resource says that one of its outputs is secret", async () => {
    const { resources } = await planStack({
      stack: "staging",
      program: async () => {
        const made = new random.RandomId(
          "made",
          { byteLength: 4, prefix: "clear" },
          { additionalSecretOutputs: ["prefix"] },
        );
        new random.RandomId("user", { byteLength: 4, keepers: { prefix: made.prefix as pulumi.Output<string> } });
        return {};
      },
    });
    assert.deepEqual(resources.find(({ name }) => name === "user")?.inputs.keepers, { prefix: secretMark });
  });

  it("are masked in Secrets of Kubernetes, and only one that says it holds configuration is shown", async () => {
    const { resources } = await planStack({
      stack: "staging",
      program: async () => {
        const provider = new kubernetes.Provider("kubernetes", { kubeconfig: "{}" });
        const stringData = { text: "one of these is for nobody" };
        const holds = { "trading-platform/holds": "configuration" };
        for (const [name, annotations] of Object.entries({ login: {}, settings: holds }))
          new kubernetes.core.v1.Secret(name, { metadata: { name, annotations }, stringData }, { provider });
        return {};
      },
    });
    const shown = (wanted: string) => resources.find(({ name }) => name === wanted)!.inputs.stringData;
    assert.equal(shown("login"), secretMark);
    assert.deepEqual(shown("settings"), { text: "one of these is for nobody" });
  });

  it("stay masked through apply, interpolation and nesting", async () => {
    const plan = await planStack({
      stack: "staging",
      program: async () => {
        const password = new random.RandomPassword("password", { length: 20 });
        const url = pulumi.interpolate`amqps://user:${password.result}@broker`;
        new random.RandomId("user", {
          byteLength: 4,
          keepers: { url, upper: password.result.apply((text) => text.toUpperCase()) },
        });
        return {};
      },
    });
    const text = renderFiles(plan)["plan.json"]!;
    assert.ok(!text.toLowerCase().includes(plantedSecret));
    assert.ok(text.includes(secretMark));
  });
});
