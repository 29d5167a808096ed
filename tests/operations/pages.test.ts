import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { planOf, stacks } from "../support/plans.ts";

const directory = join(import.meta.dirname, "../../docs/operations");
const pages = readdirSync(directory).filter((name) => name.endsWith(".md"));

describe("pages of operations", () => {
  /** Logical names of both stacks, and every text among the resources' inputs. */
  const logical = new Set<string>();
  const texts: string[] = [];
  before(async () => {
    for (const stack of stacks)
      for (const { name, inputs } of (await planOf(stack)).resources) {
        logical.add(name);
        JSON.stringify(inputs, (_, value: unknown) => {
          if (typeof value === "string") texts.push(value);
          return value;
        });
      }
  });

  for (const page of pages) {
    const text = readFileSync(join(directory, page), "utf8");

    it(`${page} names resources as the plan does`, () => {
      for (const [, name] of text.matchAll(/--(?:replace|target) '\*\*(?:::)?([a-z0-9-]+)'/g))
        assert.ok(
          [...logical].some((known) => known.endsWith(name!)),
          name,
        );
    });

    it(`${page} names what is in AWS as the plan does`, () => {
      const names = text
        .replaceAll("<prefix>", "trading-platform-production")
        .matchAll(/(?:alias\/)?trading-platform-(?:staging|production)[-/][a-z0-9-]+/g);
      for (const [name] of names) {
        const known = name.replace(/-(restored|before)$/, "").replace(/-$/, "");
        // The key of the stack's own secrets is made by hand before the first update.
        if (known.startsWith("alias/") && known.endsWith("-pulumi")) continue;
        assert.ok(
          texts.some((each) => each.startsWith(known)),
          name,
        );
      }
    });
  }

  it("say of each copy that is made where it is and how it comes back", () => {
    const recovery = readFileSync(join(directory, "recovery.md"), "utf8");
    const copies = texts.filter((name) => /^trading-platform-production-[a-z-]+-snapshots-\d{12}-/.test(name));
    assert.ok(copies.length >= 3);
    for (const bucket of copies)
      assert.ok(recovery.includes(bucket.replace(/^.*production(-.+-snapshots).*$/, "<prefix>$1-…")), bucket);
  });

  it("say of each key in the recovery region that it opens there", () => {
    const recovery = readFileSync(join(directory, "recovery.md"), "utf8");
    const replicas = [...logical].filter((name) => /^keys-.*-replica-alias$/.test(name));
    assert.ok(replicas.length >= 3);
    for (const name of replicas)
      assert.ok(recovery.includes(`\`alias/<prefix>/${name.slice("keys-".length, -"-replica-alias".length)}\``), name);
  });
});
