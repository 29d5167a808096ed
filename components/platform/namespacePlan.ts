/** The Pod Security levels of Kubernetes. */
export type PodSecurityLevel = "restricted" | "baseline" | "privileged";

/** What may be asked for in one namespace, summed over its pods. */
export interface Quota {
  /** Processors requested. */
  cpu: number;
  /** Memory requested, in GiB. */
  memoryGib: number;
  /** Number of pods. */
  pods: number;
}

/** One namespace of the cluster. */
export interface NamespacePlan {
  name: string;
  /** What it is for, written to an annotation for whoever reads the cluster. */
  purpose: string;
  /** Pod Security level that is enforced. */
  level: PodSecurityLevel;
  /** Why the level is lower than restricted; a lower level without a reason is refused. */
  reason?: string;
  /** Its routes may attach to the gateway `edge`. */
  gatewayAccess?: boolean;
  quota: Quota;
}

/** All namespaces, with quotas for an environment of single replicas; the settings raise what needs more. */
export const namespaceDefaults: readonly NamespacePlan[] = [
  { name: "cert-manager", purpose: "certificates", level: "restricted", quota: { cpu: 2, memoryGib: 4, pods: 20 } },
  {
    name: "external-secrets",
    purpose: "secrets from Secrets Manager",
    level: "restricted",
    quota: { cpu: 2, memoryGib: 4, pods: 20 },
  },
  {
    name: "external-dns",
    purpose: "DNS records from routes",
    level: "restricted",
    quota: { cpu: 1, memoryGib: 1, pods: 10 },
  },
  {
    name: "platform-system",
    purpose: "resource metrics, reloads, and the jobs that make accounts in databases and brokers",
    level: "restricted",
    // A first deployment runs one job or two for each service, all at the same time.
    quota: { cpu: 12, memoryGib: 16, pods: 200 },
  },
  {
    name: "gateway",
    purpose: "the way in: NGINX Gateway Fabric",
    level: "restricted",
    gatewayAccess: true,
    quota: { cpu: 8, memoryGib: 12, pods: 40 },
  },
  { name: "argo-rollouts", purpose: "canary releases", level: "restricted", quota: { cpu: 2, memoryGib: 4, pods: 20 } },
  {
    name: "trading",
    purpose: "the trading services",
    level: "restricted",
    gatewayAccess: true,
    quota: { cpu: 60, memoryGib: 120, pods: 250 },
  },
  {
    name: "monitoring",
    purpose: "metrics, alerts, dashboards",
    level: "restricted",
    gatewayAccess: true,
    quota: { cpu: 16, memoryGib: 48, pods: 100 },
  },
  {
    name: "node-agents",
    purpose: "agents that read the node: its metrics and its pods' log files",
    level: "privileged",
    reason:
      "node-exporter needs the host's network, process ids and /proc; Alloy reads /var/log/pods as root (host paths are forbidden from baseline on)",
    // Two pods on each node: room for two hundred nodes, for a quota must not stop what every new node needs.
    quota: { cpu: 40, memoryGib: 160, pods: 500 },
  },
  {
    name: "logging",
    purpose: "logs: Loki, and Alloy for cluster events",
    level: "restricted",
    // Loki's canary stands on each node.
    quota: { cpu: 16, memoryGib: 48, pods: 300 },
  },
  {
    name: "tracing",
    purpose: "traces: OpenTelemetry Collector and Jaeger",
    level: "restricted",
    gatewayAccess: true,
    quota: { cpu: 8, memoryGib: 16, pods: 50 },
  },
  {
    name: "vault",
    purpose: "application secrets",
    level: "restricted",
    quota: { cpu: 6, memoryGib: 8, pods: 30 },
  },
  {
    name: "consul",
    purpose: "service registry and key-value store",
    level: "restricted",
    quota: { cpu: 6, memoryGib: 8, pods: 40 },
  },
  {
    name: "kafka",
    purpose: "event streams and their schemas",
    level: "restricted",
    quota: { cpu: 24, memoryGib: 64, pods: 60 },
  },
  {
    name: "elastic",
    purpose: "audit trail and search",
    level: "restricted",
    quota: { cpu: 24, memoryGib: 64, pods: 60 },
  },
];

/**
 * Completes the namespaces with the quotas of the settings.
 *
 * @throws Error for a quota of an unknown namespace and for a lowered Pod Security level without a reason
 */
export function planNamespaces(
  quotas: { [namespace: string]: Partial<Quota> } = {},
  defaults: readonly NamespacePlan[] = namespaceDefaults,
): NamespacePlan[] {
  const unknown = Object.keys(quotas).filter((name) => !defaults.some((each) => each.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `platform.quotas names ${unknown.join(", ")}; namespaces are ${defaults.map(({ name }) => name).join(", ")}.`,
    );
  }
  return defaults.map((plan) => {
    if (plan.level !== "restricted" && (plan.reason ?? "").length < 20) {
      throw new Error(
        `Namespace ${plan.name} has Pod Security level ${plan.level} without a reason: write one, or make it restricted.`,
      );
    }
    return { ...plan, quota: { ...plan.quota, ...quotas[plan.name] } };
  });
}

/** Labels of a namespace: Pod Security levels (enforced, and restricted as a warning everywhere) and gateway access. */
export function namespaceLabels(plan: NamespacePlan): { [label: string]: string } {
  return {
    "app.kubernetes.io/managed-by": "pulumi",
    "pod-security.kubernetes.io/enforce": plan.level,
    "pod-security.kubernetes.io/warn": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
    ...(plan.gatewayAccess ? { "gateway-access": "true" } : {}),
  };
}

/** The hard limits of a ResourceQuota. Nothing but the gateway may open a load balancer. */
export function quotaLimits({ name, quota }: Pick<NamespacePlan, "name" | "quota">): { [resource: string]: string } {
  return {
    "requests.cpu": String(quota.cpu),
    "requests.memory": `${quota.memoryGib}Gi`,
    pods: String(quota.pods),
    "services.loadbalancers": name === "gateway" ? "1" : "0",
  };
}
