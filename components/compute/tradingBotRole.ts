import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type PolicyStatement, policyDocument } from "../policyDocument.ts";

/** What the bot's role is made of. */
export interface TradingBotRoleArgs {
  accountId: string;
  region: string;
  /** Name of the Auto Scaling group, whose instances may ask for their own replacement. */
  groupName: string;
  /** Repository of the image, without the registry. */
  repository: string;
  /** Log groups that the CloudWatch agent writes to. */
  logGroupNames: readonly string[];
  /** Namespace of the machine's metrics. */
  metricNamespace: string;
  /** SSM parameter with the allowed addresses. */
  egressParameter?: string;
  /** What the catalog lets the bot do: read its secrets, its buckets. */
  statements: readonly PolicyStatement[];
}

/** What the machine itself must be allowed, apart from what the catalog gives the bot. */
function machineStatements(args: Omit<TradingBotRoleArgs, "statements">): PolicyStatement[] {
  const { region, accountId } = args;
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
  return [
    // ECR's sign-in has no resource to name.
    { Sid: "RegistrySignIn", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: "PullImage",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: arn("ecr", `repository/${args.repository}`),
    },
    {
      Sid: "ShipLogs",
      Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: args.logGroupNames.flatMap((group) => [
        arn("logs", `log-group:${group}`),
        arn("logs", `log-group:${group}:*`),
      ]),
    },
    {
      Sid: "BeatAndMeasure",
      Action: "cloudwatch:PutMetricData",
      // CloudWatch knows no resources for metrics; the namespace is the limit.
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": args.metricNamespace } },
    },
    {
      Sid: "AskForReplacement",
      Action: "autoscaling:SetInstanceHealth",
      Resource: arn("autoscaling", `autoScalingGroup:*:autoScalingGroupName/${args.groupName}`),
    },
    ...(args.egressParameter === undefined
      ? []
      : [
          {
            Sid: "ReadAllowedAddresses",
            Action: "ssm:GetParameter",
            Resource: arn("ssm", `parameter${args.egressParameter}`),
          },
        ]),
  ];
}

/** The instance's role: Session Manager in place of SSH, and the statements above. */
export function createInstanceProfile(name: string, args: TradingBotRoleArgs, opts: pulumi.CustomResourceOptions) {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      description: "The trading bot on EC2: reads its secrets, pulls its image, ships its logs",
      assumeRolePolicy: policyDocument([{ Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }]),
    },
    opts,
  );
  const policies = [
    new aws.iam.RolePolicyAttachment(
      `${name}-session-manager`,
      { role: role.name, policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
      opts,
    ),
    new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: policyDocument([...machineStatements(args), ...args.statements]) },
      opts,
    ),
  ];
  const profile = new aws.iam.InstanceProfile(`${name}-profile`, { role: role.name }, opts);
  return { profile, policies };
}
