import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { allAlerts } from "../../components/observability/alerts/catalogue.ts";
import type { AlertDefinition } from "../../components/observability/alerts/types.ts";
import { alertRule, ruleFiles } from "../../components/observability/rules.ts";
import { requireTool } from "../support/tools.ts";
import { completeContext } from "./support/context.ts";
import { inTemporaryDirectory, run, testRules } from "./support/promtool.ts";
import { stackContexts } from "./support/stacks.ts";
import { unitTest } from "./support/unitTests.ts";

const alerts = allAlerts(completeContext);

describe("alerts under promtool", () => {
  let promtool = "";
  before(async function () {
    promtool = (await requireTool("promtool", this)).path;
  });

  it("fire and stay silent as their cases say, every one of them", async () => {
    const tests = new Map(
      alerts.map((alert, index) => [
        `${index}-${alert.name}`,
        (file: string) => unitTest(alert, completeContext, file),
      ]),
    );
    const verdicts = await testRules(promtool, tests);
    const failed = [...verdicts].filter(([, verdict]) => verdict !== undefined);
    assert.equal(verdicts.size, alerts.length);
    assert.deepEqual(
      failed.map(([name, verdict]) => `${name}: ${verdict}`),
      [],
    );
  }).timeout(240_000);

  it("have rule files that promtool accepts, in both stacks, without doubles", async () => {
    await inTemporaryDirectory(async (directory) => {
      for (const [stack, context] of Object.entries(await stackContexts())) {
        const names: string[] = [];
        for (const [name, file] of Object.entries(ruleFiles(context))) {
          names.push(`${stack}-${name}.yaml`);
          await writeFile(join(directory, names.at(-1)!), stringify(file, { lineWidth: 0 }));
        }
        const { code, output } = await run(
          promtool,
          ["check", "rules", "--lint=all", "--lint-fatal", ...names],
          directory,
        );
        assert.equal(code, 0, output);
        assert.equal((output.match(/SUCCESS/g) ?? []).length, names.length, output);
      }
    });
  }).timeout(60_000);

  it("are not believed when a rule is wrong", async () => {
    const alert = alerts.find(({ name }) => name === "ServiceDown") as AlertDefinition;
    const rule = alertRule(alert, completeContext);
    const verdicts = await testRules(
      promtool,
      new Map([
        ["right", (file: string) => unitTest(alert, completeContext, file)],
        [
          "wrong",
          (file: string) =>
            unitTest(alert, completeContext, file, { ...rule, expr: rule.expr.replace("== 0", "== 1") }),
        ],
        ["late", (file: string) => unitTest(alert, completeContext, file, { ...rule, for: "5m" })],
        ["early", (file: string) => unitTest(alert, completeContext, file, { ...rule, for: "0s" })],
      ]),
    );
    assert.deepEqual(
      [...verdicts].filter(([, verdict]) => verdict !== undefined).map(([name]) => name),
      ["wrong", "late", "early"],
    );
  });
});
