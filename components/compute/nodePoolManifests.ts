import type { Input } from "@pulumi/pulumi";
import type { NodePoolSettings } from "../../stack/sections/cluster.ts";

/** Name of the node class that all pools use; Auto Mode's own is called `default`. */
const nodeClassName = "platform";

/** Name of the storage class of every volume. */
export const storageClassName = "gp3";

/** Label of nodes with the name of their pool, to choose one by `nodeSelector`. */
export const poolLabel = "trading-platform/pool";

/** Taint key of pools that only some pods may use. */
const dedicatedTaint = "dedicated";

/** What a node class is made of. */
export interface NodeClassPlan {
  /** Role of the nodes, by name. */
  nodeRoleName: string;
  subnetIds: Input<string>[];
  securityGroupIds: Input<string>[];
  /** Key for the nodes' disks. */
  disksKeyArn: Input<string>;
  /** Tags of instances, disks and interfaces, for cost allocation. */
  tags: Readonly<Record<string, string>>;
}

/** The node class: where nodes stand, who lets them in, under which key their disks lie. */
export function nodeClass({ nodeRoleName, subnetIds, securityGroupIds, disksKeyArn, tags }: NodeClassPlan) {
  return {
    apiVersion: "eks.amazonaws.com/v1",
    kind: "NodeClass",
    metadata: { name: nodeClassName },
    spec: {
      role: nodeRoleName,
      subnetSelectorTerms: subnetIds.map((id) => ({ id })),
      securityGroupSelectorTerms: securityGroupIds.map((id) => ({ id })),
      ephemeralStorage: { size: "80Gi", iops: 3000, throughput: 125, kmsKeyID: disksKeyArn },
      // Namespaces deny by policies of their own; without any, pods of kube-system must still start.
      networkPolicy: "DefaultAllow",
      tags,
    },
  };
}

/** A node pool: which instances Auto Mode may start for pods, how many, and when it gives them back. */
export function nodePool(pool: NodePoolSettings, zones: readonly string[]) {
  const oneOf = (key: string, values: readonly (string | number)[]) => ({
    key,
    operator: "In",
    values: values.map(String),
  });
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: pool.name },
    spec: {
      template: {
        metadata: { labels: { [poolLabel]: pool.name } },
        spec: {
          nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: nodeClassName },
          requirements: [
            oneOf("kubernetes.io/os", ["linux"]),
            oneOf("kubernetes.io/arch", pool.architectures),
            oneOf("karpenter.sh/capacity-type", pool.capacity),
            oneOf("eks.amazonaws.com/instance-category", pool.categories),
            oneOf("eks.amazonaws.com/instance-cpu", pool.cpus),
            // Generation 6 and later: Graviton2 and its contemporaries.
            { key: "eks.amazonaws.com/instance-generation", operator: "Gt", values: ["5"] },
            oneOf("topology.kubernetes.io/zone", zones),
          ],
          ...(pool.dedicatedTo === undefined
            ? {}
            : { taints: [{ key: dedicatedTaint, value: pool.dedicatedTo, effect: "NoSchedule" }] }),
          // Two weeks: nodes renew their system well before Auto Mode's own 21 days, when disruption budgets still count.
          expireAfter: "336h",
          terminationGracePeriod: "24h",
        },
      },
      // A pod that names no pool comes to one that is tidied up; those of the others keep their room for who names them.
      weight: pool.consolidate === "empty" ? 1 : 10,
      limits: { cpu: String(pool.cpuLimit), memory: `${pool.memoryLimitGibibytes}Gi` },
      disruption: {
        consolidationPolicy: pool.consolidate === "empty" ? "WhenEmpty" : "WhenEmptyOrUnderutilized",
        consolidateAfter: "5m",
        budgets: [{ nodes: "10%" }],
      },
    },
  };
}

/**
 * The storage class: gp3 under the customer key, made in the zone of the pod, backed up by its tag. The provisioner is
 * Auto Mode's; volumes cannot change over to another one.
 */
export function storageClass(plan: Pick<NodeClassPlan, "disksKeyArn" | "tags"> & { retain: boolean }) {
  const tags = Object.entries({ ...plan.tags, Backup: "true" });
  return {
    metadata: {
      name: storageClassName,
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner: "ebs.csi.eks.amazonaws.com",
    parameters: {
      type: "gp3",
      encrypted: "true",
      kmsKeyId: plan.disksKeyArn,
      "csi.storage.k8s.io/fstype": "ext4",
      ...Object.fromEntries(tags.map(([key, value], index) => [`tagSpecification_${index + 1}`, `${key}=${value}`])),
    },
    reclaimPolicy: plan.retain ? "Retain" : "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  };
}

/** Turns on the enforcement of NetworkPolicies in Auto Mode; without it they are written down and mean nothing. */
export const networkPolicyConfig = {
  metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
  data: { "enable-network-policy-controller": "true" },
};
