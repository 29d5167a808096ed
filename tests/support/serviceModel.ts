import {
  at,
  type ClusterPod,
  type ClusterService,
  type Labels,
  nameOf,
  namespaceOf,
  type Selector,
  trees,
} from "./clusterParts.ts";
import { holds, labelsOf, selects } from "./networkModel.ts";
import type { Tree } from "./reference.ts";

/** A Service as it is called: by its address, on one of its ports. */
export interface ServiceCall {
  service: ClusterService;
  port: number;
  /** Pods behind the Service. */
  pods: readonly Pick<ClusterPod, "ports">[];
  /** An address of the Services' range. */
  address: string;
}

/**
 * Why a call of a Service does not leave the pod, as the VPC CNI sees it; empty when it does. The CNI looks before the Service's
 * address becomes a pod's. It adds that address to a rule for pods only where the rule's labels are among those by which the
 * Service chooses its pods, and translates the rule's port by the Service's target (amazon-network-policy-controller-k8s,
 * `getMatchingServiceClusterIPs`). A rule for an address range must hold the Service's own address and port.
 */
export function serviceRefusals(
  policies: readonly Tree[],
  namespaces: ReadonlyMap<string, Labels>,
  client: ClusterPod,
  call: ServiceCall,
): string[] {
  if (call.service.headless) return [];
  const guards = policies.filter(
    (policy) =>
      namespaceOf(policy) === client.namespace &&
      ((at(policy, "spec", "policyTypes") ?? []) as string[]).includes("Egress") &&
      selects(at(policy, "spec", "podSelector") as Selector, client.labels),
  );
  const isOpen = guards.some((policy) =>
    trees(at(policy, "spec", "egress")).some((rule) => {
      const peers = trees(rule.to);
      return peers.length === 0
        ? listens(rule, call)
        : peers.some((peer) => opens(peer, rule, client.namespace, namespaces, call));
    }),
  );
  if (guards.length === 0 || isOpen) return [];
  const { service, port } = call;
  return [
    `${client.where} → Service ${service.namespace}/${service.name}:${port}: no rule of ${guards.map(nameOf).join(", ")}`,
  ];
}

function opens(
  peer: Tree,
  rule: Tree,
  home: string,
  namespaces: ReadonlyMap<string, Labels>,
  call: ServiceCall,
): boolean {
  const block = peer.ipBlock as { cidr: string; except?: string[] } | undefined;
  if (block !== undefined) {
    const excepted = (block.except ?? []).some((range) => holds(range, call.address));
    return holds(block.cidr, call.address) && !excepted && listens(rule, call);
  }
  const { service } = call;
  const isThere =
    peer.namespaceSelector === undefined
      ? service.namespace === home
      : selects(peer.namespaceSelector as Selector, labelsOf(namespaces, service.namespace));
  // The Service's selector, not the labels of its pods, which may be more.
  return isThere && selects((peer.podSelector ?? {}) as Selector, service.selector) && leads(rule, call);
}

/** True when a rule names the Service's own port. */
function listens(rule: Tree, { port }: ServiceCall): boolean {
  const ports = trees(rule.ports);
  return ports.length === 0 || ports.some((open) => isTcp(open) && inRange(open, port));
}

/** True when a rule names the port of the pods to which the Service's port leads, of all of them where it goes by name. */
function leads(rule: Tree, { service, port, pods }: ServiceCall): boolean {
  const ports = trees(rule.ports).filter(isTcp);
  if (trees(rule.ports).length === 0) return true;
  const target = service.ports.find((each) => each.port === port)?.target;
  if (typeof target === "number") return ports.some((open) => Number(open.port) === target);
  const numbers = pods.map((pod) => pod.ports[String(target)]).filter((number) => number !== undefined);
  return numbers.length > 0 && numbers.every((number) => ports.some((open) => inRange(open, number)));
}

function isTcp(open: Tree): boolean {
  return (open.protocol ?? "TCP") === "TCP";
}

function inRange(open: Tree, port: number): boolean {
  return open.port === undefined || (Number(open.port) <= port && port <= Number(open.endPort ?? open.port));
}
