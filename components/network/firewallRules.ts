import type * as aws from "@pulumi/aws";

/** Seconds over which the web firewall counts requests of one address. */
const rateWindowSeconds = 300;

/** What the rules are made of. */
export interface FirewallRequest {
  /** Requests per second from one address, averaged over `rateWindowSeconds`. */
  requestsPerSecond: number;
  /** Managed rule groups of AWS, in the order in which they look at a request. */
  managedRuleGroups: readonly string[];
  /** Refuse what a managed group matches, or only count it. */
  managedRuleAction: "block" | "count";
}

/**
 * The rules, cheapest first: the rate, then AWS's groups. AWS counts per window: 100 a second are 30 000 in 300 seconds.
 */
export function firewallRules(request: FirewallRequest): aws.types.input.wafv2.WebAclRule[] {
  return [rateRule(request.requestsPerSecond), ...request.managedRuleGroups.map(managedRule(request))];
}

function rateRule(requestsPerSecond: number): aws.types.input.wafv2.WebAclRule {
  return {
    name: "rate-per-client",
    priority: 0,
    action: { block: { customResponse: { responseCode: 429 } } },
    statement: {
      rateBasedStatement: {
        limit: requestsPerSecond * rateWindowSeconds,
        evaluationWindowSec: rateWindowSeconds,
        aggregateKeyType: "IP",
      },
    },
    visibilityConfig: visibility("rate-per-client"),
  };
}

/**
 * Rules of AWS's groups that only count, by group. The common group refuses every body above 8 KiB: less than what the
 * gateway lets each service have (`public.bodyKibibytes` in the catalog, refused there above it) and than the rules that
 * this program itself puts into Grafana.
 */
const countedRules: ReadonlyMap<string, readonly string[]> = new Map([
  ["AWSManagedRulesCommonRuleSet", ["SizeRestrictions_BODY"]],
]);

function managedRule({ managedRuleAction }: FirewallRequest) {
  return (group: string, index: number): aws.types.input.wafv2.WebAclRule => ({
    name: group,
    // Gaps between priorities: a rule can be put between two without renumbering.
    priority: (index + 1) * 10,
    overrideAction: managedRuleAction === "block" ? { none: {} } : { count: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: group,
        ruleActionOverrides: countedRules.get(group)?.map((name) => ({ name, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility(group),
  });
}

/** Name of the whole firewall's metrics. */
export const firewallMetric = "web-firewall";

/** Metrics and sampled requests of a rule or of the whole. */
export function visibility(metricName: string) {
  return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}
