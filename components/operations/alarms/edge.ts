import type * as pulumi from "@pulumi/pulumi";
import { belowCases, limitCases } from "./cases.ts";
import type { Alarm, AlarmTargets, AlarmThresholds } from "./types.ts";

const common = {
  component: "gateway",
  owner: "platform",
  panel: { dashboard: "systemHealth", panel: "Public endpoints" },
} as const;

const application = 'SCHEMA("AWS/ApplicationELB", LoadBalancer)';

const lookAtGateway = [
  { text: "Do the gateway's pods run?", command: "kubectl get pods -n gateway" },
  {
    text: "What does its access log say?",
    logql: 'sum by (status, host) (count_over_time({namespace="gateway"} | json | status=~"5.." [5m]))',
  },
];

/**
 * Alarms on the balancer before the gateway. The cluster makes it and chooses its name, so they ask for all balancers of
 * the account and region, which belong to this environment alone.
 */
export function balancerAlarms(
  kind: "network" | "application",
  thresholds: AlarmThresholds,
  firewall: AlarmTargets["firewall"],
): Alarm[] {
  if (kind === "network") return [unhealthy(kind)];
  return [
    ...(firewall === undefined ? [] : [errorShare(thresholds, firewall)]),
    ...applicationAlarms(thresholds),
    unhealthy(kind),
  ];
}

/** Errors by a query over all balancers; requests by the firewall's own count, for an alarm may hold one query only. */
function errorShare(thresholds: AlarmThresholds, firewall: NonNullable<AlarmTargets["firewall"]>): Alarm {
  return {
    ...common,
    name: "Alb5xx",
    category: "critical",
    severity: "critical",
    source: "S2",
    watches: {
      kind: "queryFormula",
      expression: "100 * errors / requests",
      query: { id: "errors", sql: `SELECT SUM(HTTPCode_Target_5XX_Count) FROM ${application}` },
      metrics: {
        requests: {
          namespace: "AWS/WAFV2",
          metric: "AllowedRequests",
          statistic: "Sum",
          dimensions: { WebACL: firewall.metric, Region: firewall.region, Rule: "ALL" },
        },
      },
    },
    fires: { above: thresholds.errorPercent },
    unit: "percent",
    periodSeconds: 60,
    periods: 2,
    missing: "notBreaching",
    description: "Share of requests that the services answered with a server error, as the balancer sees it.",
    impact: "Users and clients see errors; orders may fail.",
    runbook: {
      diagnosis: [...lookAtGateway, { text: "Which service?", promql: "service:http_error_ratio:rate5m > 0.01" }],
      mitigation: [
        "It began with a release (`kubectl argo rollouts -n trading list rollouts`): abort it, or `npm run rollback -- <service>`.",
        "One service, no release: see HighErrorRate, which names the path and the dependency that fails.",
        "All services at once: the database or the cache behind them; see DatabaseConnectionFailure and RedisConnectionFailure.",
      ],
    },
    cases: limitCases(thresholds.errorPercent, 2, 0.5),
  };
}

function applicationAlarms(thresholds: AlarmThresholds): Alarm[] {
  return [
    {
      ...common,
      name: "AlbElb5xx",
      category: "critical",
      severity: "critical",
      source: "S2",
      watches: { kind: "query", sql: `SELECT SUM(HTTPCode_ELB_5XX_Count) FROM ${application}` },
      fires: { above: 10 },
      unit: "answers a minute",
      periodSeconds: 60,
      periods: 2,
      missing: "notBreaching",
      description: "The balancer itself answers with errors: it has no target, or targets do not answer in time.",
      impact: "Nothing behind the gateway can be reached.",
      runbook: {
        diagnosis: [
          ...lookAtGateway,
          { text: "Targets of the balancer.", command: "aws elbv2 describe-target-health --target-group-arn <arn>" },
        ],
        mitigation: [
          "No pod: look at the nodes and events of the namespace gateway.",
          "Pods run: look at readiness and the security groups.",
        ],
      },
      cases: limitCases(10, 2, 5),
    },
    {
      ...common,
      name: "AlbLatencyP95",
      category: "performance",
      severity: "warning",
      source: "S2",
      // Metrics Insights knows no percentiles; the average of the slowest minute is the next best.
      watches: { kind: "query", sql: `SELECT AVG(TargetResponseTime) FROM ${application}` },
      fires: { above: thresholds.responseMilliseconds / 1000 },
      unit: "seconds",
      periodSeconds: 60,
      periods: 5,
      missing: "notBreaching",
      description: "Time until the services answer, on average over all requests of a minute, for five minutes.",
      impact: "Users wait; orders are placed late.",
      runbook: {
        diagnosis: [{ text: "Which service?", promql: "topk(5, service:http_slow_ratio:rate5m)" }, ...lookAtGateway],
        mitigation: [
          "One service is slow: see HighResponseTimeP95, whose steps lead to the span that takes the time.",
          "All are slow and the database waits: see SlowDatabaseQueries and RdsReadLatency.",
          "Only the gateway is slow (its pods at their processor limit): raise `gateway.maximumReplicas`, `pulumi up`.",
        ],
      },
      cases: limitCases(thresholds.responseMilliseconds / 1000, 5, 0.2),
    },
    {
      ...common,
      name: "AlbRejected",
      category: "infrastructure",
      severity: "warning",
      source: "S2",
      watches: { kind: "query", sql: `SELECT SUM(RejectedConnectionCount) FROM ${application}` },
      fires: { above: 0 },
      unit: "connections",
      periodSeconds: 60,
      periods: 1,
      missing: "notBreaching",
      description: "The balancer refused connections because it reached its limit.",
      impact: "Some clients cannot connect.",
      runbook: {
        diagnosis: [
          {
            text: "One address, or everybody? Requests that the gateway refused, by address.",
            logql: 'topk(5, sum by (remote_ip) (count_over_time({namespace="gateway"} | json | status="429" [10m])))',
          },
          {
            text: "An attack? Look at the web firewall's sampled requests.",
            command:
              "aws wafv2 get-sampled-requests --web-acl-arn <arn> --rule-metric-name <rule> --scope REGIONAL --time-window StartTime=<from>,EndTime=<to> --max-items 100",
          },
        ],
        mitigation: [
          "An attack: lower the rate limit of the web firewall.",
          "Real traffic: ask AWS for a higher limit; it scales by itself within minutes.",
        ],
      },
      cases: limitCases(0, 1, 1),
    },
  ];
}

