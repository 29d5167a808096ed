import type { AlertContext, AlertDefinition } from "../types.ts";

/** Alerts about people who try what they should not. */
export function accessAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { security } = settings.thresholds;
  const refused = 'sum by (service) (increase(http_server_requests_seconds_count{status=~"401|403"}[5m]))';
  const refusedRunbook = {
    diagnosis: [
      {
        text: "Which paths?",
        promql:
          'topk(10, sum by (uri, status) (increase(http_server_requests_seconds_count{service="<service>",status=~"401|403"}[5m])))',
      },
      {
        text: "From which addresses?",
        logql:
          'topk(10, sum by (remote_ip) (count_over_time({namespace="trading", service="<service>"} | json | event="auth_failed" [15m])))',
      },
      {
        text: "Requests that the web firewall saw from them.",
        command:
          "aws wafv2 get-sampled-requests --scope REGIONAL --web-acl-arn <arn> --rule-metric-name <rule> --time-window StartTime=<time>,EndTime=<time> --max-items 100",
      },
    ],
    mitigation: [
      "One address: block it at once by a rule on an IP set before all others of the web firewall, by hand in the console; the next `pulumi up` takes the rule away, so bring it into components/network/edgeFirewall.ts if it shall stay. Many: lower `edge.firewall.requestsPerSecond`, `pulumi up`.",
      "Many addresses with valid user names: credential stuffing; force a second factor and rotate the accounts found.",
      "A client of ours with an expired token: tell its team.",
    ],
  };
  const requests = (count: number) => `0x4 ${count}x60`;
  return [
    {
      name: "UnauthorizedAccessAttempts",
      category: "security",
      severity: "warning",
      component: "api",
      owner: "security",
      family: "UnauthorizedAccess",
      service: "expression",
      expr: `${refused} > ${security.refusedRequests}`,
      summary: "{{ $value | humanize }} refused requests to {{ $labels.service }} in 5 minutes",
      description: "Requests answered with 401 or 403.",
      impact: "Somebody probes, or a client has lost its access.",
      panel: { dashboard: "security", panel: "Refused requests" },
      source: "S2, S4",
      runbook: refusedRunbook,
      cases: [
        {
          name: "at exactly fifty in five minutes",
          series: {
            'http_server_requests_seconds_count{service="api",uri="/login",status="401"}': { perMinute: 10 },
          },
        },
        {
          name: "after eighty refused requests",
          series: {
            'http_server_requests_seconds_count{service="api",uri="/login",status="401"}': requests(50),
            'http_server_requests_seconds_count{service="api",uri="/orders",status="403"}': requests(30),
          },
          since: 5,
          goneAt: 14,
          fires: [{ service: "api" }],
        },
        {
          name: "after forty, and for requests that succeed",
          series: {
            'http_server_requests_seconds_count{service="api",uri="/login",status="401"}': requests(38),
            'http_server_requests_seconds_count{service="busy",uri="/orders",status="200"}': requests(9000),
          },
          at: 6,
        },
      ],
    },
    {
      name: "UnauthorizedAccessFlood",
      category: "security",
      severity: "critical",
      component: "api",
      owner: "security",
      family: "UnauthorizedAccess",
      service: "expression",
      expr: `${refused} > ${security.refusedRequestsCritical}`,
      summary: "{{ $value | humanize }} refused requests to {{ $labels.service }} in 5 minutes",
      description: "Second tier of UnauthorizedAccessAttempts: an attack in progress.",
      impact: "Accounts may be guessed; the service carries the load of the attack.",
      panel: { dashboard: "security", panel: "Refused requests" },
      source: "S4 (security breach is critical)",
      runbook: refusedRunbook,
      cases: [
        {
          name: "at exactly five hundred in five minutes",
          series: {
            'http_server_requests_seconds_count{service="api",uri="/login",status="401"}': { perMinute: 100 },
          },
        },
        {
          name: "after eight hundred refused requests",
          series: {
            'http_server_requests_seconds_count{service="api",uri="/login",status="401"}': requests(500),
            'http_server_requests_seconds_count{service="api",uri="/orders",status="403"}': requests(300),
          },
          since: 5,
          goneAt: 14,
          fires: [{ service: "api" }],
        },
        {
          name: "after four hundred, and for requests that succeed",
          series: {
            'http_server_requests_seconds_count{service="api",uri="/login",status="401"}': requests(380),
            'http_server_requests_seconds_count{service="busy",uri="/orders",status="200"}': requests(9000),
          },
          at: 6,
        },
      ],
    },
    {
      name: "RateLimitExceeded",
      category: "security",
      severity: "warning",
      component: "api",
      owner: "security",
      service: "expression",
      expr: `sum by (service) (rate(http_server_requests_seconds_count{status="429"}[5m])) > ${security.rateLimitedPerSecond}`,
      for: "5m",
      summary: "{{ $labels.service }} rejects {{ $value | humanize }} requests per second",
      description: "Requests answered with 429, for five minutes.",
      impact: "A client gets nothing; honest ones behind the same address suffer with it.",
      panel: { dashboard: "security", panel: "Rate limits" },
      source: "S2 (100 requests/s per client)",
      runbook: {
        diagnosis: [
          {
            text: "Which client?",
            logql: 'topk(5, sum by (remote_ip) (count_over_time({namespace="gateway"} | json | status="429" [10m])))',
          },
          {
            text: "Which path?",
            promql: 'topk(5, sum by (uri) (rate(http_server_requests_seconds_count{status="429"}[5m])))',
          },
        ],
        mitigation: [
          "An attack: block the address in the web firewall.",
          "A partner with real need: a route of its own with its own limit (`public.requestsPerSecond`).",
          "Our own client in a loop: roll it back.",
        ],
      },
      cases: [
        {
          name: "at exactly one rejection per second",
          series: {
            'http_server_requests_seconds_count{service="api",uri="/",status="429"}': { perMinute: 60 },
          },
        },
        {
          name: "at 1.5 rejections per second",
          series: { 'http_server_requests_seconds_count{service="api",uri="/",status="429"}': { perMinute: 90 } },
          since: 4,
          fires: [{ service: "api" }],
        },
        {
          name: "at 0.8 rejections per second, and for requests that succeed",
          series: {
            'http_server_requests_seconds_count{service="api",uri="/",status="429"}': { perMinute: 48 },
            'http_server_requests_seconds_count{service="busy",uri="/",status="200"}': { perMinute: 900 },
          },
        },
      ],
    },
    {
      name: "SuspiciousActivity",
      category: "security",
      severity: "critical",
      component: "api",
      owner: "security",
      service: "expression",
      expr: "sum by (service, kind) (increase(security_suspicious_events_total[10m])) > 0",
      summary: "suspicious {{ $labels.kind }} at {{ $labels.service }}",
      description:
        "The service itself reports something that no honest client does: forged tokens, injection, orders beyond a user's rights.",
      impact: "An attack may have succeeded.",
      panel: { dashboard: "security", panel: "Suspicious events" },
      source: "S2, S4",
      runbook: {
        diagnosis: [
          {
            text: "The events with user, address and trace.",
            logql: '{namespace="trading", service="<service>"} | json | event="suspicious_activity"',
          },
          {
            text: "What the same user or address did before.",
            logql: '{namespace="trading"} | json | remote_ip="<address>"',
          },
          {
            text: "Findings of GuardDuty at the same time.",
            command:
              'aws guardduty list-findings --detector-id <id> --finding-criteria \'{"Criterion":{"severity":{"Gte":4}}}\'',
          },
        ],
        mitigation: [
          "Lock the account, end its sessions, block the address.",
          "Keys may have leaked: rotate them (`docs/operations`), old ones are void at once.",
          "Keep the evidence: export the logs to the audit bucket; follow the incident procedure for security.",
        ],
      },
      cases: [
        {
          name: "after one event",
          series: { 'security_suspicious_events_total{service="api",kind="forged_token",pod="a"}': "0x4 1x60" },
          since: 5,
          stillAt: 13,
          goneAt: 19,
          fires: [{ service: "api", kind: "forged_token" }],
        },
        {
          name: "without a new event",
          series: { 'security_suspicious_events_total{service="api",kind="forged_token",pod="a"}': 3 },
        },
      ],
    },
    {
      name: "LoginFailuresSpike",
      category: "security",
      severity: "warning",
      component: "api",
      owner: "security",
      service: "expression",
      expr: [
        `sum by (service) (rate(auth_failures_total[10m])) > ${security.loginFailureFactor}`,
        "* (sum by (service) (rate(auth_failures_total[10m] offset 1d)) > 0.01)",
      ].join(" "),
      for: "5m",
      summary: "login failures at {{ $labels.service }} are five times those of yesterday",
      description: "Failed logins against the same time of the day before, where there were any worth counting.",
      impact: "Somebody tries passwords, or logging in is broken.",
      panel: { dashboard: "security", panel: "Login failures" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Reasons.", promql: 'sum by (reason) (rate(auth_failures_total{service="<service>"}[10m]))' },
          {
            text: "Addresses and users.",
            logql:
              'topk(10, sum by (remote_ip) (count_over_time({namespace="trading", service="<service>"} | json | event="auth_failed" [15m])))',
          },
        ],
        mitigation: [
          "`expired_token` everywhere: a client or the clock is wrong, not an attack.",
          "Passwords guessed: block the addresses, lock the accounts after five failures.",
        ],
      },
      cases: [
        {
          name: "at eight times the failures of yesterday",
          series: { 'auth_failures_total{service="api",reason="password",pod="a"}': "0+1x1440 1440+8x60" },
          since: 1447,
          fires: [{ service: "api" }],
        },
        {
          name: "at four times the failures of yesterday, and where yesterday had nearly none",
          series: {
            'auth_failures_total{service="api",reason="password",pod="a"}': "0+1x1440 1440+4x60",
            'auth_failures_total{service="quiet",reason="password",pod="a"}': "0+0.5x1440 720+40x60",
          },
          at: 1480,
        },
      ],
    },
  ];
}
