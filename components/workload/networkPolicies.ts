import type { Exchange, Service } from "../../catalog/types.ts";
import { elasticNamespace, elasticsearchPort } from "../platform/elasticNames.ts";
import { kafkaNamespace, kafkaPort, schemaRegistryPort } from "../platform/kafkaNames.ts";
import { otlpGrpcAddress, tracingNamespace } from "../platform/monitoringNames.ts";
import {
  allowFlows,
  type Flow,
  fromGateway,
  fromPrometheus,
  toInternet,
  toNameResolution,
  toPodIdentity,
} from "../platform/networkPolicies.ts";
import { type Endpoints, metadataOf, selectorOf, tradingNamespace, type WorkloadContext } from "./context.ts";
import type { Neighbours } from "./neighbours.ts";

/** What the policies of a service are made of. */
export interface PolicyPlan {
  context: WorkloadContext;
  service: Service;
  neighbours: Neighbours;
  exchanges: ReadonlyMap<string, Exchange>;
  endpoints: Endpoints;
}

/** Port on which the OpenTelemetry Collector takes spans. */
const telemetryPort = Number(new URL(otlpGrpcAddress).port);

/**
 * NetworkPolicy of a service: exactly the flows that it declares, in both directions, and what every service needs
 * (names, spans out, scrapes in). Everything else is refused by the namespace's default-deny.
 */
export function networkPolicy(plan: PolicyPlan) {
  const { service } = plan;
  const policy = allowFlows(service.name, {
    namespace: tradingNamespace,
    pods: selectorOf(service),
    ingress: ingressFlows(plan),
    egress: egressFlows(plan),
  });
  return { ...policy, metadata: metadataOf(service) };
}

function ingressFlows({ service, neighbours }: PolicyPlan): Flow[] {
  const callers = neighbours.callers.get(service.name) ?? [];
  return [
    fromPrometheus([service.port]),
    ...(service.public ? [fromGateway([service.port])] : []),
    ...callers.map((name) => ({ peers: [podsOf(name)], ports: [service.port] })),
  ];
}

function egressFlows(plan: PolicyPlan): Flow[] {
  const { service, context, neighbours, endpoints } = plan;
  const { uses = {} } = service;
  const inDataSubnets = (port: number): Flow => ({
    peers: context.dataCidrs.map((cidr) => ({ cidr })),
    ports: [port],
  });
  return [
    toNameResolution(context),
    { peers: [{ namespace: tracingNamespace }], ports: [telemetryPort] },
    ...Object.keys(uses.services ?? {}).map((name) => ({
      peers: [podsOf(name)],
      ports: [neighbours.ports.get(name)!],
    })),
    ...(uses.postgres ? [inDataSubnets(endpoints.database.port)] : []),
    ...(uses.cache ? [inDataSubnets(endpoints.cache.port)] : []),
    ...(uses.queues ? [inDataSubnets(endpoints.broker.port)] : []),
    ...(uses.topics ? [{ peers: [{ namespace: kafkaNamespace }], ports: [kafkaPort, schemaRegistryPort] }] : []),
    ...(uses.elasticsearch ? [{ peers: [{ namespace: elasticNamespace }], ports: [elasticsearchPort] }] : []),
    ...(uses.buckets?.length ? [toPodIdentity()] : []),
    ...(context.settings.exchangeEgress === "addresses" ? addressFlows(plan) : []),
  ];
}

/** The way out by address: any public one, on the ports that are declared. The name of the host is not enforced. */
function addressFlows({ service, context, exchanges }: PolicyPlan): Flow[] {
  const ports = outsideHosts({ service, context, exchanges }).map(({ port }) => port);
  if (ports.length === 0) return [];
  return [{ peers: [toInternet()], ports: [...new Set(ports)].sort((one, other) => one - other) }];
}

function podsOf(name: string) {
  return { namespace: tradingNamespace, pods: selectorOf({ name }) };
}

/** A host outside the cluster that a service may reach. */
export interface OutsideHost {
  host: string;
  port: number;
}

/** Every host outside that a service declares: those of its exchanges, and S3 for each of its buckets. */
function outsideHosts({
  service,
  context,
  exchanges,
}: Pick<PolicyPlan, "service" | "context" | "exchanges">): OutsideHost[] {
  const { uses = {} } = service;
  const ofExchanges = (uses.exchanges ?? []).flatMap((name) => exchanges.get(name)![context.settings.exchangeHosts]);
  // The S3 gateway endpoint changes the route, not the addresses: they are S3's public ones.
  const ofBuckets = (uses.buckets ?? []).map(({ bucket }) => ({
    host: `${context.names.bucket(bucket)}.s3.${context.region}.amazonaws.com`,
    port: 443,
  }));
  return [...ofExchanges, ...ofBuckets].map(({ host, port }) => ({ host, port }));
}

/**
 * The way out by name: an ApplicationNetworkPolicy, which EKS Auto Mode enforces by watching the answers to the pod's
 * DNS questions. Undefined for a service that reaches nothing outside, or where the environment goes by address.
 */
export function outsidePolicy(plan: Pick<PolicyPlan, "service" | "context" | "exchanges">) {
  const { service, context } = plan;
  if (context.settings.exchangeEgress !== "names") return undefined;
  const byPort = new Map<number, string[]>();
  for (const { host, port } of outsideHosts(plan)) byPort.set(port, [...(byPort.get(port) ?? []), host]);
  if (byPort.size === 0) return undefined;
  return {
    apiVersion: "networking.k8s.aws/v1alpha1",
    kind: "ApplicationNetworkPolicy",
    // EKS refuses a name that a NetworkPolicy of the namespace has.
    metadata: metadataOf(service, `${service.name}-outside`),
    spec: {
      podSelector: { matchLabels: selectorOf(service) },
      policyTypes: ["Egress"],
      egress: [...byPort.entries()]
        .sort(([one], [other]) => one - other)
        .map(([port, domainNames]) => ({ to: [{ domainNames }], ports: [{ protocol: "TCP", port }] })),
    },
  };
}
