import type { GrafanaAlert, GrafanaRuleContext } from "../types.ts";
import { logged, tradingLogs } from "./selectors.ts";

/** Log alerts about the logs themselves: missing lines, lines that cannot be read. */
export function dataLogAlerts({
  criticalServices,
}: Pick<GrafanaRuleContext, "criticalServices">): readonly GrafanaAlert[] {
  const [first = "trading-system"] = criticalServices;
  return [
    {
      name: "LogStreamSilent",
      category: "data",
      severity: "critical",
      component: "logs",
      owner: "platform",
      service: "expression",
      queries: [
        {
          kind: "loki",
          // Gives 1 for a service without lines and nothing for one with lines: here no data is the good case.
          expr: criticalServices
            .map((service) => `absent_over_time({namespace="trading", service="${service}"} [10m])`)
            .join(" or "),
        },
      ],
      threshold: { above: 0 },
      for: "5m",
      summary: "{{ $labels.service }} has not written a line for ten minutes",
      description: "No line of a service of the tier critical has reached Loki for ten minutes.",
      impact: "The service is dead, or its lines are lost: then the audit trail has a gap.",
      panel: { dashboard: "logs", panel: "Lines by service" },
      source: "S4",
      runbook: {
        diagnosis: [
          { text: "Does the service run?", command: "kubectl get pods -n trading -l app.kubernetes.io/name=<service>" },
          { text: "Does it write?", command: "kubectl logs -n trading -l app.kubernetes.io/name=<service> --tail=5" },
          {
            text: "Do the lines of others arrive?",
            logql: 'sum by (service) (count_over_time({namespace="trading"} [10m]))',
          },
          { text: "Does Alloy give lines up?", promql: "rate(loki_write_dropped_entries_total[5m]) > 0" },
        ],
        mitigation: [
          "The service is dead: follow ServiceDown.",
          "Only this service is missing: restart Alloy on its nodes (`kubectl rollout restart daemonset/alloy -n node-agents`).",
          "Nothing arrives: follow LogIngestionDelayed and look at Loki.",
        ],
      },
      cases: [
        {
          name: "for a critical service without lines",
          logs: criticalServices.slice(1).map((service) => logged(service, { level: "INFO" })),
          fires: [{ namespace: "trading", service: first }],
        },
        {
          name: "when each critical service wrote a line",
          logs: criticalServices.map((service) => logged(service, { level: "INFO" })),
        },
      ],
    },
    {
      name: "LogParseErrors",
      category: "data",
      severity: "info",
      component: "logs",
      owner: "platform",
      service: "expression",
      queries: [{ kind: "loki", expr: `sum by (service) (rate(${tradingLogs} | json | __error__!="" [10m]))` }],
      threshold: { above: 0.5 },
      for: "15m",
      keepFiringFor: "24h",
      summary: "{{ $labels.service }} writes lines that are not JSON",
      description: "Lines per second that the json stage cannot read, over ten minutes.",
      impact: "Alerts and dashboards that read fields do not see these lines.",
      panel: { dashboard: "logs", panel: "Unreadable lines" },
      source: "S0",
      runbook: {
        diagnosis: [
          {
            text: "Which lines?",
            logql: '{namespace="trading", service="<service>"} | json | __error__!=""',
          },
          {
            text: "Since which release?",
            command: "kubectl argo rollouts -n trading get rollout <service>",
          },
        ],
        mitigation: [
          "A library writes to standard output by itself: route it through the service's logger.",
          "Stack traces over several lines: log them as one field.",
        ],
      },
      cases: [
        {
          name: "at one unreadable line per second",
          logs: [logged("streaming-platform", "plain text", 600)],
          fires: [{ service: "streaming-platform" }],
        },
        {
          name: "at one line in two seconds, and for any number of JSON lines",
          logs: [logged("streaming-platform", "plain text", 300), logged("dashboard", { level: "INFO" }, 6000)],
        },
      ],
    },
  ];
}
