import { userRequests } from "../selectors.ts";
import type { AlertContext, AlertDefinition } from "../types.ts";

const latencyDiagnosis = [
  {
    text: "Which paths are slow?",
    promql:
      'topk(10, histogram_quantile(0.95, sum by (uri, le) (rate(http_server_requests_seconds_bucket{service="<service>"}[5m]))))',
  },
  {
    text: "Processor throttled or at its limit?",
    promql: 'rate(container_cpu_usage_seconds_total{namespace="trading",pod=~"<service>-.*"}[5m])',
  },
  {
    text: "Slow spans of the last minutes: Grafana, Explore, data source Jaeger, the alert's service, minimum duration 1 s. The longest span names the dependency.",
  },
];

/** Alerts about slow answers and about the Java virtual machine under them. */
export function apiPerformanceAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { service, resources } = settings.thresholds;
  const quantile = (share: number) =>
    `histogram_quantile(${share}, sum by (service, le) (rate(http_server_requests_seconds_bucket{${userRequests}}[5m])))`;
  return [
    {
      name: "HighResponseTimeP95",
      category: "performance",
      severity: "warning",
      component: "api",
      owner: "platform",
      family: "ResponseTime",
      service: "expression",
      expr: `${quantile(0.95)} > ${service.responseTimeSeconds}`,
      for: "5m",
      keepFiringFor: "5m",
      summary: "{{ $labels.service }} p95 is {{ $value | humanizeDuration }}",
      description: "One request of twenty takes longer than the hard limit, over five minutes.",
      impact: "Users wait; clients run into their timeouts and retry, which adds load.",
      panel: { dashboard: "serviceDetail", panel: "Response time" },
      source: "S2 (p95 > 1 s)",
      runbook: {
        diagnosis: [
          ...latencyDiagnosis,
          {
            text: "Slow database?",
            promql:
              'histogram_quantile(0.95, sum by (le) (rate(db_query_duration_seconds_bucket{service="<service>"}[5m])))',
          },
        ],
        mitigation: [
          "Load: the autoscaler adds replicas; when it is at its maximum (HpaMaxedOut) raise `autoscaling.maximum`.",
          "Database: see SlowDatabaseQueries.",
          "After a release: `npm run rollback -- <service>`.",
        ],
      },
      cases: [
        {
          name: "when the 95th percentile is exactly the limit",
          series: {
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="0.5"}': 0,
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="1"}': { perMinute: 57 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="2"}': { perMinute: 60 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="+Inf"}': { perMinute: 60 },
          },
        },
        {
          name: "after a single slow minute",
          series: {
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="1"}': "0+60x20 1200 1260+60x40",
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="2"}': "0+60x80",
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="+Inf"}': "0+60x80",
          },
          at: 30,
        },
        {
          name: "when one of ten requests takes one to two seconds",
          series: {
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="1"}': { perMinute: 54 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="2"}': { perMinute: 60 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="+Inf"}': { perMinute: 60 },
          },
          since: 1,
          fires: [{ service: "api" }],
        },
        {
          name: "for requests below a second, and for slow management pages and probes",
          series: {
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="0.5"}': { perMinute: 10 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="1"}': { perMinute: 60 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="+Inf"}': { perMinute: 60 },
            'http_server_requests_seconds_bucket{service="java",uri="/actuator/heapdump",le="1"}': 0,
            'http_server_requests_seconds_bucket{service="java",uri="/actuator/heapdump",le="5"}': { perMinute: 5 },
            'http_server_requests_seconds_bucket{service="java",uri="/actuator/heapdump",le="+Inf"}': { perMinute: 5 },
            'http_server_requests_seconds_bucket{service="python",uri="/health/ready",le="1"}': 0,
            'http_server_requests_seconds_bucket{service="python",uri="/health/ready",le="5"}': { perMinute: 6 },
            'http_server_requests_seconds_bucket{service="python",uri="/health/ready",le="+Inf"}': { perMinute: 6 },
          },
        },
      ],
    },
    {
      name: "LatencyObjectiveMissedP99",
      category: "performance",
      severity: "info",
      component: "api",
      owner: "platform",
      family: "ResponseTime",
      service: "expression",
      expr: `${quantile(0.99)} > ${service.latencyObjectiveSeconds} and on (service) service:http_requests:rate5m > 1`,
      for: "10m",
      keepFiringFor: "24h",
      summary: "{{ $labels.service }} p99 is {{ $value | humanizeDuration }} (objective 100 ms)",
      description:
        "The 99th percentile is above the objective. Information only: the burn-rate alerts decide when it matters.",
      impact: "None by itself; the latency budget is being used.",
      panel: { dashboard: "serviceDetail", panel: "Response time" },
      source: "S0 (p99 < 100 ms); resolution C5: objective, not page",
      runbook: {
        diagnosis: [
          ...latencyDiagnosis,
          {
            text: "How much budget is left?",
            promql: 'slo:error_budget_remaining:ratio{slo="api-latency",service="<service>"}',
          },
        ],
        mitigation: [
          "Budget left: nothing to do today; take the slowest path into the team's planning.",
          "Budget burning: ApiLatencyBudgetBurn fires; follow its page.",
        ],
      },
      cases: [
        {
          name: "when the 99th percentile is exactly the objective",
          series: {
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="0.05"}': 0,
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="0.1"}': { perMinute: 297 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="0.2"}': { perMinute: 300 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="+Inf"}': { perMinute: 300 },
            'service:http_requests:rate5m{service="api"}': 5,
          },
        },
        {
          name: "after a single slow minute",
          series: {
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="0.1"}': "0+60x20 1200 1260+60x40",
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="0.2"}': "0+60x80",
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="+Inf"}': "0+60x80",
            'service:http_requests:rate5m{service="api"}': 5,
          },
          at: 33,
        },
        {
          name: "when the 99th percentile lies between 100 and 200 ms with traffic",
          series: {
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="0.1"}': { perMinute: 90 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="0.2"}': { perMinute: 120 },
            'http_server_requests_seconds_bucket{service="api",uri="/orders",le="+Inf"}': { perMinute: 120 },
            'service:http_requests:rate5m{service="api"}': 1.5,
          },
          since: 1,
          fires: [{ service: "api" }],
        },
        {
          name: "within the objective, without traffic, and for management pages",
          series: {
            'http_server_requests_seconds_bucket{service="good",uri="/orders",le="0.05"}': { perMinute: 60 },
            'http_server_requests_seconds_bucket{service="good",uri="/orders",le="0.1"}': { perMinute: 120 },
            'http_server_requests_seconds_bucket{service="good",uri="/orders",le="+Inf"}': { perMinute: 120 },
            'service:http_requests:rate5m{service="good"}': 2,
            'http_server_requests_seconds_bucket{service="idle",uri="/orders",le="0.1"}': 0,
            'http_server_requests_seconds_bucket{service="idle",uri="/orders",le="0.2"}': { perMinute: 60 },
            'http_server_requests_seconds_bucket{service="idle",uri="/orders",le="+Inf"}': { perMinute: 60 },
            'service:http_requests:rate5m{service="idle"}': 1,
            'http_server_requests_seconds_bucket{service="java",uri="/actuator/prometheus",le="0.1"}': 0,
            'http_server_requests_seconds_bucket{service="java",uri="/actuator/prometheus",le="0.2"}': { perMinute: 4 },
            'http_server_requests_seconds_bucket{service="java",uri="/actuator/prometheus",le="+Inf"}': {
              perMinute: 4,
            },
            'service:http_requests:rate5m{service="java"}': 5,
          },
        },
      ],
    },
    {
      name: "JvmHeapNearLimit",
      category: "performance",
      severity: "warning",
      component: "jvm",
      owner: "platform",
      service: "expression",
      expr: [
        'sum by (service, instance) (jvm_memory_used_bytes{area="heap"})',
        `/ sum by (service, instance) (jvm_memory_max_bytes{area="heap"} > 0) > ${resources.heap}`,
      ].join(" "),
      for: "10m",
      keepFiringFor: "5m",
      summary: "{{ $labels.instance }} heap at {{ $value | humanizePercentage }}",
      description: "Used heap against -Xmx, for ten minutes: the collector no longer gets it down.",
      impact: "Long pauses, then OutOfMemoryError and a restart.",
      panel: { dashboard: "serviceDetail", panel: "Java heap" },
      source: "S1 (memory thresholds); reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "A leak (a rising line) or a burst?",
            promql: 'sum by (instance) (jvm_memory_used_bytes{area="heap",service="<service>"})',
          },
          { text: "Time spent collecting.", promql: 'rate(jvm_gc_pause_seconds_sum{service="<service>"}[5m])' },
          { text: "What fills it.", command: "kubectl -n trading exec <pod> -- jcmd 1 GC.class_histogram | head -30" },
        ],
        mitigation: [
          "A leak: take a heap dump, restart one replica at a time, roll back when it began with a release.",
          "Too small: raise the memory limit; the heap is a share of it (`-XX:MaxRAMPercentage`).",
        ],
      },
      cases: [
        {
          name: "for a heap whose limit is not known",
          series: {
            'jvm_memory_used_bytes{service="storage",instance="c",area="heap",id="old"}': 900,
            'jvm_memory_max_bytes{service="storage",instance="c",area="heap",id="old"}': 0,
          },
        },
        {
          name: "above nine tenths of the heap",
          series: {
            'jvm_memory_used_bytes{service="storage",instance="a",area="heap",id="old"}': 950,
            'jvm_memory_max_bytes{service="storage",instance="a",area="heap",id="old"}': 1000,
            'jvm_memory_max_bytes{service="storage",instance="a",area="heap",id="eden"}': -1,
            'jvm_memory_max_bytes{service="storage",instance="a",area="nonheap",id="metaspace"}': 9000,
          },
          fires: [{ service: "storage", instance: "a" }],
        },
        {
          name: "at nine tenths, and for a full area outside the heap",
          series: {
            'jvm_memory_used_bytes{service="storage",instance="a",area="heap",id="old"}': 900,
            'jvm_memory_max_bytes{service="storage",instance="a",area="heap",id="old"}': 1000,
            'jvm_memory_used_bytes{service="storage",instance="a",area="nonheap",id="metaspace"}': 900,
            'jvm_memory_used_bytes{service="storage",instance="b",area="nonheap",id="metaspace"}': 990,
            'jvm_memory_max_bytes{service="storage",instance="b",area="nonheap",id="metaspace"}': 1000,
          },
        },
      ],
    },
    {
      name: "JvmGcPressure",
      category: "performance",
      severity: "warning",
      component: "jvm",
      owner: "platform",
      service: "expression",
      expr: `sum by (service, instance) (rate(jvm_gc_pause_seconds_sum[5m])) > ${resources.garbageCollection}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "{{ $labels.instance }} spends {{ $value | humanizePercentage }} of the time in GC",
      description: "Share of wall time in which the collector stops the application.",
      impact: "Every pause delays market data and orders of that replica.",
      panel: { dashboard: "serviceDetail", panel: "Garbage collection" },
      source: "reference 3.3 (Micrometer JvmGcMetrics)",
      runbook: {
        diagnosis: [
          {
            text: "Which collections, and why?",
            promql: 'sum by (action, cause) (rate(jvm_gc_pause_seconds_sum{service="<service>"}[5m]))',
          },
          {
            text: "Heap near its limit?",
            promql:
              'sum by (instance) (jvm_memory_used_bytes{area="heap",service="<service>"}) / sum by (instance) (jvm_memory_max_bytes{area="heap",service="<service>"} > 0)',
          },
          {
            text: "Allocation: profile for a minute.",
            command: "kubectl -n trading exec <pod> -- jcmd 1 JFR.start duration=60s filename=/tmp/gc.jfr",
          },
        ],
        mitigation: [
          "Heap too small: raise the memory limit.",
          "Allocation grew with a release: `npm run rollback -- <service>`.",
          "Latency matters more than throughput: `-XX:+UseZGC` in the service's settings.",
        ],
      },
      cases: [
        {
          name: "at exactly a tenth of the time",
          series: {
            'jvm_gc_pause_seconds_sum{service="storage",instance="a",cause="x"}': { perMinute: 6 },
          },
        },
        {
          name: "above a tenth of the time",
          series: { 'jvm_gc_pause_seconds_sum{service="storage",instance="a",cause="x"}': { perMinute: 9 } },
          since: 4,
          fires: [{ service: "storage", instance: "a" }],
        },
        {
          name: "below a tenth of the time",
          series: { 'jvm_gc_pause_seconds_sum{service="storage",instance="a",cause="x"}': { perMinute: 5 } },
        },
      ],
    },
    {
      name: "JvmThreadsDeadlocked",
      category: "performance",
      severity: "critical",
      component: "jvm",
      owner: "platform",
      service: "expression",
      expr: "jvm_threads_deadlocked > 0",
      for: "2m",
      summary: "{{ $labels.instance }} has deadlocked threads",
      description: "Threads wait for each other; they never go on by themselves.",
      impact: "What these threads serve stands still until the process restarts.",
      panel: { dashboard: "serviceDetail", panel: "Java threads" },
      source: "reference 3.3 (Micrometer JvmThreadDeadlockMetrics)",
      runbook: {
        diagnosis: [
          {
            text: "The threads and the locks they hold (keep it for the team).",
            command: "kubectl -n trading exec <pod> -- jcmd 1 Thread.print | grep -A40 'Found one Java-level deadlock'",
          },
          { text: "One replica or all?", promql: 'jvm_threads_deadlocked{service="<service>"}' },
        ],
        mitigation: [
          "Save the thread dump, then delete the pod.",
          "All replicas: roll back; a deadlock that comes back is a defect of the release.",
        ],
      },
      cases: [
        {
          name: "with a thread in a deadlock",
          series: { 'jvm_threads_deadlocked{service="storage",instance="a"}': 1 },
          fires: [{ service: "storage", instance: "a" }],
        },
        { name: "without", series: { 'jvm_threads_deadlocked{service="storage",instance="a"}': 0 } },
      ],
    },
  ];
}
