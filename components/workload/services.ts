import type * as kubernetes from "@pulumi/kubernetes";
import { archetypes } from "../../catalog/archetypes.ts";
import type { Service } from "../../catalog/types.ts";
import { labelsOf, metadataOf, selectorOf, tradingNamespace } from "./context.ts";

/** A Service whose name is known. */
interface NamedService extends kubernetes.types.input.core.v1.Service {
  metadata: ReturnType<typeof metadataOf>;
}

/** Label by which the ServiceMonitor finds the one Service that stands for all pods. */
const scrapeLabel = { "trading-platform/scrape": "true" };

/**
 * The Services in front of a service's pods: one for all of them, which callers and Prometheus use; and for a public
 * one a stable and a canary half, between which the gateway divides the traffic of a release. Argo Rollouts adds the
 * pod template hash to the selectors of the halves.
 */
export function services(service: Service): NamedService[] {
  const all = kubernetesService(service, service.name, consulRegistration(service));
  const halves = service.public ? ["stable", "canary"] : [];
  return [
    { ...all, metadata: { ...all.metadata, labels: { ...labelsOf(service), ...scrapeLabel } } },
    ...halves.map((half) => kubernetesService(service, `${service.name}-${half}`, noConsul)),
  ];
}

function kubernetesService(service: Service, name: string, annotations: Record<string, string>): NamedService {
  return {
    metadata: metadataOf(service, name, annotations),
    spec: {
      type: "ClusterIP",
      selector: selectorOf(service),
      ports: [{ name: "http", port: service.port, targetPort: "http", protocol: "TCP", appProtocol: "http" }],
    },
  };
}

/** Registration in Consul: its catalog sync reads these annotations and keeps the registry up to date. */
function consulRegistration(service: Service): Record<string, string> {
  return {
    "consul.hashicorp.com/service-sync": "true",
    "consul.hashicorp.com/service-name": service.name,
    "consul.hashicorp.com/service-port": "http",
    "consul.hashicorp.com/service-tags": [service.kind, service.tier].join(","),
    "consul.hashicorp.com/service-meta-owner": service.owner,
    "consul.hashicorp.com/service-meta-health": archetypes[service.kind].readinessPath,
  };
}

/** The halves of a release are no services of their own. */
const noConsul = { "consul.hashicorp.com/service-sync": "false" };

/**
 * ServiceMonitor: job and `service` label are the service's name. The pod template hash comes along, so that a
 * release can be told apart from what ran before.
 */
export function serviceMonitor(service: Service) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: metadataOf(service),
    spec: {
      jobLabel: "app.kubernetes.io/name",
      selector: { matchLabels: { ...selectorOf(service), ...scrapeLabel } },
      namespaceSelector: { matchNames: [tradingNamespace] },
      podTargetLabels: ["rollouts-pod-template-hash"],
      // A service that writes a label per order would fill Prometheus: its scrapes fail instead, which an alert tells.
      sampleLimit: 20_000,
      labelLimit: 40,
      endpoints: [{ port: "http", path: archetypes[service.kind].metricsPath, interval: "15s", scrapeTimeout: "10s" }],
    },
  };
}

/** Service account of a service; no token of the cluster is mounted, since no service speaks to its API. */
export function serviceAccount(service: Service): kubernetes.types.input.core.v1.ServiceAccount {
  return { metadata: metadataOf(service), automountServiceAccountToken: false };
}
