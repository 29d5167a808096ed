import assert from "node:assert/strict";
import { allAlerts } from "../../components/observability/alerts/catalogue.ts";
import { alertRule } from "../../components/observability/rules.ts";
import { requireTool } from "../support/tools.ts";
import { completeContext } from "./support/context.ts";
import { equivalenceOf, equivalences } from "./support/equivalentMutants.ts";
import { mutantsOf } from "./support/mutants.ts";
import { runMutants } from "./support/mutationRun.ts";

const alert = (name: string) => allAlerts(completeContext).find((each) => each.name === name)!;
const changes = (name: string) =>
  mutantsOf(alert(name), alertRule(alert(name), completeContext)).map(({ kind, change }) => `${kind}: ${change}`);

describe("mutants of alerts", () => {
  it("change numbers, operators, durations, ranges and selectors", () => {
    assert.deepEqual(
      changes("TooManyRestarts").map((change) => change.replace(/ at \d+$/, "")),
      [
        "threshold: 3 → 6",
        "threshold: 3 → 1.5",
        "operator: > → <",
        "operator: > → >=",
        "window: [15m] → three times",
        "window: [15m] → a third",
        'selector: without namespace=~"trading.*"',
        "duration: for 0 → 5m",
      ],
    );
  });

  it("differ from the rule, every one", () => {
    for (const each of allAlerts(completeContext)) {
      const rule = alertRule(each, completeContext);
      for (const { change, rule: mutant } of mutantsOf(each, rule)) {
        assert.notDeepEqual(
          { expr: mutant.expr, for: mutant.for },
          { expr: rule.expr, for: rule.for },
          `${each.name}: ${change}`,
        );
      }
    }
  });

  it("leave numbers in names, ranges and label values alone", () => {
    assert.equal(
      changes("HighErrorRate").some((change) => /rate5m|^threshold: 5 /.test(change)),
      false,
    );
    assert.equal(
      changes("UnauthorizedAccessFlood").some((change) => /401/.test(change) && change.startsWith("threshold")),
      false,
    );
  });

  it("look for another quantile", () => {
    assert.deepEqual(
      changes("HighResponseTimeP95").filter((change) => change.startsWith("quantile")),
      ["quantile: 0.95 → 0.5 at 19", "quantile: 0.95 → 0.999 at 19"],
    );
  });

  it("are excused only with a reason, by name, kind and change", () => {
    const rule = alertRule(alert("Watchdog"), completeContext);
    const result = (change: string) => ({
      ...{ alert: "Watchdog", killed: false, mutant: { kind: "threshold" as const, change, rule } },
    });
    assert.match(equivalenceOf(result("1 → 2 at 7"))?.why ?? "", /not compared/);
    assert.equal(equivalenceOf({ ...result("1 → 2 at 7"), alert: "ServiceDown" }), undefined);
    assert.equal(equivalenceOf(result("0 → 1 at 7")), undefined);
    for (const { why } of equivalences) assert.ok(why.length > 20);
  });

  it("are noticed by the cases of the disk alerts", async function () {
    const { path } = await requireTool("promtool", this);
    const results = await runMutants(path, completeContext, /^(HighDiskUsage|ServiceDown|KafkaBrokerDown)$/);
    const survivors = results
      .filter(({ killed }) => !killed)
      .map(({ alert: name, mutant }) => `${name}: ${mutant.change}`);
    assert.ok(results.length > 20);
    assert.ok(survivors.length <= results.length * 0.1, survivors.join("\n"));
  });
});
