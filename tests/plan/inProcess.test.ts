import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { planStack } from "../../plan/plan.ts";
import { planJson } from "../../plan/write/write.ts";
import { modes, planOf, stacks } from "../support/plans.ts";

/** A resource of no provider, with a value of every kind among its inputs. */
class Thing extends pulumi.CustomResource {
  declare readonly text: pulumi.Output<string>;
  declare readonly map: pulumi.Output<Record<string, unknown>>;
  constructor(name: string, inputs: Record<string, unknown>, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { text: undefined, map: undefined, ...inputs }, opts);
  }
}

async function everyKind(): Promise<Record<string, unknown>> {
  const first = new Thing("first", {
    text: "plain",
    map: { b: 1, a: [undefined, null, { z: undefined, y: false }] },
    ignored: () => 1,
    nothing: undefined,
    none: null,
  });
  const second = new Thing(
    "second",
    {
      text: first.text,
      map: { secret: pulumi.secret("hidden"), promise: Promise.resolve({ id: first.id }), list: [first.text, 2] },
      reference: first,
      asset: new pulumi.asset.StringAsset("content"),
    },
    { additionalSecretOutputs: ["text"] },
  );
  // Read long after the registration was answered.
  await new Promise((resolve) => second.urn.apply(resolve));
  new Thing("third", { text: second.text, map: first.map, depth: second.map.apply((map) => map) });
  return {};
}

describe("a plan without the SDK's habits that serve a real engine only", () => {
  for (const mode of modes) {
    it(`is the same for every kind of input, ${mode}`, async () => {
      const request = { stack: stacks[0]!, mode, program: everyKind };
      const abridged = await planStack(request);
      assert.equal(abridged.resources.filter(({ type }) => type === "test:index:Thing").length, 3);
      assert.equal(planJson(abridged), planJson(await planStack({ ...request, unabridged: true })));
    });
  }

  it("is the same for a real stack", async function () {
    this.timeout(60_000);
    const [stack = ""] = stacks;
    const abridged = planJson(await planOf(stack));
    assert.ok(abridged === planJson(await planStack({ stack, unabridged: true })), "the plans differ");
  });
});
