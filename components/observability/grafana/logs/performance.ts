import type { GrafanaAlert } from "../types.ts";
import { logged, tradingLogs } from "./selectors.ts";

/** Log alerts that say: slower or more faulty than usual. */
export const performanceLogAlerts: readonly GrafanaAlert[] = [
  {
    name: "ErrorLogSpike",
    category: "performance",
    severity: "warning",
    component: "logs",
    owner: "platform",
    service: "expression",
    queries: [
      { kind: "loki", expr: `sum by (service) (rate(${tradingLogs} | json | level=~"ERROR|FATAL|CRITICAL" [5m]))` },
    ],
    threshold: { above: 1 },
    for: "5m",
    summary: "{{ $labels.service }} writes more than one error line per second",
    description: "Lines of level ERROR, FATAL or CRITICAL per second, over five minutes.",
    impact: "Something fails again and again; requests or orders are probably affected.",
    panel: { dashboard: "logs", panel: "Error lines by service" },
    source: "S0",
    runbook: {
      diagnosis: [
        {
          text: "Which message is it?",
          logql: `topk(10, sum by (message) (count_over_time({namespace="trading", service="<service>"} | json | level="ERROR" [15m])))`,
        },
        {
          text: "Did it begin with a release?",
          command: "kubectl argo rollouts get rollout <service> -n trading",
        },
      ],
      mitigation: [
        "It began with a release: `kubectl argo rollouts abort <service> -n trading`, then roll back.",
        "A dependency fails: follow its own alert; this one ends with it.",
        "Noise without effect: lower the level of that message in the service.",
      ],
    },
    cases: [
      {
        name: "at two error lines per second",
        logs: [logged("dashboard", { level: "ERROR", message: "x" }, 600)],
        fires: [{ service: "dashboard" }],
      },
      {
        name: "at one line per second, and for many lines of other levels",
        logs: [
          logged("dashboard", { level: "FATAL", message: "x" }, 300),
          logged("trading-system", { level: "INFO" }, 3000),
        ],
      },
    ],
  },
  {
    name: "ErrorLogRatio",
    category: "performance",
    severity: "warning",
    component: "logs",
    owner: "platform",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service) (rate(${tradingLogs} | json | level="ERROR" [5m])) / sum by (service) (rate(${tradingLogs} [5m]))`,
      },
    ],
    threshold: { above: 0.05 },
    for: "10m",
    keepFiringFor: "5m",
    summary: "More than 5 % of the lines of {{ $labels.service }} are errors",
    description: "Share of ERROR lines among all lines of the service, over five minutes.",
    impact: "The service fails for a part of its work, whatever its traffic.",
    panel: { dashboard: "logs", panel: "Share of error lines" },
    source: "S0",
    runbook: {
      diagnosis: [
        {
          text: "Read the errors in order.",
          logql: '{namespace="trading", service="<service>"} | json | level="ERROR"',
        },
        {
          text: "Do the requests fail too?",
          promql: 'service:http_error_ratio:rate5m{service="<service>"}',
        },
      ],
      mitigation: [
        "Requests fail too: treat as HighErrorRate.",
        "Only background work fails: find the job in the lines and restart or disable it.",
      ],
    },
    cases: [
      {
        name: "when a tenth of the lines are errors",
        logs: [
          logged("dashboard", { level: "ERROR" }, 10),
          logged("dashboard", { level: "INFO" }, 90),
          logged("trading-system", { level: "INFO" }, 90),
        ],
        fires: [{ service: "dashboard" }],
      },
      {
        name: "when one line of twenty is an error",
        logs: [logged("dashboard", { level: "ERROR" }, 5), logged("dashboard", { level: "INFO" }, 95)],
      },
    ],
  },
  {
    name: "SlowQueryLogged",
    category: "performance",
    severity: "warning",
    component: "postgres",
    owner: "platform",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service) (count_over_time(${tradingLogs} | json | event="db_query" | duration_ms > 1000 [10m]))`,
      },
    ],
    threshold: { above: 5 },
    for: "5m",
    summary: "{{ $labels.service }} ran more than five database queries of over a second in ten minutes",
    description: "Queries that the service itself logged with a duration above 1000 ms.",
    impact: "Requests that wait for the database are slow; the connection pool may run dry.",
    panel: { dashboard: "systemHealth", panel: "Database latency" },
    source: "S2, S0",
    runbook: {
      diagnosis: [
        {
          text: "Which statements?",
          logql: '{namespace="trading", service="<service>"} | json | event="db_query" | duration_ms > 1000',
        },
        {
          text: "Is the database itself slow, for everybody?",
          promql:
            "sum by (datname) (rate(pg_stat_statements_seconds_total[5m])) / sum by (datname) (rate(pg_stat_statements_calls_total[5m]))",
        },
        {
          text: "Does anything wait for a lock?",
          command: "platform-psql -c 'select * from pg_stat_activity where wait_event_type = $$Lock$$'",
        },
      ],
      mitigation: [
        "A missing index: create it concurrently.",
        "A lock: end the session that holds it, once you know whose it is.",
        "The instance is too small for the load: see RdsCpuHigh and RdsReadLatency.",
      ],
    },
    cases: [
      {
        name: "after six slow queries",
        logs: [logged("data-platform", { event: "db_query", duration_ms: 1800 }, 6)],
        fires: [{ service: "data-platform" }],
      },
      {
        name: "after five slow ones, and after many fast ones",
        logs: [
          logged("data-platform", { event: "db_query", duration_ms: 1800 }, 5),
          logged("data-platform", { event: "db_query", duration_ms: 1000 }, 50),
          logged("data-platform", { event: "http_request", duration_ms: 5000 }, 50),
        ],
      },
    ],
  },
  {
    name: "LatencyFromLogsP95",
    category: "performance",
    severity: "warning",
    component: "api",
    owner: "platform",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `quantile_over_time(0.95, ${tradingLogs} | json | event="http_request" | unwrap duration_ms | __error__="" [5m]) by (service)`,
      },
    ],
    threshold: { above: 1000 },
    for: "10m",
    keepFiringFor: "5m",
    summary: "One request of twenty to {{ $labels.service }} takes longer than a second, by its access log",
    description: "95th percentile of duration_ms in the access log. Works when the metrics of the service are gone.",
    impact: "Users wait; orders are placed late.",
    panel: { dashboard: "systemHealth", panel: "Response time" },
    source: "S2",
    runbook: {
      diagnosis: [
        {
          text: "Which paths are slow?",
          logql:
            'quantile_over_time(0.95, {namespace="trading", service="<service>"} | json | event="http_request" | unwrap duration_ms | __error__="" [5m]) by (path)',
        },
        {
          text: "Follow one slow request through its trace: open a line and its trace_id.",
          logql: '{namespace="trading", service="<service>"} | json | event="http_request" | duration_ms > 1000',
        },
      ],
      mitigation: [
        "One path: look at what it calls, in the trace.",
        "All paths: processor, memory, connection pool of the service; add replicas by raising the autoscaling minimum.",
      ],
    },
    cases: [
      {
        name: "when a tenth of the requests takes three seconds",
        logs: [
          logged("dashboard", { event: "http_request", duration_ms: 3000 }, 10),
          logged("dashboard", { event: "http_request", duration_ms: 20 }, 90),
        ],
        fires: [{ service: "dashboard" }],
      },
      {
        name: "when a hundredth does, and for slow queries",
        logs: [
          logged("dashboard", { event: "http_request", duration_ms: 3000 }, 1),
          logged("dashboard", { event: "http_request", duration_ms: 20 }, 99),
          logged("dashboard", { event: "db_query", duration_ms: 9000 }, 100),
        ],
      },
    ],
  },
];
