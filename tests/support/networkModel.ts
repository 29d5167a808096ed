import { BlockList, isIP } from "node:net";
import { at, type ClusterPod, type Labels, nameOf, namespaceOf, type Selector, trees } from "./clusterParts.ts";
import type { Tree } from "./reference.ts";

/** One end of a connection: a pod, or an address. */
export type End = Pick<ClusterPod, "where" | "namespace" | "labels" | "ports"> | { address: string };

/** What network policies say about connections, as Kubernetes defines it. */
export interface NetworkModel {
  /** Why a connection does not come about; empty when it does. */
  refusals(from: End, to: End, port: number, protocol?: "TCP" | "UDP"): string[];
  /** True when a policy speaks of the pod in that direction. */
  isGuarded(pod: Pick<ClusterPod, "namespace" | "labels">, direction: "ingress" | "egress"): boolean;
}

/** True when a selector chooses these labels; the empty selector chooses all. */
export function selects(selector: Selector | undefined, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([label, value]) => labels[label] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          throw new Error(`The network model does not know the operator ${operator}.`);
      }
    })
  );
}

/**
 * Makes the model of some policies.
 *
 * @param namespaces labels of each namespace
 * @param podRange address range of pods: a rule for a range that holds it lets pods through
 */
export function networkModel(
  policies: readonly Tree[],
  namespaces: ReadonlyMap<string, Labels>,
  podRange: string,
): NetworkModel {
  const directionName = { ingress: "Ingress", egress: "Egress" } as const;

  function guarding(pod: Pick<ClusterPod, "namespace" | "labels">, direction: "ingress" | "egress"): Tree[] {
    return policies.filter((policy) => {
      const types = (at(policy, "spec", "policyTypes") ?? ["Ingress"]) as string[];
      return (
        namespaceOf(policy) === pod.namespace &&
        types.includes(directionName[direction]) &&
        selects(at(policy, "spec", "podSelector") as Selector, pod.labels)
      );
    });
  }

  function isPeer(peer: Tree, home: string, other: End): boolean {
    const block = peer.ipBlock as { cidr: string; except?: string[] } | undefined;
    if (block !== undefined) {
      const address = "address" in other ? other.address : podRange.split("/")[0]!;
      return holds(block.cidr, address) && !(block.except ?? []).some((range) => holds(range, address));
    }
    if ("address" in other) return false;
    const inNamespace =
      peer.namespaceSelector === undefined
        ? other.namespace === home
        : selects(peer.namespaceSelector as Selector, labelsOf(namespaces, other.namespace));
    return inNamespace && (peer.podSelector === undefined || selects(peer.podSelector as Selector, other.labels));
  }

  function allows(policy: Tree, direction: "ingress" | "egress", other: End, target: Target): boolean {
    const side = direction === "ingress" ? "from" : "to";
    return trees(at(policy, "spec", direction)).some((rule) => {
      const peers = trees(rule[side]);
      return (
        opens(rule, target) && (peers.length === 0 || peers.some((peer) => isPeer(peer, namespaceOf(policy), other)))
      );
    });
  }

  return {
    isGuarded: (pod, direction) => guarding(pod, direction).length > 0,
    refusals(from, to, port, protocol = "TCP") {
      const sides: [direction: "ingress" | "egress", me: End, other: End][] = [
        ["egress", from, to],
        ["ingress", to, from],
      ];
      return sides.flatMap(([direction, me, other]) => {
        if ("address" in me) return [];
        const target = { port, protocol, names: "address" in to ? {} : to.ports };
        const guards = guarding(me, direction);
        if (guards.length === 0 || guards.some((policy) => allows(policy, direction, other, target))) return [];
        const names = guards.map(nameOf).join(", ");
        return [
          `${describe(from)} → ${describe(to)} ${protocol}/${port}: no ${direction} in ${names} of ${me.namespace}`,
        ];
      });
    },
  };
}

interface Target {
  port: number;
  protocol: string;
  /** Named ports of the pod that is called. */
  names: { [name: string]: number };
}

function opens(rule: Tree, { port, protocol, names }: Target): boolean {
  const ports = trees(rule.ports);
  return (
    ports.length === 0 ||
    ports.some((open) => {
      if ((open.protocol ?? "TCP") !== protocol) return false;
      if (open.port === undefined) return true;
      const first = typeof open.port === "string" && !/^\d+$/.test(open.port) ? names[open.port] : Number(open.port);
      return first !== undefined && first <= port && port <= Number(open.endPort ?? first);
    })
  );
}

function describe(end: End): string {
  return "address" in end ? end.address : end.where;
}

/** Labels of a namespace, its name among them. */
export function labelsOf(namespaces: ReadonlyMap<string, Labels>, name: string): Labels {
  return { ...namespaces.get(name), "kubernetes.io/metadata.name": name };
}

/** True when an address lies in a range. */
export function holds(range: string, address: string): boolean {
  const [network = "", bits] = range.split("/");
  if (isIP(network) !== isIP(address)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), "ipv4");
  return list.check(address, "ipv4");
}
