import type * as kubernetes from "@pulumi/kubernetes";
import { privateRanges } from "../network/addresses.ts";
import type { PlatformContext } from "./context.ts";

/** Labels that choose pods. */
export interface Labels {
  [key: string]: string;
}

/** One end of a flow: pods of a namespace, or an address range. */
export type Peer =
  | { namespace: string; pods?: Labels }
  | { namespaceLabels: Labels; pods?: Labels }
  | { cidr: string; except?: string[] };

/** A port, TCP unless said otherwise. */
export type Port = number | { port: number; endPort?: number; protocol?: "TCP" | "UDP" };

/** A flow that is allowed: the other ends and the ports; no ports means all. */
export interface Flow {
  peers: Peer[];
  ports?: Port[];
}

/** What a policy allows; a direction that is absent stays as the other policies have it. */
export interface Flows {
  /** Namespace that the policy belongs to. */
  namespace: string;
  /** Pods that it is about; absent: all of the namespace. */
  pods?: Labels;
  ingress?: Flow[];
  egress?: Flow[];
}

/** Address ranges that flows are told by. */
export type Addresses = Pick<PlatformContext, "vpcCidr" | "serviceCidr">;

/** Builds a NetworkPolicy that allows the given flows. Default-deny stands in every namespace already. */
export function allowFlows(name: string, flows: Flows) {
  const { namespace, pods, ingress, egress } = flows;
  return {
    metadata: { name, namespace },
    spec: {
      podSelector: pods === undefined ? {} : { matchLabels: pods },
      policyTypes: [...(ingress ? ["Ingress"] : []), ...(egress ? ["Egress"] : [])],
      ...(ingress ? { ingress: ingress.map((flow) => ({ from: flow.peers.map(peer), ...ports(flow) })) } : {}),
      ...(egress ? { egress: egress.map((flow) => ({ to: flow.peers.map(peer), ...ports(flow) })) } : {}),
    },
  } satisfies kubernetes.networking.v1.NetworkPolicyArgs;
}

function peer(end: Peer) {
  if ("cidr" in end) {
    return { ipBlock: { cidr: end.cidr, ...(end.except === undefined ? {} : { except: end.except }) } };
  }
  const labels = "namespace" in end ? { "kubernetes.io/metadata.name": end.namespace } : end.namespaceLabels;
  return {
    namespaceSelector: { matchLabels: labels },
    ...(end.pods === undefined ? {} : { podSelector: { matchLabels: end.pods } }),
  };
}

function ports(flow: Flow) {
  if (flow.ports === undefined) return {};
  return {
    ports: flow.ports.map((each) =>
      typeof each === "number" ? { protocol: "TCP", port: each } : { protocol: "TCP", ...each },
    ),
  };
}

/** Link-local addresses: the node's own DNS cache and the Pod Identity agent answer there. */
const linkLocal = "169.254.0.0/16";

/** The address of EKS Pod Identity's agent on each node. */
const podIdentityAgent = "169.254.170.23/32";

/** Address of the cluster's resolver: EKS gives it the tenth of the Services' range, whatever answers there. */
export function clusterDnsAddress({ serviceCidr }: Pick<Addresses, "serviceCidr">): string {
  const [first = 0, second = 0, third = 0] = serviceCidr.split(".").map((part) => Number.parseInt(part, 10));
  return `${first}.${second}.${third}.10`;
}

/**
 * Egress to name resolution. EKS Auto Mode resolves on the node itself, behind the cluster's service address, so that no
 * pod label could tell the resolver: the ranges do, on port 53 only.
 */
export function toNameResolution(addresses: Addresses): Flow {
  return {
    peers: [
      { namespace: "kube-system" },
      { cidr: addresses.serviceCidr },
      { cidr: addresses.vpcCidr },
      { cidr: linkLocal },
    ],
    ports: [{ port: 53, protocol: "UDP" }, 53],
  };
}

/** Egress to the Kubernetes API server: it stands behind the service address, on network interfaces of the VPC. */
export function toApiServer(addresses: Addresses): Flow {
  return { peers: [{ cidr: addresses.serviceCidr }, { cidr: addresses.vpcCidr }], ports: [443] };
}

/** Egress to the Pod Identity agent, for pods that hold an AWS role. */
export function toPodIdentity(): Flow {
  return { peers: [{ cidr: podIdentityAgent }], ports: [80] };
}

/** Egress to AWS's own interfaces over TLS: by VPC endpoint where there is one, else through the NAT gateway. */
export function toAws(addresses: Addresses): Flow {
  return { peers: [{ cidr: addresses.vpcCidr }, toInternet()], ports: [443] };
}

/** The internet without the private ranges: what must not be reached by a rule for the world outside. */
export function toInternet(): Peer {
  return { cidr: "0.0.0.0/0", except: [...privateRanges, linkLocal] };
}

/** Egress to, or ingress from, data services of the VPC (databases, cache, broker) on the given ports. */
export function vpcFlow(addresses: Addresses, portNumbers: Port[]): Flow {
  return { peers: [{ cidr: addresses.vpcCidr }], ports: portNumbers };
}

/** Ingress from the API server, which calls webhooks and aggregated APIs from its interfaces in the VPC. */
export function fromApiServer(addresses: Addresses, portNumbers: Port[]): Flow {
  return { peers: [{ cidr: addresses.vpcCidr }], ports: portNumbers };
}

/** Ingress from Prometheus on the given metrics ports. */
export function fromPrometheus(portNumbers: Port[]): Flow {
  return { peers: [{ namespace: "monitoring", pods: { "app.kubernetes.io/name": "prometheus" } }], ports: portNumbers };
}

/** Ingress from the gateway's proxies on the given ports. */
export function fromGateway(portNumbers: Port[]): Flow {
  return { peers: [{ namespace: "gateway" }], ports: portNumbers };
}

/** Flows among the pods of one namespace. */
export function withinNamespace(namespace: string, portNumbers?: Port[]): Flow {
  return { peers: [{ namespace }], ...(portNumbers === undefined ? {} : { ports: portNumbers }) };
}
