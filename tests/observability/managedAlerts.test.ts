import assert from "node:assert/strict";
import { logAlerts } from "../../components/observability/grafana/logs/all.ts";
import { managedAlerts } from "../../components/observability/managedAlerts.ts";
import { completeContext } from "../rules/support/context.ts";
import { seriesKnowledge } from "../rules/support/knowledge.ts";
import { infer, typeErrors } from "../rules/support/promql.ts";
import { syntaxErrors } from "../support/logql.ts";

const known = seriesKnowledge(completeContext);
const problems = (expr: string) => [...typeErrors(expr), ...infer(expr, known).problems];

describe("alerts of Grafana and AWS: their queries", () => {
  for (const { name, runbook } of managedAlerts()) {
    it(`${name}: every query of its runbook can be run`, () => {
      for (const { promql, logql } of runbook.diagnosis) {
        // A person who looks may see every replica's own word.
        const wrong = problems(promql ?? "vector(1)").filter((problem) => !problem.includes("by nothing"));
        assert.deepEqual(wrong, [], promql);
        if (logql !== undefined) assert.deepEqual(syntaxErrors(logql), [], logql);
      }
    });
  }

  it("read only series of the contract, where a rule asks Prometheus", () => {
    const expressions = logAlerts({ criticalServices: ["trading-system"] }).flatMap(({ queries }) =>
      queries.flatMap((query) => (query.kind === "prometheus" ? [query.expr] : [])),
    );
    assert.equal(expressions.length, 1);
    for (const expr of expressions) assert.deepEqual(problems(expr), [], expr);
    assert.ok(problems("sum(increase(trades_totals[15m]))").length > 0, "an unknown series must be found");
  });
});
