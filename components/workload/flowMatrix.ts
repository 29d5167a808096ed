/** One flow that policies allow: the pods they are about, the other end as text, and the port. */
export interface AllowedFlow {
  direction: "ingress" | "egress";
  /** Namespace and labels of the pods, for example `trading/dashboard`. */
  pods: string;
  /** `namespace/name`, `namespace/*`, an address range, or `name:<host>`. */
  peer: string;
  /** Port with protocol, for example `TCP/5432`; `any` when the policy names none. */
  port: string;
}

interface Selector {
  matchLabels?: Record<string, string>;
}

interface PolicyPeer {
  namespaceSelector?: Selector;
  podSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
  domainNames?: string[];
}

interface PolicyRule {
  from?: PolicyPeer[];
  to?: PolicyPeer[];
  ports?: { protocol?: string; port?: number | string }[];
}

/** A NetworkPolicy or ApplicationNetworkPolicy, as the plan holds it. */
export interface FlowPolicy {
  metadata: { name: string; namespace: string };
  spec: { podSelector: Selector; policyTypes?: string[]; ingress?: PolicyRule[]; egress?: PolicyRule[] };
}

/**
 * Everything that a set of policies allows, as a flat list: what one would draw as the matrix of who may speak to whom.
 * Reads the finished objects and knows nothing of the catalog, so that a test can hold one against the other.
 */
export function allowedFlows(policies: readonly FlowPolicy[]): AllowedFlow[] {
  return policies.flatMap(({ metadata, spec }) => {
    const pods = `${metadata.namespace}/${podName(spec.podSelector)}`;
    const flows = (direction: AllowedFlow["direction"], rules: PolicyRule[] = []) =>
      rules.flatMap((rule) =>
        portsOf(rule).flatMap((port) =>
          peersOf(direction === "ingress" ? rule.from : rule.to, metadata.namespace).map((peer) => ({
            direction,
            pods,
            peer,
            port,
          })),
        ),
      );
    return [...flows("ingress", spec.ingress), ...flows("egress", spec.egress)];
  });
}

function portsOf({ ports }: PolicyRule): string[] {
  if (ports === undefined || ports.length === 0) return ["any"];
  return ports.map(({ protocol = "TCP", port }) => `${protocol}/${port ?? "any"}`);
}

/** No peers at all means everybody, as Kubernetes has it. */
function peersOf(peers: PolicyPeer[] | undefined, namespace: string): string[] {
  if (peers === undefined || peers.length === 0) return ["everybody"];
  return peers.flatMap((peer) => {
    if (peer.domainNames) return peer.domainNames.map((name) => `name:${name}`);
    if (peer.ipBlock) return [peer.ipBlock.cidr];
    const space = peer.namespaceSelector
      ? (peer.namespaceSelector.matchLabels?.["kubernetes.io/metadata.name"] ?? "any-namespace")
      : namespace;
    return [`${space}/${podName(peer.podSelector)}`];
  });
}

function podName(selector: Selector | undefined): string {
  return selector?.matchLabels?.["app.kubernetes.io/name"] ?? "*";
}
