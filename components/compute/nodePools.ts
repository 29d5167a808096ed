import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings } from "../../stack/sections/cluster.ts";
import type { SecurityGroups } from "../network/securityGroups.ts";
import type { Vpc } from "../network/vpc.ts";
import type { Keys } from "../security/keys.ts";
import type { Cluster } from "./cluster.ts";
import { type NodeClassPlan, networkPolicyConfig, nodeClass, nodePool, storageClass } from "./nodePoolManifests.ts";

/** What nodes and volumes need to be told. */
export interface NodePoolsArgs {
  /** Section `cluster` of the stack file, for its pools. */
  settings: Pick<ClusterSettings, "nodePools">;
  cluster: Pick<Cluster, "nodeRoleName" | "securityGroupId">;
  /** The network, of which nodes take the private subnets. */
  vpc: Pick<Vpc, "privateSubnetIds">;
  /** Group `workloads`, beside the one that EKS puts on every node. */
  groups: Pick<SecurityGroups, "ids">;
  /** Customer key `disks`. */
  keys: Pick<Keys, "arns">;
  /** Tags of instances, disks, interfaces and volumes, for cost allocation. */
  tags: Readonly<Record<string, string>>;
  /** Zones that nodes may stand in. */
  zones: readonly string[];
  /** Keep volumes when their claims go. */
  protect: boolean;
}

/** What pods run on and write to: node class, node pools, storage class, and that network policies are enforced. */
export class NodePools extends pulumi.ComponentResource {
  constructor(name: string, args: NodePoolsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:compute:NodePools", name, { pools: args.settings.nodePools, zones: args.zones }, opts);
    const child = { parent: this };

    const plan = normalizePlan(args);
    new kubernetes.core.v1.ConfigMap(`${name}-network-policies`, networkPolicyConfig, child);
    new kubernetes.storage.v1.StorageClass(
      `${name}-storage-class`,
      storageClass({ ...plan, retain: args.protect }),
      // Its fields cannot be changed: a new one takes its name, volumes that exist do not notice.
      { parent: this, deleteBeforeReplace: true },
    );
    const platform = new kubernetes.apiextensions.CustomResource(`${name}-class`, nodeClass(plan), child);
    for (const pool of args.settings.nodePools)
      new kubernetes.apiextensions.CustomResource(`${name}-${pool.name}`, nodePool(pool, args.zones), {
        parent: this,
        dependsOn: platform,
      });

    this.registerOutputs({});
  }
}

function normalizePlan({ cluster, vpc, groups, keys, tags }: NodePoolsArgs): NodeClassPlan {
  return {
    nodeRoleName: cluster.nodeRoleName,
    subnetIds: vpc.privateSubnetIds,
    securityGroupIds: [cluster.securityGroupId, groups.ids.workloads],
    disksKeyArn: keys.arns.disks,
    tags,
  };
}
