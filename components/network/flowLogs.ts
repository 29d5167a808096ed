import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import { createLogGroup, type LogGroupSettings } from "../data/logGroups.ts";
import { policyDocument, serviceTrust } from "../policyDocument.ts";

/** Where the record of all connections goes. */
export interface FlowLogsArgs {
  /** VPC to watch. */
  vpcId: pulumi.Input<string>;
  /** Physical names: the log group's is known in advance. */
  names: Names;
  /** Retention and key of the log group. */
  logs: LogGroupSettings;
  /**
   * Seconds over which connections are summed up: 60 or 600. 60 costs up to ten times as many records and shows an
   * attack nine minutes sooner.
   */
  flowLogAggregationSeconds: 60 | 600;
  /** Account, so that no other account's flow logs can use the role (confused deputy). */
  accountId: string;
}

/** Records accepted and refused connections of a VPC in CloudWatch Logs, encrypted by the key for logs. */
export class FlowLogs extends pulumi.ComponentResource {
  readonly logGroupName: pulumi.Output<string>;

  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:network:FlowLogs", name, { retentionDays: args.logs.retentionDays }, opts);
    const parent = { parent: this };

    const logGroup = createLogGroup(`${name}-group`, args.names.logGroup("network/flow"), args.logs, parent);
    const { role, policy } = createRole(name, args, logGroup, parent);
    new aws.ec2.FlowLog(
      `${name}-log`,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: logGroup.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: args.flowLogAggregationSeconds,
      },
      { parent: this, dependsOn: policy },
    );

    this.logGroupName = logGroup.name;
    this.registerOutputs({ logGroupName: this.logGroupName });
  }
}

function createRole(
  name: string,
  args: FlowLogsArgs,
  logGroup: aws.cloudwatch.LogGroup,
  opts: pulumi.CustomResourceOptions,
): { role: aws.iam.Role; policy: pulumi.Resource } {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      description: "VPC flow logs write to their log group",
      assumeRolePolicy: serviceTrust("vpc-flow-logs.amazonaws.com", args),
    },
    opts,
  );
  const document = policyDocument([
    {
      Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      Resource: [logGroup.arn, pulumi.interpolate`${logGroup.arn}:*`],
    },
    { Action: "logs:DescribeLogGroups", Resource: "*" },
  ]);
  const policy = new aws.iam.RolePolicy(`${name}-policy`, { role: role.id, policy: document }, opts);
  return { role, policy };
}
