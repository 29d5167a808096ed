import type { AlertContext, AlertDefinition } from "../types.ts";

/** Alerts about the watching itself: who watches the watchmen. */
export function watchingAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { platform } = settings.thresholds;
  return [
    {
      name: "Watchdog",
      category: "meta",
      severity: "none",
      component: "prometheus",
      owner: "platform",
      service: { fixed: "prometheus" },
      always: true,
      expr: "vector(1)",
      summary: "always firing: the alert path works",
      description:
        "Fires for ever. A receiver outside the cluster expects it every five minutes and raises the alarm when it stays away.",
      impact: "None while it fires; when it stops, no alert of this platform reaches anybody.",
      panel: { dashboard: "alertHealth", panel: "Watchdog" },
      source: "kube-prometheus; conflict C17",
      runbook: {
        diagnosis: [
          {
            text: "Heartbeat missing? Does Prometheus run and evaluate?",
            command:
              "kubectl -n monitoring get pods; kubectl -n monitoring logs prometheus-monitoring-0 -c prometheus --tail=50",
          },
          {
            text: "Does Alertmanager have it?",
            command:
              "kubectl -n monitoring exec alertmanager-monitoring-0 -- amtool alert query alertname=Watchdog --alertmanager.url=http://localhost:9093",
          },
          { text: "Do its notifications fail?", promql: "rate(alertmanager_notifications_failed_total[5m])" },
        ],
        mitigation: [
          "Prometheus or Alertmanager down: restore them first; CloudWatch's own alarms still work and go out by SNS.",
          "Only the heartbeat's receiver fails: check its address and secret.",
          "Never silence it.",
        ],
      },
      cases: [
        { name: "always", series: { 'up{job="x"}': 1 }, fires: [{}] },
        {
          name: "exactly once, whatever exists",
          series: { 'up{job="x"}': 0, 'up{job="y"}': 1 },
          fires: [{}],
        },
      ],
    },
    {
      name: "RuleEvaluationFailures",
      category: "meta",
      severity: "critical",
      component: "prometheus",
      owner: "platform",
      service: { fixed: "prometheus" },
      expr: "increase(prometheus_rule_evaluation_failures_total[5m]) > 0",
      for: "5m",
      summary: "rule group {{ $labels.rule_group }} fails",
      description: "Rules of a group could not be evaluated; their alerts are blind.",
      impact: "Conditions of that group go unnoticed.",
      panel: { dashboard: "alertHealth", panel: "Rule evaluation" },
      source: "prometheus-metamonitoring; reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "The error itself.",
            logql: '{namespace="monitoring", service="prometheus"} |= "Evaluating rule failed"',
          },
          {
            text: "Many-to-many matching? Look for doubled series.",
            command: `kubectl -n monitoring port-forward svc/monitoring-prometheus 9090 & sleep 2; curl -s localhost:9090/api/v1/rules | jq -r '.data.groups[].rules[] | select(.health == "err") | "\\(.name): \\(.lastError)"'`,
          },
        ],
        mitigation: [
          "Doubled series: two targets export the same labels; drop one target.",
          "Too many samples: the group's expression needs a recording rule.",
          "After a change of rules: revert it.",
        ],
      },
      cases: [
        {
          name: "while evaluations fail",
          series: { 'prometheus_rule_evaluation_failures_total{rule_group="trading"}': { perMinute: 1 } },
          since: 1,
          fires: [{ rule_group: "trading" }],
        },
        {
          name: "when none fails any more",
          series: { 'prometheus_rule_evaluation_failures_total{rule_group="trading"}': "0+1x9 9x60" },
          at: 18,
        },
      ],
    },
    {
      name: "NotificationsFailing",
      category: "meta",
      severity: "critical",
      component: "alertmanager",
      owner: "platform",
      service: { fixed: "alertmanager" },
      expr: [
        "sum by (integration) (rate(alertmanager_notifications_failed_total[5m]))",
        `/ (sum by (integration) (rate(alertmanager_notifications_total[5m])) > 0) > ${platform.notificationFailureRatio}`,
      ].join(" "),
      for: "5m",
      summary: "{{ $labels.integration }} notifications fail",
      description: "Share of the notifications of one channel that failed.",
      impact: "People do not hear of alerts by that channel; the others still work.",
      panel: { dashboard: "alertHealth", panel: "Notifications" },
      source: "kube-prometheus; reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "The answer of the channel.",
            logql: '{namespace="monitoring", service="alertmanager"} |= "Notify for alerts failed"',
          },
          {
            text: "Which reason?",
            promql: "sum by (integration, reason) (rate(alertmanager_notifications_failed_total[5m]))",
          },
        ],
        mitigation: [
          "Slack: web hook revoked; put a new one into Secrets Manager, External Secrets brings it within an hour (or annotate the ExternalSecret).",
          "E-mail: credentials or sender not verified at SES.",
          "SNS: permission of the pod identity or the topic's key; `pulumi up`.",
        ],
      },
      cases: [
        {
          name: "after a single minute in which some failed",
          series: {
            'alertmanager_notifications_failed_total{integration="slack",reason="other"}': "0x20 3x60",
            'alertmanager_notifications_total{integration="slack"}': { perMinute: 10 },
          },
          at: 30,
        },
        {
          name: "when exactly 1 % fails",
          series: {
            'alertmanager_notifications_failed_total{integration="slack",reason="other"}': { perMinute: 6 },
            'alertmanager_notifications_total{integration="slack"}': { perMinute: 600 },
          },
        },
        {
          name: "when 1.5 % of notifications fail",
          series: {
            'alertmanager_notifications_failed_total{integration="slack",reason="other"}': { perMinute: 0.15 },
            'alertmanager_notifications_total{integration="slack"}': { perMinute: 10 },
          },
          since: 1,
          fires: [{ integration: "slack" }],
        },
        {
          name: "when 0.8 % fail, and for a channel without notifications",
          series: {
            'alertmanager_notifications_failed_total{integration="slack",reason="other"}': { perMinute: 0.08 },
            'alertmanager_notifications_total{integration="slack"}': { perMinute: 10 },
            'alertmanager_notifications_failed_total{integration="sns",reason="other"}': 1,
            'alertmanager_notifications_total{integration="sns"}': 4,
          },
        },
      ],
    },
    {
      name: "TargetScrapeSlow",
      category: "meta",
      severity: "info",
      component: "prometheus",
      owner: "platform",
      service: { fixed: "prometheus" },
      expr: `scrape_duration_seconds > ${platform.scrapeShare} * scrape_timeout_seconds`,
      for: "10m",
      keepFiringFor: "24h",
      summary: "scrape of {{ $labels.job }} takes {{ $value | humanizeDuration }}",
      description: "A target needs most of its scrape timeout; soon it will look down.",
      impact: "None yet; then false ServiceDown.",
      panel: { dashboard: "alertHealth", panel: "Scrape duration" },
      source: "reference 3.3 (feature extra-scrape-metrics)",
      runbook: {
        diagnosis: [
          { text: "How long, since when?", promql: 'scrape_duration_seconds{job="<job>"}' },
          { text: "How many series does it send?", promql: 'scrape_duration_seconds{job="<job>"} > 1' },
        ],
        mitigation: [
          "Too many series: drop what nobody uses by metricRelabelings in its ServiceMonitor.",
          "Slow exporter: raise its CPU, or scrape it every minute with a longer timeout.",
        ],
      },
      cases: [
        {
          name: "at nine tenths of the timeout",
          series: {
            'scrape_duration_seconds{job="yace",instance="a"}': 9,
            'scrape_timeout_seconds{job="yace",instance="a"}': 10,
          },
          fires: [{ job: "yace", instance: "a" }],
        },
        {
          name: "at eight tenths of the timeout",
          series: {
            'scrape_duration_seconds{job="yace",instance="a"}': 8,
            'scrape_timeout_seconds{job="yace",instance="a"}': 10,
          },
        },
        {
          name: "beyond the timeout",
          series: {
            'scrape_duration_seconds{job="yace",instance="a"}': 12,
            'scrape_timeout_seconds{job="yace",instance="a"}': 10,
          },
          fires: [{ job: "yace", instance: "a" }],
        },
      ],
    },
    {
      name: "GrafanaAlertingFailing",
      category: "meta",
      severity: "warning",
      component: "grafana",
      owner: "platform",
      service: { fixed: "grafana" },
      expr: "sum(rate(grafana_alerting_rule_evaluation_failures_total[5m])) > 0",
      for: "5m",
      summary: "Grafana-managed rules fail to evaluate",
      description: "Log and CloudWatch alerts are evaluated by Grafana; some evaluations end with an error.",
      impact: "Log and CloudWatch alerts may be blind.",
      panel: { dashboard: "alertHealth", panel: "Grafana rule evaluation" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "The error itself.", logql: '{namespace="monitoring", service="grafana"} |= "ngalert" |= "error"' },
          { text: "Data source reachable? Loki first.", promql: 'up{namespace="logging"}' },
        ],
        mitigation: [
          "Loki or CloudWatch does not answer: mend that; evaluation goes on by itself.",
          "One rule only: its query is wrong since the last `pulumi up`; revert.",
        ],
      },
      cases: [
        {
          name: "while evaluations fail",
          series: { 'grafana_alerting_rule_evaluation_failures_total{org="1",pod="a"}': { perMinute: 1 } },
          since: 1,
          fires: [{}],
        },
        {
          name: "when none fails any more",
          series: { 'grafana_alerting_rule_evaluation_failures_total{org="1",pod="a"}': "0+1x9 9x60" },
          at: 18,
        },
      ],
    },
    {
      name: "AlertsNotDelivered",
      category: "meta",
      severity: "critical",
      component: "prometheus",
      owner: "platform",
      service: { fixed: "prometheus" },
      expr: "increase(prometheus_notifications_dropped_total[5m]) > 0",
      for: "5m",
      summary: "Prometheus {{ $labels.pod }} drops alerts on the way to Alertmanager",
      description: "No Alertmanager took the alerts, and the queue gave them up.",
      impact: "Alerts are lost before anybody could be told; the heartbeat will miss, too.",
      panel: { dashboard: "alertHealth", panel: "Notifications" },
      source: "kube-prometheus (PrometheusErrorSendingAlerts); issue 6, meta-monitoring of section 2.3",
      runbook: {
        diagnosis: [
          {
            text: "Alertmanagers that Prometheus knows.",
            command: "kubectl -n monitoring get endpointslices -l operated-alertmanager=true",
          },
          {
            text: "The error itself.",
            logql: '{namespace="monitoring", service="prometheus"} |= "Error sending alerts"',
          },
        ],
        mitigation: [
          "Alertmanager down: restore it; see Watchdog.",
          "A network policy keeps Prometheus out: `pulumi up` restores it.",
        ],
      },
      cases: [
        {
          name: "while alerts are dropped",
          series: { 'prometheus_notifications_dropped_total{pod="prometheus-0"}': { perMinute: 1 } },
          since: 1,
          fires: [{ pod: "prometheus-0" }],
        },
        {
          name: "when none is dropped any more",
          series: { 'prometheus_notifications_dropped_total{pod="prometheus-0"}': "0+1x9 9x60" },
          at: 18,
        },
      ],
    },
    {
      name: "RuleEvaluationsMissed",
      category: "meta",
      severity: "warning",
      component: "prometheus",
      owner: "platform",
      service: { fixed: "prometheus" },
      expr: "increase(prometheus_rule_group_iterations_missed_total[5m]) > 0",
      for: "15m",
      summary: "rule group {{ $labels.rule_group }} takes longer than its interval",
      description: "Evaluations were skipped because the one before had not ended.",
      impact: "Alerts of the group come late.",
      panel: { dashboard: "alertHealth", panel: "Rule evaluation" },
      source: "kube-prometheus (PrometheusMissingRuleEvaluations); meta-monitoring of section 2.3",
      runbook: {
        diagnosis: [
          {
            text: "Slowest groups.",
            command: `kubectl -n monitoring port-forward svc/monitoring-prometheus 9090 & sleep 2; curl -s localhost:9090/api/v1/rules | jq -r '.data.groups | sort_by(-.evaluationTime)[:10][] | "\\(.evaluationTime) s of \\(.interval) s: \\(.name)"'`,
          },
          {
            text: "Is Prometheus short of CPU?",
            promql: 'rate(container_cpu_usage_seconds_total{namespace="monitoring",container="prometheus"}[5m])',
          },
        ],
        mitigation: [
          "Raise the CPU of Prometheus in `monitoring`.",
          "Move the expensive expression into a recording rule or a slower group (`slow: true` in its definition).",
        ],
      },
      cases: [
        {
          name: "while evaluations are missed",
          series: { 'prometheus_rule_group_iterations_missed_total{rule_group="trading"}': { perMinute: 1 } },
          since: 1,
          fires: [{ rule_group: "trading" }],
        },
        {
          name: "when none is missed any more",
          series: { 'prometheus_rule_group_iterations_missed_total{rule_group="trading"}': "0+1x9 9x60" },
          at: 18,
        },
      ],
    },
  ];
}
