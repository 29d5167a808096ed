import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkName, type Names } from "../../stack/naming.ts";
import { createLogGroup, type LogGroupSettings } from "../data/logGroups.ts";
import { policyDocument } from "../policyDocument.ts";
import { type FirewallRequest, firewallMetric, firewallRules, visibility } from "./firewallRules.ts";

/** What the web firewall needs to be told. */
export interface EdgeFirewallArgs extends FirewallRequest {
  /** Physical names: the prefix ends the name of the log group, which AWS wants to begin with `aws-waf-logs-`. */
  names: Names;
  /** Retention and key of the log group. */
  logs: LogGroupSettings;
  accountId: string;
  region: string;
  /**
   * Application Load Balancers made elsewhere that the firewall stands before.
   * @default none: the gateway's own balancer refers to the firewall by its ARN
   */
  loadBalancerArns?: readonly string[];
  /** Last word on the firewall's own arguments. */
  transform?: { webAcl?: (args: aws.wafv2.WebAclArgs) => aws.wafv2.WebAclArgs };
}

/**
 * The web firewall before the load balancer: a rate per client and AWS's managed rules, with a log of what was refused.
 *
 * Cost: 5 USD a month, 1 USD for each rule, 0.60 USD per million requests.
 */
export class EdgeFirewall extends pulumi.ComponentResource {
  /** ARN to attach to an Application Load Balancer. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EdgeFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "trading-platform:network:EdgeFirewall",
      name,
      { requestsPerSecond: args.requestsPerSecond, managedRuleGroups: args.managedRuleGroups },
      opts,
    );
    const parent = { parent: this };

    const webAcl = createWebAcl(name, args, parent);
    createLog(name, args, webAcl, parent);
    for (const [index, resourceArn] of (args.loadBalancerArns ?? []).entries()) {
      new aws.wafv2.WebAclAssociation(`${name}-association-${index}`, { webAclArn: webAcl.arn, resourceArn }, parent);
    }

    this.arn = webAcl.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

function createWebAcl(name: string, args: EdgeFirewallArgs, opts: pulumi.CustomResourceOptions): aws.wafv2.WebAcl {
  const webAclArgs: aws.wafv2.WebAclArgs = {
    description: "Before the load balancer: rate per client, managed rules",
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    rules: firewallRules(args),
    visibilityConfig: visibility(firewallMetric),
  };
  return new aws.wafv2.WebAcl(`${name}-acl`, args.transform?.webAcl?.(webAclArgs) ?? webAclArgs, opts);
}

/** Records refused and counted requests, not the allowed ones, and never credentials. */
function createLog(
  name: string,
  args: EdgeFirewallArgs,
  webAcl: aws.wafv2.WebAcl,
  opts: pulumi.CustomResourceOptions,
): void {
  const logGroupName = checkName("firewallLog", `aws-waf-logs-${args.names.prefix}`);
  const logGroup = createLogGroup(`${name}-log-group`, logGroupName, args.logs, opts);
  const permission = new aws.cloudwatch.LogResourcePolicy(
    `${name}-log-permission`,
    {
      policyName: logGroupName,
      policyDocument: policyDocument([
        {
          Principal: { Service: "delivery.logs.amazonaws.com" },
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: pulumi.interpolate`${logGroup.arn}:*`,
          Condition: {
            StringEquals: { "aws:SourceAccount": args.accountId },
            ArnLike: { "aws:SourceArn": `arn:aws:logs:${args.region}:${args.accountId}:*` },
          },
        },
      ]),
    },
    opts,
  );
  const keep = (action: string) => ({
    behavior: "KEEP",
    requirement: "MEETS_ANY",
    conditions: [{ actionCondition: { action } }],
  });
  new aws.wafv2.WebAclLoggingConfiguration(
    `${name}-log`,
    {
      resourceArn: webAcl.arn,
      logDestinationConfigs: [logGroup.arn],
      redactedFields: ["authorization", "cookie"].map((header) => ({ singleHeader: { name: header } })),
      loggingFilter: { defaultBehavior: "DROP", filters: [keep("BLOCK"), keep("COUNT")] },
    },
    { ...opts, dependsOn: permission },
  );
}
