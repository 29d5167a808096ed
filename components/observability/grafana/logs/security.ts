import type { GrafanaAlert } from "../types.ts";
import { logged, tradingLogs } from "./selectors.ts";

const inVault = (line: Record<string, unknown>, count = 1) => logged("vault", line, count, "vault");

/** Log alerts that say: somebody does what he should not, or a secret is where it should not be. */
export const securityLogAlerts: readonly GrafanaAlert[] = [
  {
    name: "SecretInLogs",
    category: "security",
    severity: "critical",
    component: "logs",
    owner: "security",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service) (count_over_time(${tradingLogs} |~ \`(?i)(api[_-]?secret|password|BINANCE_API_SECRET)["']?\\s*[:=]\\s*["']?[A-Za-z0-9/+]{16,}\` [5m]))`,
      },
    ],
    threshold: { above: 0 },
    for: "0m",
    keepFiringFor: "15m",
    summary: "{{ $labels.service }} wrote what looks like a secret into its log",
    description: "A name such as password or api_secret, followed by at least 16 characters of a key.",
    impact: "Everybody who may read logs may now read the secret; logs are copied to S3 and kept for months.",
    panel: { dashboard: "security", panel: "Secrets in logs" },
    source: "S1",
    runbook: {
      diagnosis: [
        {
          text: "Look at the line itself; do not paste it anywhere.",
          logql: '{namespace="trading", service="<service>"} |~ "(?i)(api[_-]?secret|password)"',
        },
        { text: "Which release brought the line?", command: "kubectl argo rollouts history <service> -n trading" },
      ],
      mitigation: [
        "Treat the secret as known: rotate it now (exchange keys at the exchange, then in Secrets Manager).",
        "Roll back the release that writes it.",
        "Delete the lines: `POST /loki/api/v1/delete` with the query and the time range.",
      ],
    },
    cases: [
      {
        name: "at a key in an error message",
        logs: [logged("binance-trader-macd", 'request failed: api_secret="AbCdEfGh1234567890"')],
        fires: [{ service: "binance-trader-macd" }],
      },
      {
        name: "for the name without a value, and for a masked value",
        logs: [
          logged("binance-trader-macd", "password rotated"),
          logged("binance-trader-macd", { password: "********" }),
        ],
      },
    ],
  },
  {
    name: "UnauthorizedAccessLogged",
    category: "security",
    severity: "warning",
    component: "authentication",
    owner: "security",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service, remote_ip) (count_over_time(${tradingLogs} | json | event="auth_failed" [5m]))`,
      },
    ],
    threshold: { above: 20 },
    for: "0m",
    keepFiringFor: "15m",
    summary: "More than twenty failed logins at {{ $labels.service }} from {{ $labels.remote_ip }} within five minutes",
    description: "Lines with event auth_failed, by address.",
    impact: "Somebody tries passwords or keys; or a client of ours uses an old one.",
    panel: { dashboard: "security", panel: "Failed logins by address" },
    source: "S2, S4",
    runbook: {
      diagnosis: [
        {
          text: "Which accounts does the address try?",
          logql:
            'sum by (user) (count_over_time({namespace="trading"} | json | event="auth_failed" | remote_ip="<address>" [1h]))',
        },
        {
          text: "Did it get in?",
          logql: '{namespace="trading"} | json | event="auth_succeeded" | remote_ip="<address>"',
        },
      ],
      mitigation: [
        "A stranger: block the address at once by a rule on an IP set before all others of the web firewall, by hand in the console; see UnauthorizedAccessAttempts for what makes it stay.",
        "It got in: end the account's sessions, rotate its credentials, look at everything it did.",
        "One of ours: give it the current credentials.",
      ],
    },
    cases: [
      {
        name: "after 21 failures from one address",
        logs: [logged("trading-system", { event: "auth_failed", remote_ip: "203.0.113.7" }, 21)],
        fires: [{ service: "trading-system", remote_ip: "203.0.113.7" }],
      },
      {
        name: "after 20 each from two addresses",
        logs: [
          logged("trading-system", { event: "auth_failed", remote_ip: "203.0.113.7" }, 20),
          logged("trading-system", { event: "auth_failed", remote_ip: "203.0.113.8" }, 20),
        ],
      },
    ],
  },
  {
    name: "PrivilegedActionLogged",
    category: "security",
    severity: "info",
    component: "authentication",
    owner: "security",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service, user, action) (count_over_time(${tradingLogs} | json | event="admin_action" | action=~"kill_switch|limit_change|key_rotation" [5m]))`,
      },
    ],
    threshold: { above: 0 },
    for: "0m",
    keepFiringFor: "24h",
    summary: "{{ $labels.user }} did {{ $labels.action }} at {{ $labels.service }}",
    description:
      "A kill switch was set, a limit changed or a key rotated. Kept for a day, so that the digest tells it.",
    impact: "None by itself: a note for the audit.",
    panel: { dashboard: "security", panel: "Privileged actions" },
    source: "S1",
    runbook: {
      diagnosis: [
        { text: "Who, when, why?", logql: '{namespace="trading"} | json | event="admin_action"' },
        { text: "Ask that person whether it was he." },
      ],
      mitigation: [
        "Somebody of the team did it and says so: write the reason into the incident channel, nothing else to do.",
        "Nobody knows of it: treat it as an intrusion; end the account's sessions, undo the action, rotate what it could read.",
      ],
    },
    cases: [
      {
        name: "when a kill switch is set",
        logs: [logged("admin-portal", { event: "admin_action", action: "kill_switch", user: "ada" })],
        fires: [{ service: "admin-portal", user: "ada", action: "kill_switch" }],
      },
      {
        name: "for an ordinary action",
        logs: [logged("admin-portal", { event: "admin_action", action: "login", user: "ada" }, 10)],
      },
    ],
  },
  {
    name: "VaultPermissionDenied",
    category: "security",
    severity: "warning",
    component: "vault",
    owner: "platform",
    service: { fixed: "vault" },
    queries: [
      {
        kind: "loki",
        expr: 'sum(count_over_time({namespace="vault"} | json | error=~".*permission denied.*" [5m]))',
      },
    ],
    threshold: { above: 10 },
    for: "0m",
    keepFiringFor: "15m",
    summary: "Vault denied more than ten requests within five minutes",
    description: "Errors in Vault's audit log that say permission denied.",
    impact: "A service cannot read its secrets, or somebody looks for what he may read.",
    panel: { dashboard: "security", panel: "Vault denials" },
    source: "S4",
    runbook: {
      diagnosis: [
        {
          text: "Who asks for what?",
          logql:
            'sum by (auth_display_name, request_path) (count_over_time({namespace="vault"} | json | error=~".*permission denied.*" [1h]))',
        },
        { text: "Did a policy or role change?", command: "git log --oneline -5 -- components/platform" },
      ],
      mitigation: [
        "A service after a change: give its policy the path, by the setting it comes from.",
        "Nobody of ours: revoke the token (`vault token revoke -accessor <accessor>`) and look at what it read.",
      ],
    },
    cases: [
      {
        name: "after eleven denials",
        logs: [inVault({ type: "response", error: "1 error occurred: permission denied" }, 11)],
        fires: [{}],
      },
      {
        name: "after ten, and for other errors",
        logs: [
          inVault({ type: "response", error: "1 error occurred: permission denied" }, 10),
          inVault({ type: "response", error: "unsupported path" }, 50),
        ],
      },
    ],
  },
  {
    name: "VaultRootTokenUsed",
    category: "security",
    severity: "critical",
    component: "vault",
    owner: "security",
    service: { fixed: "vault" },
    queries: [
      {
        kind: "loki",
        // The plain json stage skips lists; an expression keeps the list as JSON text.
        expr: 'sum(count_over_time({namespace="vault"} | json policies="auth.policies" | policies=~`.*"root".*` [5m]))',
      },
    ],
    threshold: { above: 0 },
    for: "0m",
    keepFiringFor: "15m",
    summary: "Somebody uses a root token of Vault",
    description: "The audit log holds a request whose token has the policy root.",
    impact: "A root token may read and change every secret; outside the bootstrap nobody should have one.",
    panel: { dashboard: "security", panel: "Vault root token" },
    source: "S4",
    runbook: {
      diagnosis: [
        {
          text: "What was done, from where?",
          logql:
            '{namespace="vault"} | json policies="auth.policies", path="request.path", from="request.remote_address" | policies=~`.*"root".*`',
        },
        { text: "Is a bootstrap or a recovery exercise under way? Ask the platform team." },
      ],
      mitigation: [
        "Planned work: revoke the token when it is done (`vault token revoke -self`).",
        "Anything else: revoke by accessor, seal Vault if it goes on, rotate every secret that was read.",
      ],
    },
    cases: [
      {
        name: "at the first request with the policy root",
        logs: [inVault({ type: "request", auth: { policies: ["default", "root"] } })],
        fires: [{}],
      },
      {
        name: "for other policies, and one whose name only contains the word",
        logs: [inVault({ type: "request", auth: { policies: ["default", "root-readers"] } }, 5)],
      },
    ],
  },
  {
    name: "KubernetesSecretReadByUser",
    category: "security",
    severity: "warning",
    component: "kubernetes",
    owner: "security",
    service: { fixed: "kubernetes" },
    // The audit log of EKS goes to CloudWatch and nowhere else, so the question is put there.
    queries: [
      {
        kind: "insights",
        logGroup: "clusterAudit",
        expression:
          'filter @logStream like /kube-apiserver-audit/ and objectRef.resource = "secrets" and verb in ["get", "list"] and user.username not like /^system:/ | stats count(*) as reads by user.username',
        groupedBy: "user.username",
      },
    ],
    threshold: { above: 5 },
    for: "0m",
    keepFiringFor: "15m",
    summary: "A person read Kubernetes secrets more than five times within ten minutes",
    description: "Requests get and list on secrets by users outside system: in the audit log of the cluster.",
    impact: "Secrets of the services are known to that person or to whoever uses the account.",
    panel: { dashboard: "security", panel: "Secret reads by people" },
    source: "S2",
    runbook: {
      diagnosis: [
        {
          text: "Which secrets, from which address?",
          command:
            'aws logs start-query --log-group-name /aws/eks/<cluster>/cluster --start-time <epoch> --end-time <epoch> --query-string \'filter objectRef.resource="secrets" and user.username="<user>" | stats count(*) by objectRef.namespace, objectRef.name, sourceIPs.0\'',
        },
        { text: "Ask that person whether it was he." },
      ],
      mitigation: [
        "Planned work: nothing; use `kubectl describe` where the value is not needed.",
        "Otherwise remove the access entry, rotate what was read, look at what else the account did.",
      ],
    },
    cases: [
      { name: "after six reads", values: { A: 6 }, fires: [{}] },
      { name: "after five reads", values: { A: 5 } },
      { name: "when nobody reads", values: { A: undefined } },
    ],
  },
];
