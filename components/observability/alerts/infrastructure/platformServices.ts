import { secondsPerDay } from "../selectors.ts";
import type { AlertContext, AlertDefinition } from "../types.ts";

const vault = { fixed: "vault" } as const;
const consul = { fixed: "consul" } as const;

/** Alerts about Vault, Consul and certificates. */
export function platformServiceAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { platform } = settings.thresholds;
  const remaining = "min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds) - time()";
  const certificateRunbook = {
    diagnosis: [
      {
        text: "Why it is not renewed.",
        command: "kubectl -n <namespace> describe certificate <name>; kubectl get challenges,orders -A",
      },
      { text: "cert-manager's own errors.", logql: '{namespace="cert-manager"} |= "error"' },
    ],
    mitigation: [
      "A challenge hangs: the DNS permission of cert-manager or the zone delegation is wrong; mend and delete the challenge.",
      "Rate limit of the issuer: wait, do not delete certificates.",
      "By hand: `cmctl renew -n <namespace> <name>`.",
    ],
  };
  return [
    {
      name: "VaultSealed",
      category: "infrastructure",
      severity: "critical",
      component: "vault",
      owner: "platform",
      family: "VaultAvailability",
      service: vault,
      system: "vault",
      anyExporterOf: ["blackbox-exporter", "vault"],
      expr: [
        'max by (instance) (probe_http_status_code{job="blackbox-vault"}) == 503',
        "or min by (instance) (vault_core_unsealed) == 0",
      ].join(" "),
      for: "1m",
      summary: "Vault {{ $labels.instance }} is sealed",
      description:
        "The probe of /v1/sys/health?standbyok=true answers 503. A sealed Vault serves no metrics, so the probe is the reliable half.",
      impact: "No new leases; services keep what they have until it ends.",
      panel: { dashboard: "infrastructure", panel: "Vault" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "State of every node.", command: "kubectl -n vault exec vault-0 -- vault status" },
          { text: "Why unsealing by KMS fails.", logql: '{namespace="vault"} |~ "(?i)kms|seal"' },
          { text: "Is the key enabled?", command: "aws kms describe-key --key-id alias/<alias of the unseal key>" },
        ],
        mitigation: [
          "KMS refused: restore the key policy or the pod identity (`pulumi up`), then delete the pod.",
          "Key scheduled for deletion: `aws kms cancel-key-deletion` at once.",
          "Last resort: recovery keys from the sealed envelope, `vault operator unseal -migrate` by two people.",
        ],
      },
      cases: [
        {
          name: "when the probe answers 503",
          series: { 'probe_http_status_code{job="blackbox-vault",instance="vault-0"}': 503 },
          fires: [{ instance: "vault-0" }],
        },
        {
          name: "when a node says it is sealed",
          series: { 'vault_core_unsealed{instance="vault-1"}': 0 },
          fires: [{ instance: "vault-1" }],
        },
        {
          name: "when it is unsealed, and for a 503 of something else",
          series: {
            'probe_http_status_code{job="blackbox-vault",instance="vault-0"}': 200,
            'vault_core_unsealed{instance="vault-1"}': 1,
            'probe_http_status_code{job="blackbox-api",instance="api"}': 503,
          },
        },
      ],
    },
    {
      name: "VaultNoActiveNode",
      category: "infrastructure",
      severity: "critical",
      component: "vault",
      owner: "platform",
      family: "VaultAvailability",
      service: vault,
      expr: "(max by (namespace) (vault_core_active) == 0) or absent(vault_core_active)",
      for: "1m",
      summary: "Vault has no active node",
      description: "No node leads, or none reports at all.",
      impact: "Vault answers nothing; secrets cannot be read or renewed.",
      panel: { dashboard: "infrastructure", panel: "Vault" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Peers of the Raft cluster.",
            command: "kubectl -n vault exec vault-0 -- vault operator raft list-peers",
          },
          { text: "Pods, volumes and events.", command: "kubectl -n vault get pods,pvc,events" },
        ],
        mitigation: [
          "Bring a majority of the pods back; they elect a leader.",
          "Majority lost for good: restore the newest Raft snapshot from S3 into a new cluster (`docs/operations`).",
        ],
      },
      cases: [
        {
          name: "when no node is active",
          series: {
            'vault_core_active{namespace="vault",instance="vault-0"}': 0,
            'vault_core_active{namespace="vault",instance="vault-1"}': 0,
          },
          fires: [{ namespace: "vault" }],
        },
        { name: "when no node reports", series: { 'up{job="other"}': 1 }, fires: [{}] },
        {
          name: "while one node is active",
          series: {
            'vault_core_active{namespace="vault",instance="vault-0"}': 1,
            'vault_core_active{namespace="vault",instance="vault-1"}': 0,
          },
        },
      ],
    },
    {
      name: "ConsulNoLeader",
      category: "infrastructure",
      severity: "critical",
      component: "consul",
      owner: "platform",
      service: consul,
      anyExporterOf: ["consul", "consul-exporter"],
      expr: "max by (namespace) (consul_raft_leader) == 0 or max by (namespace) (consul_server_isLeader) == 0",
      for: "1m",
      summary: "Consul has no Raft leader",
      description: "No server knows a leader (consul_exporter) or is one (the servers' own telemetry).",
      impact: "Registrations and key-value writes fail; reads may be old.",
      panel: { dashboard: "infrastructure", panel: "Consul" },
      source: "reference 3.3; servers' telemetry added beside consul_exporter",
      runbook: {
        diagnosis: [
          {
            text: "Peers of the cluster.",
            command: "kubectl -n consul exec consul-server-0 -- consul operator raft list-peers",
          },
          { text: "Elections that fail.", logql: '{namespace="consul"} |~ "(?i)election|no cluster leader"' },
        ],
        mitigation: [
          "Bring a majority of the servers back.",
          "A dead peer blocks the quorum: `consul operator raft remove-peer`.",
          "All lost: restore the snapshot of the night.",
        ],
      },
      cases: [
        {
          name: "when no server is leader",
          series: {
            'consul_server_isLeader{namespace="consul",pod="a"}': 0,
            'consul_server_isLeader{namespace="consul",pod="b"}': 0,
          },
          fires: [{ namespace: "consul" }],
        },
        {
          name: "when the exporter knows no leader",
          series: { 'consul_raft_leader{namespace="consul",pod="a"}': 0 },
          fires: [{ namespace: "consul" }],
        },
        {
          name: "while one server leads",
          series: {
            'consul_server_isLeader{namespace="consul",pod="a"}': 1,
            'consul_server_isLeader{namespace="consul",pod="b"}': 0,
            'consul_raft_leader{namespace="consul",pod="a"}': 1,
            'consul_raft_leader{namespace="consul",pod="b"}': 0,
          },
        },
      ],
    },
    {
      name: "ConsulServiceCritical",
      category: "infrastructure",
      severity: "warning",
      component: "consul",
      owner: "platform",
      service: { label: "service_name" },
      expr: 'consul_health_service_status{status="critical"} == 1',
      for: "2m",
      summary: "{{ $labels.service_name }} on {{ $labels.node }} is critical",
      description: "A registered service fails its check in Consul. Exists where consul_exporter runs.",
      impact: "Consul no longer gives out the address of this instance.",
      panel: { dashboard: "infrastructure", panel: "Consul" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Output of the check.",
            command: "kubectl -n consul exec consul-server-0 -- consul catalog nodes -service=<service>",
          },
          { text: "The pod behind it.", command: "kubectl -n trading get pods -o wide | grep <service>" },
        ],
        mitigation: [
          "The service is ill: see ServiceDown.",
          "A leftover registration of a pod that is gone: `consul services deregister -id=<id>`.",
        ],
      },
      cases: [
        {
          name: "for a critical service",
          series: { 'consul_health_service_status{service_name="dashboard",node="a",status="critical"}': 1 },
          fires: [{ service_name: "dashboard", node: "a", status: "critical" }],
        },
        {
          name: "for a passing one",
          series: {
            'consul_health_service_status{service_name="dashboard",node="a",status="critical"}': 0,
            'consul_health_service_status{service_name="dashboard",node="a",status="passing"}': 1,
          },
        },
      ],
    },
    {
      name: "CertificateExpiresSoon",
      category: "infrastructure",
      severity: "warning",
      component: "tls",
      owner: "platform",
      family: "CertificateExpiry",
      service: { fixed: "certificates" },
      expr: `${remaining} < ${platform.certificateWarningDays} * ${secondsPerDay}`,
      for: "1h",
      summary: "certificate {{ $labels.name }} expires in {{ $value | humanizeDuration }}",
      description: "cert-manager renews 30 days before the end; less than that means that renewal fails.",
      impact: "None yet; at the end of validity every client refuses the connection.",
      panel: { dashboard: "security", panel: "Certificates" },
      source: "reference 3.3",
      runbook: certificateRunbook,
      cases: [
        {
          name: "from the minute after 21 days before the end",
          series: {
            'certmanager_certificate_expiration_timestamp_seconds{namespace="gateway",name="api"}': 1815000,
          },
          since: 11,
          fires: [{ namespace: "gateway", name: "api" }],
        },
        {
          name: "fifteen days before the end",
          series: {
            'certmanager_certificate_expiration_timestamp_seconds{namespace="gateway",name="api"}': 15 * secondsPerDay,
          },
          fires: [{ namespace: "gateway", name: "api" }],
        },
        {
          name: "29 days before the end",
          series: {
            'certmanager_certificate_expiration_timestamp_seconds{namespace="gateway",name="api"}': 29 * secondsPerDay,
          },
        },
      ],
    },
    {
      name: "CertificateExpiresVerySoon",
      category: "infrastructure",
      severity: "critical",
      component: "tls",
      owner: "platform",
      family: "CertificateExpiry",
      service: { fixed: "certificates" },
      expr: `${remaining} < ${platform.certificateCriticalDays} * ${secondsPerDay}`,
      for: "10m",
      summary: "certificate {{ $labels.name }} expires in {{ $value | humanizeDuration }}",
      description: "Second tier of CertificateExpiresSoon.",
      impact: "At the end every client refuses the connection.",
      panel: { dashboard: "security", panel: "Certificates" },
      source: "reference 3.3",
      runbook: certificateRunbook,
      cases: [
        {
          name: "from the minute after 7 days before the end",
          series: {
            'certmanager_certificate_expiration_timestamp_seconds{namespace="gateway",name="api"}': 605400,
          },
          since: 11,
          fires: [{ namespace: "gateway", name: "api" }],
        },
        {
          name: "five days before the end",
          series: {
            'certmanager_certificate_expiration_timestamp_seconds{namespace="gateway",name="api"}': 5 * secondsPerDay,
          },
          fires: [{ namespace: "gateway", name: "api" }],
        },
        {
          name: "ten days before the end",
          series: {
            'certmanager_certificate_expiration_timestamp_seconds{namespace="gateway",name="api"}': 10 * secondsPerDay,
          },
        },
      ],
    },
    {
      name: "EndpointCertificateExpires",
      category: "infrastructure",
      severity: "warning",
      component: "tls",
      owner: "platform",
      service: { fixed: "gateway" },
      expr: `min by (instance) (probe_ssl_earliest_cert_expiry) - time() < ${platform.endpointCertificateDays} * ${secondsPerDay}`,
      for: "1h",
      summary: "certificate of {{ $labels.instance }} expires in {{ $value | humanizeDuration }}",
      description: "What the public address really serves, whoever issued it (ACM or cert-manager).",
      impact: "At the end users are refused.",
      panel: { dashboard: "security", panel: "Certificates" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "What is served.",
            command:
              "openssl s_client -connect <host>:443 -servername <host> </dev/null | openssl x509 -noout -issuer -dates",
          },
          {
            text: "Why ACM does not renew: validation record gone?",
            command:
              "aws acm describe-certificate --certificate-arn <arn> --query 'Certificate.{status:Status,renewal:RenewalSummary}'",
          },
        ],
        mitigation: [
          "Validation record missing: `pulumi up` restores it, renewal follows within hours.",
          "New certificate issued but not served: restart the gateway's data plane or update the listener.",
        ],
      },
      cases: [
        {
          name: "from the minute after fourteen days before the end",
          series: {
            'probe_ssl_earliest_cert_expiry{instance="https://api.example.com"}': 1210200,
          },
          since: 11,
          fires: [{ instance: "https://api.example.com" }],
        },
        {
          name: "ten days before the end",
          series: { 'probe_ssl_earliest_cert_expiry{instance="https://api.example.com"}': 10 * secondsPerDay },
          fires: [{ instance: "https://api.example.com" }],
        },
        {
          name: "twenty days before the end",
          series: { 'probe_ssl_earliest_cert_expiry{instance="https://api.example.com"}': 20 * secondsPerDay },
        },
      ],
    },
  ];
}
