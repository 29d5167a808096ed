import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { Plan } from "../../plan/plan.ts";
import { isStateful } from "../../plan/stateful.ts";
import { viewPlan } from "../../plan/view.ts";
import { planOf, stacks } from "../support/plans.ts";

describe("the view of a plan", () => {
  for (const stack of stacks) {
    describe(stack, () => {
      let plan: Plan;
      let plain: string[];
      before(async () => {
        plan = await planOf(stack);
        plain = viewPlan(plan, { colour: false, width: 100 }).trimEnd().split("\n");
      });

      it("keeps within the width and says the same with colours as without", () => {
        const warnings = new Set(plan.warnings.map((warning) => `  ${warning}`));
        const [, ...below] = plain;
        for (const line of below.filter((line) => !warnings.has(line))) assert.ok(line.length <= 100, line);
        const coloured = viewPlan(plan, { colour: true, width: 100 });
        assert.ok(coloured.includes("\x1b["));
        assert.equal(stripVTControlCharacters(coloured).trimEnd(), plain.join("\n"));
      });

      it("shows what holds data and is not protected, and counts what is", () => {
        const stateful = plan.resources.filter(isStateful);
        const held = stateful.filter(({ protect }) => protect).length;
        const state = plain.find((line) => line.startsWith("State "))!;
        assert.match(state, new RegExp(`^State ${stateful.length} resources with data, ${held} protected`));
        const rows = plain
          .slice(plain.indexOf(state))
          .map((line) => /^ {2}(protected|unprotected) +\S/.exec(line)?.[1]);
        assert.equal(rows.includes("unprotected"), held < stateful.length);
        assert.equal(rows.includes("protected"), held > 0);
      });

      it("counts every resource once: in the head, by room, by component and by type", () => {
        const all = plan.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:")).length;
        assert.match(plain[0]!, new RegExp(`  ${all} resources in `));
        const rooms = plain.flatMap((line) => /^\w+ (\d+) resources?$/.exec(line)?.[1] ?? []).map(Number);
        assert.equal(sum(rooms), all);
        const state = plain.findIndex((line) => line.startsWith("State "));
        const rows = plain.slice(0, state).flatMap((line) => /^ {2}\S+ +(\d+) {2}(?=\w)/.exec(line)?.[1] ?? []);
        assert.equal(sum(rows.map(Number)), all);
        const kinds = plain
          .slice(1, state)
          .filter((line) => line.startsWith("  "))
          .flatMap((line) => line.replace(/^ {2}\S+ +\d+ {2}|^ +/, "").split(/, ?/))
          .filter((kind) => kind !== "")
          .map((kind) => Number(/ ×(\d+)$/.exec(kind)?.[1] ?? 1));
        assert.equal(sum(kinds), all);
      });
    });
  }
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
