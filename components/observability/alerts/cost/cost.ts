import type { AlertContext, AlertDefinition } from "../types.ts";

/** Alerts about money, where OpenCost runs. AWS Budgets and cost anomalies watch the bill itself in every environment. */
export function costAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { platform } = settings.thresholds;
  const diagnosis = [
    { text: "Nodes by cost.", promql: "topk(10, node_total_hourly_cost)" },
    {
      text: "Why are there more nodes?",
      command: "kubectl get nodes --sort-by=.metadata.creationTimestamp; kubectl get nodeclaims",
    },
  ];
  return [
    {
      name: "MonthlyCostForecastHigh",
      category: "cost",
      severity: "info",
      component: "budget",
      owner: "platform",
      service: { fixed: "cost" },
      expr: `sum(node_total_hourly_cost) * 730 > ${platform.monthlyDollars}`,
      for: "6h",
      keepFiringFor: "24h",
      summary: "the month will cost {{ $value | humanize }} USD",
      description: "Hourly cost of all nodes times the hours of a month.",
      impact: "The budget of the month will not hold.",
      panel: { dashboard: "cost", panel: "Forecast" },
      source: "reference 3.3",
      runbook: {
        diagnosis,
        mitigation: [
          "Load tests left running: end them.",
          "Requests far above use: lower them, nodes consolidate by themselves.",
          "Real growth: raise the budget with the owner of the cost centre.",
        ],
      },
      cases: [
        {
          name: "for nodes of 8 dollars an hour",
          series: { 'node_total_hourly_cost{node="a"}': 5, 'node_total_hourly_cost{node="b"}': 3 },
          fires: [{}],
        },
        {
          name: "for nodes of 6 dollars an hour",
          series: { 'node_total_hourly_cost{node="a"}': 3, 'node_total_hourly_cost{node="b"}': 3 },
        },
      ],
    },
    {
      name: "CostSpike",
      category: "cost",
      severity: "warning",
      component: "budget",
      owner: "platform",
      service: { fixed: "cost" },
      slow: true,
      expr: `sum(node_total_hourly_cost) > ${platform.costFactor} * avg_over_time(sum(node_total_hourly_cost)[7d:1h])`,
      for: "3h",
      summary: "hourly cost of {{ $value | humanize }} USD is 30 % above the weekly mean",
      description: "Cost of all nodes now against the mean of seven days.",
      impact: "Money is spent that nobody planned.",
      panel: { dashboard: "cost", panel: "Hourly cost" },
      source: "reference 3.3",
      runbook: {
        diagnosis,
        mitigation: [
          "A runaway autoscaler: see HpaMaxedOut.",
          "Nodes that never empty: a pod without eviction; find it with `kubectl get pods -A -o wide`.",
        ],
      },
      cases: [
        {
          name: "at 1.7 times the mean",
          series: { 'node_total_hourly_cost{node="a"}': "10x600 17x300" },
          since: 601,
          fires: [{}],
        },
        { name: "at the mean", series: { 'node_total_hourly_cost{node="a"}': 10 }, at: 400 },
        { name: "at 1.2 times the mean", series: { 'node_total_hourly_cost{node="a"}': "10x600 12x300" }, at: 850 },
      ],
    },
  ];
}
