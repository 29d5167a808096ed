import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NodePoolSettings } from "../../stack/sections/cluster.ts";
import { type NodeClassPlan, networkPolicyConfig, nodeClass, nodePool, storageClass } from "./nodePoolManifests.ts";

/** What nodes and volumes need to be told. */
export interface NodePoolsArgs extends NodeClassPlan {
  /** Pools, from the section `cluster` of the stack file. */
  pools: readonly NodePoolSettings[];
  /** Zones that nodes may stand in. */
  zones: readonly string[];
  /** Keep volumes when their claims go. */
  protect: boolean;
}

/** What pods run on and write to: node class, node pools, storage class, and that network policies are enforced. */
export class NodePools extends pulumi.ComponentResource {
  constructor(name: string, args: NodePoolsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:compute:NodePools", name, { pools: args.pools, zones: args.zones }, opts);
    const child = { parent: this };

    new kubernetes.core.v1.ConfigMap(`${name}-network-policies`, networkPolicyConfig, child);
    new kubernetes.storage.v1.StorageClass(
      `${name}-storage-class`,
      storageClass({ ...args, retain: args.protect }),
      // Its fields cannot be changed: a new one takes its name, volumes that exist do not notice.
      { parent: this, deleteBeforeReplace: true },
    );
    const platform = new kubernetes.apiextensions.CustomResource(`${name}-class`, nodeClass(args), child);
    for (const pool of args.pools)
      new kubernetes.apiextensions.CustomResource(`${name}-${pool.name}`, nodePool(pool, args.zones), {
        parent: this,
        dependsOn: platform,
      });

    this.registerOutputs({});
  }
}
