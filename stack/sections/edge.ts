import { z } from "zod";

/** Groups of rules that AWS keeps up to date. */
export const managedRuleGroups = [
  "AWSManagedRulesAmazonIpReputationList",
  "AWSManagedRulesAnonymousIpList",
  "AWSManagedRulesCommonRuleSet",
  "AWSManagedRulesKnownBadInputsRuleSet",
  "AWSManagedRulesSQLiRuleSet",
] as const;

/** Where the world meets the platform: who may come, and what the web firewall lets through. */
export const edgeSchema = z.strictObject({
  /** Ranges that may reach the load balancer; `0.0.0.0/0` is everybody. */
  allowedRanges: z
    .array(
      z
        .string()
        .regex(
          /^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)\/(3[0-2]|[12]?\d)$/,
          "an IPv4 range, for example 203.0.113.0/24",
        ),
    )
    .min(1)
    .default(["0.0.0.0/0"])
    .describe("ranges that may reach the load balancer"),
  firewall: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Requests per second from one address, averaged over five minutes, until it is blocked. */
      requestsPerSecond: z.int().min(1).max(6_000_000).default(100),
      /** Rule groups of AWS; each costs 1 USD a month and some capacity. */
      managedRuleGroups: z
        .array(z.enum(managedRuleGroups))
        .default([
          "AWSManagedRulesAmazonIpReputationList",
          "AWSManagedRulesCommonRuleSet",
          "AWSManagedRulesKnownBadInputsRuleSet",
          "AWSManagedRulesSQLiRuleSet",
        ]),
      /** `block` refuses what a managed group matches; `count` only records it, to see what would be refused. */
      managedRuleAction: z.enum(["block", "count"]).default("block"),
      /** Load balancers that the firewall stands before and that others made, by ARN. */
      loadBalancerArns: z
        .array(
          z
            .string()
            .regex(
              /^arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/app\/.+$/,
              "the ARN of an Application Load Balancer (a firewall cannot stand before a Network Load Balancer)",
            ),
        )
        .default([]),
    })
    .prefault({})
    .describe("web firewall: rate per client and managed rules"),
});
