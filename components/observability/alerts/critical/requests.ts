import type { AlertContext, AlertDefinition } from "../types.ts";

/** Alerts that say: a service runs and does not do its work. */
export function requestAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { service } = settings.thresholds;
  return [
    {
      name: "HighErrorRate",
      category: "critical",
      severity: "critical",
      component: "api",
      owner: "platform",
      service: "expression",
      expr: `service:http_error_ratio:rate5m > ${service.errorRatio} and service:http_requests:rate5m > ${service.minimumRequestsPerSecond}`,
      for: "2m",
      summary: "{{ $labels.service }} fails {{ $value | humanizePercentage }} of requests",
      description:
        "Share of requests with a server error over five minutes, for services with enough traffic for a share to mean something.",
      impact: "Users and other services get errors; orders may be refused.",
      panel: { dashboard: "serviceDetail", panel: "Error ratio" },
      source: "S2 (1 %), S1",
      runbook: {
        diagnosis: [
          {
            text: "Which paths and which exceptions?",
            promql:
              'topk(10, sum by (uri, exception) (rate(http_server_requests_seconds_count{service="<service>",outcome="SERVER_ERROR"}[5m])))',
          },
          {
            text: "The errors themselves, with trace ids.",
            logql: '{namespace="trading", service="<service>"} | json | level="ERROR"',
          },
          {
            text: "Is a dependency ill?",
            promql: 'component_health_status{service="<service>",status=~"unhealthy|degraded"} == 1',
          },
          { text: "Began with a release?", command: "kubectl argo rollouts -n trading get rollout <service>" },
        ],
        mitigation: [
          "Began with a release: `npm run rollback -- <service>`.",
          "One path only: let the owner switch the feature off; the rest goes on.",
          "A dependency is down: follow its alert; clients retry with back-off, no restart is needed.",
        ],
      },
      cases: [
        {
          name: "above the allowed share with traffic",
          series: {
            'service:http_error_ratio:rate5m{service="api"}': 0.015,
            'service:http_requests:rate5m{service="api"}': 0.15,
          },
          fires: [{ service: "api" }],
        },
        {
          name: "at the allowed share, and without traffic",
          series: {
            'service:http_error_ratio:rate5m{service="edge"}': 0.01,
            'service:http_requests:rate5m{service="edge"}': 5,
            'service:http_error_ratio:rate5m{service="idle"}': 1,
            'service:http_requests:rate5m{service="idle"}': 0.1,
          },
        },
      ],
    },
    {
      name: "ComponentUnhealthy",
      category: "critical",
      severity: "critical",
      component: "health",
      owner: "platform",
      family: "ComponentHealth",
      labelsFromExpression: ["component"],
      service: "expression",
      expr: 'max by (service, component) (component_health_status{status="unhealthy"}) == 1',
      for: "2m",
      summary: "{{ $labels.component }} of {{ $labels.service }} reports UNHEALTHY",
      description: "The service's own health check finds a component that it cannot work without to be broken.",
      impact: "The service answers 503 on /health; what needs the component fails.",
      panel: { dashboard: "systemHealth", panel: "Component health" },
      source: "S2 (HEALTHY / DEGRADED / UNHEALTHY per component)",
      runbook: {
        diagnosis: [
          {
            text: "Message of the check.",
            command:
              "kubectl -n trading port-forward svc/<service> 18080:<port> & sleep 2; curl -s localhost:18080/health | jq .components",
          },
          {
            text: "Do other services see the same component as ill?",
            promql: 'count by (component) (component_health_status{status="unhealthy"} == 1)',
          },
          { text: "Alerts of the component itself.", promql: 'ALERTS{alertstate="firing",severity="critical"}' },
        ],
        mitigation: [
          "Several services: the component is ill, follow its own alert.",
          "One service: credentials rotated without a restart (Reloader should have done it) or a network policy; `kubectl argo rollouts -n trading restart <service>`.",
          "An exchange API: switch its strategies off until it answers (`trading_kill_switch_active`).",
        ],
      },
      cases: [
        {
          name: "when a replica reports a component unhealthy",
          series: {
            'component_health_status{service="api",component="database",status="unhealthy",pod="a"}': 1,
            'component_health_status{service="api",component="database",status="unhealthy",pod="b"}': 0,
            'component_health_status{service="api",component="redis",status="unhealthy",pod="b"}': 1,
          },
          fires: [
            { service: "api", component: "database" },
            { service: "api", component: "redis" },
          ],
        },
        {
          name: "for a component that is only degraded",
          series: {
            'component_health_status{service="api",component="redis",status="degraded"}': 1,
            'component_health_status{service="api",component="redis",status="unhealthy"}': 0,
          },
        },
      ],
    },
    {
      name: "ComponentDegraded",
      category: "critical",
      severity: "warning",
      component: "health",
      owner: "platform",
      family: "ComponentHealth",
      labelsFromExpression: ["component"],
      service: "expression",
      expr: 'max by (service, component) (component_health_status{status="degraded"}) == 1',
      for: "10m",
      summary: "{{ $labels.component }} of {{ $labels.service }} reports DEGRADED",
      description: "The service's own health check finds a component slow or partly broken, for ten minutes.",
      impact: "The service still works, with less: slower answers, no cache, or one exchange fewer.",
      panel: { dashboard: "systemHealth", panel: "Component health" },
      source: "S2",
      runbook: {
        diagnosis: [
          {
            text: "Message of the check.",
            command:
              "kubectl -n trading port-forward svc/<service> 18080:<port> & sleep 2; curl -s localhost:18080/health | jq .components",
          },
          {
            text: "Since when, and which replicas?",
            promql: 'component_health_status{status="degraded",service="<service>"} == 1',
          },
          {
            text: "Response times of the service's database.",
            promql:
              'histogram_quantile(0.95, sum by (le) (rate(db_query_duration_seconds_bucket{service="<service>"}[5m])))',
          },
        ],
        mitigation: [
          "Memory, disk or CPU: see HighMemoryUsage, HighDiskUsage, HighCpuUsage.",
          "A slow dependency: see its own alert; otherwise watch, the next tier is ComponentUnhealthy.",
        ],
      },
      cases: [
        {
          name: "after ten minutes of degraded health",
          series: { 'component_health_status{service="api",component="redis",status="degraded"}': 1 },
          fires: [{ service: "api", component: "redis" }],
        },
        {
          name: "for a healthy component",
          series: {
            'component_health_status{service="api",component="redis",status="healthy"}': 1,
            'component_health_status{service="api",component="redis",status="degraded"}': 0,
          },
        },
      ],
    },
    {
      name: "EndpointProbeFailing",
      category: "critical",
      severity: "critical",
      component: "ingress",
      owner: "platform",
      service: { fixed: "gateway" },
      expr: 'probe_success{job=~"blackbox-.*"} == 0',
      for: "2m",
      summary: "{{ $labels.instance }} does not answer",
      description:
        "The probe from inside the cluster to the public address fails: name, certificate, gateway or service.",
      impact: "Users cannot reach the address.",
      panel: { dashboard: "systemHealth", panel: "Public endpoints" },
      source: "S2 (public https://api.…/health and /health/ready)",
      runbook: {
        diagnosis: [
          { text: "Status code and phase of the failure.", promql: 'probe_http_status_code{job=~"blackbox-.*"}' },
          { text: "The probe by hand, with all headers.", command: "curl -svo /dev/null https://api.<domain>/health" },
          { text: "Gateway, listeners and routes accepted?", command: "kubectl -n gateway get gateway,httproute -A" },
          {
            text: "Targets of the load balancer healthy?",
            command: "aws elbv2 describe-target-health --target-group-arn <arn>",
          },
        ],
        mitigation: [
          "503 from the gateway: the service behind it is down, see ServiceDown.",
          "Certificate error: see EndpointCertificateExpires.",
          "No connection: gateway pods or load balancer; restart the gateway's data plane, check the security group and the web firewall's blocked requests.",
          "Only from inside: the name resolves differently in the cluster; check external-dns and Route 53.",
        ],
      },
      cases: [
        {
          name: "when a public endpoint fails for two minutes",
          series: { 'probe_success{job="blackbox-api",instance="https://api.example.com/health"}': 0 },
          fires: [{ job: "blackbox-api", instance: "https://api.example.com/health" }],
        },
        {
          name: "when it answers, and for probes of other jobs",
          series: {
            'probe_success{job="blackbox-api",instance="https://api.example.com/health"}': 1,
            'probe_success{job="experiment",instance="https://example.org"}': 0,
          },
        },
      ],
    },
  ];
}
