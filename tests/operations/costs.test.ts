import assert from "node:assert/strict";
import { Costs } from "../../components/operations/costs.ts";
import { topicPolicy } from "../../components/operations/topicPolicy.ts";
import { keyPolicy } from "../../components/security/keyPolicies.ts";
import { costsSchema } from "../../stack/sections/costs.ts";
import { base } from "../support/dataArgs.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";
import { planOf, stacks } from "../support/plans.ts";

const topicArn = "arn:aws:sns:us-east-1:111122223333:warning";
const plan = (change: Record<string, unknown> = {}) =>
  planProgram(() => {
    new Costs("costs", { names: base.names, topicArn, settings: costsSchema.parse({ monthlyUsd: 1000, ...change }) });
  });

const subscription = "aws:costexplorer/anomalySubscription:AnomalySubscription";

describe("operations/costs", () => {
  it("warns of a forecast before the money is spent, and again when it is", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "costs"), []);
    const { inputs } = planned.one("aws:budgets/budget:Budget");
    assert.deepEqual([inputs.limitAmount, inputs.limitUnit, inputs.timeUnit], ["1000", "USD", "MONTHLY"]);
    assert.deepEqual(
      (inputs.notifications as Record<string, unknown>[]).map((notification) => [
        notification.notificationType,
        notification.threshold,
        notification.subscriberSnsTopicArns,
      ]),
      [
        ["FORECASTED", 80, [topicArn]],
        ["ACTUAL", 100, [topicArn]],
      ],
    );
  });

  it("tells unusual costs at once, by a monitor of its own or by the one that the account has", async () => {
    const own = await plan({ anomalyUsd: 75 });
    const { inputs, propertyDependencies } = own.one(subscription);
    assert.equal(inputs.frequency, "IMMEDIATE");
    assert.deepEqual(inputs.subscribers, [{ type: "SNS", address: topicArn }]);
    assert.match(JSON.stringify(inputs.thresholdExpression), /ANOMALY_TOTAL_IMPACT_ABSOLUTE.*"75"/);
    const monitor = own.one("aws:costexplorer/anomalyMonitor:AnomalyMonitor");
    assert.deepEqual(propertyDependencies.monitorArnLists, [monitor.urn]);
    const anomalyMonitorArn = "arn:aws:ce::111122223333:anomalymonitor/0123";
    const known = await plan({ anomalyMonitorArn });
    assert.deepEqual(known.one(subscription).inputs.monitorArnLists, [anomalyMonitorArn]);
    assert.equal(known.all("aws:costexplorer/anomalyMonitor:AnomalyMonitor").length, 0);
  });

  it("can publish: topic and key let both services in", () => {
    const topic = JSON.stringify(topicPolicy("warning", topicArn, "111122223333"));
    const place = { accountId: "111122223333", region: "us-east-1", regions: ["us-east-1"] };
    const key = JSON.stringify(keyPolicy("notifications", place));
    for (const service of ["budgets.amazonaws.com", "costalerts.amazonaws.com"])
      for (const policy of [topic, key]) assert.ok(policy.includes(service), service);
  });

  for (const stack of stacks)
    it(`watches ${stack}, by the topic of warnings`, async () => {
      const { resources } = await planOf(stack);
      const [policy] = resources.filter(({ name }) => name === "notifications-warning-policy");
      for (const type of ["aws:budgets/budget:Budget", subscription]) {
        const found = resources.filter((resource) => resource.type === type);
        assert.equal(found.length, 1, type);
        assert.ok(found[0]!.dependencies.includes(policy!.urn), type);
      }
    });
});
