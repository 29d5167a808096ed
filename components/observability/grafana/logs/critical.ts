import type { GrafanaAlert } from "../types.ts";
import { logged, tradingLogs } from "./selectors.ts";

/** Log alerts that say: something broke, and a person must look now. */
export const criticalLogAlerts: readonly GrafanaAlert[] = [
  {
    name: "UnhandledException",
    category: "critical",
    severity: "critical",
    component: "logs",
    owner: "platform",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service) (count_over_time(${tradingLogs} |~ \`(?i)(unhandled exception|panic:|OutOfMemoryError|Traceback \\(most recent call last\\))\` [5m]))`,
      },
    ],
    threshold: { above: 0 },
    for: "0m",
    keepFiringFor: "5m",
    summary: "{{ $labels.service }} crashed or nearly: the log holds the signature of an unhandled error",
    description: "Unhandled exception, Go panic, Java OutOfMemoryError or Python traceback in the last five minutes.",
    impact: "The process may be gone or in an unknown state; an order may be half done.",
    panel: { dashboard: "logs", panel: "Crash signatures" },
    source: "S0, S2",
    runbook: {
      diagnosis: [
        {
          text: "Read the stack trace with the lines around it.",
          logql:
            '{namespace="trading", service="<service>"} |~ "(?i)(unhandled exception|panic:|OutOfMemoryError|Traceback)"',
        },
        {
          text: "Did the container restart?",
          command: "kubectl get pods -n trading -l app.kubernetes.io/name=<service>",
        },
        { text: "What did it do last?", command: "kubectl logs -n trading <pod> --previous --tail=200" },
      ],
      mitigation: [
        "It places orders: compare positions with the exchange before anything else (ReconciliationMismatch shows a difference).",
        "It began with a release: abort and roll back.",
        "OutOfMemoryError: raise `resources.memoryMebibytes` in the service's catalog file, then look for the leak.",
      ],
    },
    cases: [
      {
        name: "at a Java heap that is exhausted and a Python traceback",
        logs: [
          logged("binance-data-storage", "java.lang.OutOfMemoryError: Java heap space"),
          logged("ml-platform", "Traceback (most recent call last):"),
        ],
        fires: [{ service: "binance-data-storage" }, { service: "ml-platform" }],
      },
      {
        name: "at a handled exception, and outside the trading namespace",
        logs: [
          logged("dashboard", { level: "ERROR", message: "exception handled: timeout" }),
          logged("loki", "panic: closed", 1, "logging"),
        ],
      },
    ],
  },
  {
    name: "DeploymentFailedLogged",
    category: "critical",
    severity: "critical",
    component: "rollouts",
    owner: "platform",
    service: { fixed: "argo-rollouts" },
    queries: [{ kind: "loki", expr: 'sum(count_over_time({namespace="argo-rollouts"} |= "Rollout aborted" [10m]))' }],
    threshold: { above: 0 },
    for: "0m",
    summary: "A canary release was aborted and rolled back",
    description: "The controller logged that a Rollout was aborted: its analysis failed, or a person stopped it.",
    impact:
      "Traffic is back on the old version; the new one is not delivered. The stack file still names the bad image.",
    panel: { dashboard: "serviceDetail", panel: "Releases" },
    source: "S2",
    runbook: {
      diagnosis: [
        { text: "Which one, and at which step?", command: "kubectl argo rollouts list rollouts -A" },
        {
          text: "Why did the analysis fail?",
          command: "kubectl get analysisruns -n trading --sort-by=.metadata.creationTimestamp",
        },
        { text: "Lines of the controller.", logql: '{namespace="argo-rollouts"} |= "aborted"' },
      ],
      mitigation: [
        "Revert the image in the change that brought it; without that, the rollout stays degraded and the next `pulumi up` does not retry.",
        "The analysis was wrong (no traffic, a missing metric): correct the analysis, then retry with `kubectl argo rollouts retry rollout <service> -n trading`.",
      ],
    },
    cases: [
      {
        name: "when the controller aborts a rollout",
        logs: [logged("argo-rollouts", "Rollout aborted update to revision 7", 1, "argo-rollouts")],
        fires: [{}],
      },
      {
        name: "for other lines, and for the words in another namespace",
        logs: [
          logged("argo-rollouts", "Rollout completed update to revision 7", 1, "argo-rollouts"),
          logged("dashboard", "Rollout aborted"),
        ],
      },
    ],
  },
];
