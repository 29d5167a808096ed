import type { AlertContext, AlertDefinition } from "../types.ts";

/** Alerts about the way of a log line: written, shipped, accepted, readable. */
export function loggingAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { data } = settings.thresholds;
  const logging = { fixed: "loki" } as const;
  const delayDiagnosis = [
    {
      text: "Where is the delay: at Alloy or in Loki?",
      promql:
        "histogram_quantile(0.95, sum by (pod, le) (rate(loki_write_entry_propagation_latency_seconds_bucket[5m])))",
    },
    { text: "Is Loki refusing or slow?", promql: "sum by (reason) (rate(loki_discarded_samples_total[5m]))" },
    { text: "Volume by application.", logql: 'topk(5, sum by (service) (bytes_over_time({namespace=~".+"}[5m])))' },
  ];
  const delayMitigation = [
    "One application floods: lower its log level (`npm run release` is not needed, its settings suffice).",
    "Loki's writers at their limits: raise their replicas or the tenant's ingestion limit in `logging`.",
    "Storage slow: check the S3 end point and the bucket's throttling.",
  ];
  return [
    {
      name: "LogIngestionDelayed",
      category: "data",
      severity: "warning",
      component: "logging",
      owner: "platform",
      family: "LogIngestion",
      service: { fixed: "alloy" },
      expr: `histogram_quantile(0.95, sum by (le) (rate(loki_write_entry_propagation_latency_seconds_bucket[5m]))) > ${data.logDelaySeconds}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "p95 log delay is {{ $value | humanizeDuration }} (objective 5 s)",
      description: "From reading a line to its acceptance by Loki, as the collector measures it.",
      impact: "Log alerts and searches are late.",
      panel: { dashboard: "logs", panel: "Ingestion delay" },
      source: "S0 (< 5 s)",
      runbook: { diagnosis: delayDiagnosis, mitigation: delayMitigation },
      cases: [
        {
          name: "when the 95th percentile is exactly the limit",
          series: {
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="2.5"}': 0,
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="5"}': { perMinute: 57 },
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="9"}': { perMinute: 60 },
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="+Inf"}': { perMinute: 60 },
          },
        },
        {
          name: "after a single slow minute",
          series: {
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="5"}': "0+60x20 1200 1260+60x40",
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="9"}': "0+60x80",
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="+Inf"}': "0+60x80",
          },
          at: 33,
        },
        {
          name: "when one of ten lines takes 5 to 9 seconds",
          series: {
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="5"}': { perMinute: 81 },
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="9"}': { perMinute: 90 },
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="+Inf"}': { perMinute: 90 },
          },
          since: 1,
          fires: [{}],
        },
        {
          name: "when lines take up to 5 seconds",
          series: {
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="2.5"}': { perMinute: 1 },
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="5"}': { perMinute: 90 },
            'loki_write_entry_propagation_latency_seconds_bucket{pod="a",le="+Inf"}': { perMinute: 90 },
          },
        },
      ],
    },
    {
      name: "LogIngestionCanarySlow",
      category: "data",
      severity: "warning",
      component: "logging",
      owner: "platform",
      family: "LogIngestion",
      service: logging,
      expr: `histogram_quantile(0.95, sum by (le) (rate(loki_canary_response_latency_seconds_bucket[10m]))) > ${data.logDelaySeconds}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "p95 log ingestion takes {{ $value | humanizeDuration }} (objective 5 s)",
      description: "The canary writes a line and waits until it can be read: the whole way, end to end.",
      impact: "What happens now is not visible yet.",
      panel: { dashboard: "logs", panel: "Canary" },
      source: "S0 (< 5 s)",
      runbook: { diagnosis: delayDiagnosis, mitigation: delayMitigation },
      cases: [
        {
          name: "when the 95th percentile is exactly the limit",
          series: {
            'loki_canary_response_latency_seconds_bucket{pod="a",le="2.5"}': 0,
            'loki_canary_response_latency_seconds_bucket{pod="a",le="5"}': { perMinute: 57 },
            'loki_canary_response_latency_seconds_bucket{pod="a",le="9"}': { perMinute: 60 },
            'loki_canary_response_latency_seconds_bucket{pod="a",le="+Inf"}': { perMinute: 60 },
          },
        },
        {
          name: "after a single slow minute, however busy",
          series: {
            'loki_canary_response_latency_seconds_bucket{pod="a",le="5"}': "0+9x20 180 189+9x60",
            'loki_canary_response_latency_seconds_bucket{pod="a",le="9"}': "0+9x20 270 279+9x60",
            'loki_canary_response_latency_seconds_bucket{pod="a",le="+Inf"}': "0+9x20 270 279+9x60",
          },
          at: 40,
        },
        {
          name: "when one of ten lines takes 5 to 9 seconds",
          series: {
            'loki_canary_response_latency_seconds_bucket{pod="a",le="5"}': { perMinute: 81 },
            'loki_canary_response_latency_seconds_bucket{pod="a",le="9"}': { perMinute: 90 },
            'loki_canary_response_latency_seconds_bucket{pod="a",le="+Inf"}': { perMinute: 90 },
          },
          since: 1,
          fires: [{}],
        },
        {
          name: "when lines take up to 5 seconds",
          series: {
            'loki_canary_response_latency_seconds_bucket{pod="a",le="2.5"}': { perMinute: 1 },
            'loki_canary_response_latency_seconds_bucket{pod="a",le="5"}': { perMinute: 90 },
            'loki_canary_response_latency_seconds_bucket{pod="a",le="+Inf"}': { perMinute: 90 },
          },
        },
      ],
    },
    {
      name: "LogCanaryMissing",
      category: "data",
      severity: "critical",
      component: "logging",
      owner: "platform",
      service: logging,
      expr: "increase(loki_canary_missing_entries_total[15m]) > 0",
      for: "5m",
      summary: "written log lines never arrive ({{ $labels.pod }})",
      description: "The canary's lines were neither streamed nor found by query.",
      impact: "Logs are being lost, the audit trail among them.",
      panel: { dashboard: "logs", panel: "Canary" },
      source: "S4 (data loss)",
      runbook: {
        diagnosis: [
          {
            text: "Dropped by the collector or refused by Loki?",
            promql:
              "sum by (reason) (rate(loki_write_dropped_entries_total[5m])) or sum by (reason) (rate(loki_discarded_samples_total[5m]))",
          },
          {
            text: "Collector on the canary's node alive?",
            command: "kubectl -n node-agents get pods -o wide -l app.kubernetes.io/name=alloy",
          },
          {
            text: "Writers of Loki and their volumes.",
            command: "kubectl -n logging get pods,pvc -l app.kubernetes.io/name=loki",
          },
        ],
        mitigation: [
          "Collector down: restart it; it continues where it stopped.",
          "Loki's ring unhealthy: forget the dead member on /ring, restart writers one by one.",
          "Note the gap: containers keep their last files on the node for a while, save them if trades are concerned.",
        ],
      },
      cases: [
        {
          name: "when a line goes missing",
          series: { 'loki_canary_missing_entries_total{pod="canary-a"}': "0x4 1x60" },
          since: 5,
          goneAt: 25,
          fires: [{ pod: "canary-a" }],
        },
        { name: "when all lines arrive", series: { 'loki_canary_missing_entries_total{pod="canary-a"}': 2 } },
      ],
    },
    {
      name: "LogsDropped",
      category: "data",
      severity: "warning",
      component: "logging",
      owner: "platform",
      service: { fixed: "alloy" },
      expr: "sum by (reason) (rate(loki_write_dropped_entries_total[5m])) > 0",
      for: "5m",
      summary: "log entries are dropped: {{ $labels.reason }}",
      description: "The collector gave up on lines after all retries.",
      impact: "These lines are lost.",
      panel: { dashboard: "logs", panel: "Dropped and discarded" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Which collector, which reason?",
            promql: "sum by (pod, reason) (rate(loki_write_dropped_entries_total[5m]))",
          },
          {
            text: "Answers of Loki to the collector.",
            logql: '{namespace="node-agents", service="alloy"} |~ "(?i)final error sending batch|status=4|status=5"',
          },
        ],
        mitigation: [
          "`ingester_error`: Loki is ill, see LogCanaryMissing.",
          "`line_too_long`: the application logs whole documents; its team shortens them.",
          "`rate_limited`: raise the tenant's limit or lower the log level.",
        ],
      },
      cases: [
        {
          name: "while entries are dropped",
          series: { 'loki_write_dropped_entries_total{pod="a",reason="ingester_error"}': { perMinute: 1 } },
          since: 1,
          fires: [{ reason: "ingester_error" }],
        },
        {
          name: "when none is dropped any more",
          series: { 'loki_write_dropped_entries_total{pod="a",reason="ingester_error"}': "0+1x9 9x60" },
          at: 18,
        },
      ],
    },
    {
      name: "LogsDiscarded",
      category: "data",
      severity: "warning",
      component: "logging",
      owner: "platform",
      service: logging,
      expr: "sum by (reason) (rate(loki_discarded_samples_total[5m])) > 0",
      for: "10m",
      summary: "Loki discards entries: {{ $labels.reason }}",
      description: "Loki accepted the request and threw lines away: too old, too many, too long.",
      impact: "These lines are lost.",
      panel: { dashboard: "logs", panel: "Dropped and discarded" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Which reason?", promql: "sum by (reason) (rate(loki_discarded_samples_total[5m]))" },
          {
            text: "Whose lines are many? Too many lines or streams of one service are the usual reason.",
            logql: 'topk(10, sum by (namespace, service) (rate({namespace=~".+"}[5m])))',
          },
        ],
        mitigation: [
          "`rate_limited` or `per_stream_rate_limit`: lower the level of the loudest application.",
          "`greater_than_max_sample_age`: a collector was away; nothing to save beyond the limit.",
          "`max_label_names` or too many streams: take the label out of the collector's configuration.",
        ],
      },
      cases: [
        {
          name: "while entries are discarded",
          series: { 'loki_discarded_samples_total{pod="a",reason="rate_limited"}': { perMinute: 1 } },
          since: 1,
          fires: [{ reason: "rate_limited" }],
        },
        {
          name: "when none is discarded any more",
          series: { 'loki_discarded_samples_total{pod="a",reason="rate_limited"}': "0+1x9 9x60" },
          at: 18,
        },
      ],
    },
  ];
}
