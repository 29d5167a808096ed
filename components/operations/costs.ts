import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { CostsSettings } from "../../stack/sections/costs.ts";

/** What the watch over costs needs to be told. */
export interface CostsArgs {
  /** Section `costs` of the stack file: budget, shares, anomalies. */
  settings: CostsSettings;
  names: Names;
  /** Topic that is told; its policy and its key let Budgets and Cost Anomaly Detection in. */
  topicArn: pulumi.Input<string>;
}

/**
 * The budget of the account, which holds one environment, and AWS's watch for unusual costs. Counted over the account and
 * not by tag: AWS counts a tag only a day after it was activated, and untagged costs are the ones that surprise.
 *
 * Cost: none for the first two budgets of an account.
 */
export class Costs extends pulumi.ComponentResource {
  constructor(name: string, args: CostsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:operations:Costs", name, { settings: args.settings }, opts);
    createBudget(name, args, { parent: this });
    createAnomalies(name, args, { parent: this });
    this.registerOutputs({});
  }
}

function createBudget(
  name: string,
  { settings, names, topicArn }: CostsArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  const warning = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
    ...{ notificationType, threshold, thresholdType: "PERCENTAGE", comparisonOperator: "GREATER_THAN" },
    subscriberSnsTopicArns: [topicArn],
  });
  new aws.budgets.Budget(
    `${name}-monthly`,
    {
      name: `${names.prefix}-monthly`,
      budgetType: "COST",
      limitAmount: String(settings.monthlyUsd),
      limitUnit: "USD",
      timeUnit: "MONTHLY",
      notifications: [warning("FORECASTED", settings.forecastPercent), warning("ACTUAL", settings.actualPercent)],
    },
    opts,
  );
}

function createAnomalies(
  name: string,
  { settings, names, topicArn }: CostsArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  const monitorArn =
    settings.anomalyMonitorArn ??
    new aws.costexplorer.AnomalyMonitor(
      `${name}-services`,
      { name: `${names.prefix}-services`, monitorType: "DIMENSIONAL", monitorDimension: "SERVICE" },
      opts,
    ).arn;
  new aws.costexplorer.AnomalySubscription(
    `${name}-anomalies`,
    {
      name: `${names.prefix}-anomalies`,
      // At once is possible to SNS only.
      frequency: "IMMEDIATE",
      monitorArnLists: [monitorArn],
      subscribers: [{ type: "SNS", address: topicArn }],
      thresholdExpression: {
        dimension: {
          key: "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
          matchOptions: ["GREATER_THAN_OR_EQUAL"],
          values: [String(settings.anomalyUsd)],
        },
      },
    },
    opts,
  );
}