function unhealthy(kind: "network" | "application"): Alarm {
  const namespace = kind === "application" ? "AWS/ApplicationELB" : "AWS/NetworkELB";
  return {
    ...common,
    name: kind === "application" ? "AlbUnhealthyHosts" : "NlbUnhealthyHosts",
    category: "critical",
    severity: "critical",
    source: "S2",
    watches: {
      kind: "query",
      sql: `SELECT MAX(UnHealthyHostCount) FROM SCHEMA("${namespace}", LoadBalancer, TargetGroup)`,
    },
    fires: { above: 0 },
    unit: "targets",
    periodSeconds: 60,
    periods: 2,
    missing: "notBreaching",
    description: "A pod of the gateway does not pass the balancer's health check for two minutes.",
    impact: "Less capacity at the door; with the last one everything is unreachable.",
    runbook: {
      diagnosis: [
        ...lookAtGateway,
        { text: "What does the balancer see?", command: "aws elbv2 describe-target-health --target-group-arn <arn>" },
      ],
      mitigation: [
        "A release of the gateway: it heals within two minutes.",
        "One node: drain it.",
        "All: look at the security groups and the listener's certificate.",
      ],
    },
    cases: limitCases(0, 2, 1),
  };
}

/** The way out: NAT gateways that run out of ports drop connections to the exchanges. */
export function natAlarm(): Alarm {
  return {
    name: "NatPortErrors",
    category: "infrastructure",
    severity: "critical",
    component: "network",
    owner: "platform",
    panel: { dashboard: "infrastructure", panel: "NAT gateways" },
    source: "AWS VPC user guide",
    watches: { kind: "query", sql: 'SELECT SUM(ErrorPortAllocation) FROM SCHEMA("AWS/NATGateway", NatGatewayId)' },
    fires: { above: 0 },
    unit: "connections",
    periodSeconds: 60,
    periods: 5,
    missing: "notBreaching",
    description: "A NAT gateway has no port left for a destination: 55 000 connections to one address are its limit.",
    impact: "New connections to an exchange fail although it works.",
    runbook: {
      diagnosis: [
        {
          text: "Which nodes hold many connections?",
          promql: "topk(5, node_nf_conntrack_entries / node_nf_conntrack_entries_limit)",
        },
        {
          text: "Which destination? Ask the flow logs.",
          command:
            "aws logs start-query --log-group-name <flow-logs> --query-string 'stats count(*) by dstAddr | sort count desc | limit 10' --start-time <epoch> --end-time <epoch>",
        },
      ],
      mitigation: [
        "A client without connection reuse: restart it, then correct it.",
        "Real load: a NAT gateway per zone, or more addresses on one.",
      ],
    },
    cases: limitCases(0, 5, 3),
  };
}

/** Health checks of Route 53, from outside AWS; their metrics are in us-east-1. */
export function healthCheckAlarms(healthChecks: Readonly<Record<string, pulumi.Input<string>>>): Alarm[] {
  return Object.entries(healthChecks).map(([host, id]) => ({
    ...common,
    name: "Route53Health",
    instance: host,
    category: "critical",
    severity: "critical",
    source: "S2",
    watches: {
      kind: "metric",
      metric: {
        namespace: "AWS/Route53",
        metric: "HealthCheckStatus",
        statistic: "Minimum",
        dimensions: { HealthCheckId: id },
      },
    },
    fires: { below: 1 },
    unit: "1 is healthy",
    periodSeconds: 60,
    periods: 2,
    missing: "breaching",
    description: "Checkers around the world cannot reach the public address.",
    impact: "Users cannot reach the platform, whatever the cluster says of itself.",
    runbook: {
      diagnosis: [
        { text: "What do the checkers get?", command: "aws route53 get-health-check-status --health-check-id <id>" },
        { text: "The name, the certificate, the answer.", command: "curl -sv https://<host>/health -o /dev/null" },
        ...lookAtGateway,
      ],
      mitigation: [
        "The name or certificate: see the zone and ACM.",
        "The balancer or gateway: follow AlbUnhealthyHosts.",
        "The region: start the procedure for its loss (docs/operations).",
      ],
    },
    cases: belowCases(1, 2),
  }));
}
