import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { ClusterSettings } from "../../stack/sections/cluster.ts";
import { createLogGroup, type LogGroupSettings } from "../data/logGroups.ts";
import type { Vpc } from "../network/vpc.ts";
import type { Keys } from "../security/keys.ts";
import { type AccessGrant, accessGrants } from "./clusterAccess.ts";
import { ClusterRoles } from "./clusterRoles.ts";

/** What the cluster needs to be told. */
export interface ClusterArgs {
  /** Section `cluster` of the stack file: version, who reaches and enters it, control plane. */
  settings: ClusterSettings;
  names: Names;
  accountId: string;
  region: string;
  /** The network, of which the control plane takes the private subnets. */
  vpc: Pick<Vpc, "privateSubnetIds">;
  /** Block for Kubernetes services; can never be changed. */
  serviceCidr: string;
  /** Registries whose images come through the account's pull-through caches, which nodes fill. */
  images: { pullThrough: readonly string[] };
  /** Customer keys: `cluster` for Kubernetes secrets in etcd, `disks` for nodes' disks and volumes. */
  keys: Pick<Keys, "arns">;
  /** Retention and key of the control plane's log group. */
  logs: LogGroupSettings;
  /** Refuse the deletion, here and in AWS. */
  protect: boolean;
  /** Last word on the cluster. */
  transform?: { cluster?: (args: aws.eks.ClusterArgs) => aws.eks.ClusterArgs };
}

/**
 * The Kubernetes cluster: EKS with Auto Mode, which runs nodes, volumes, balancers, network policies and Pod Identity
 * from outside the cluster. Access by entries only, no `aws-auth`.
 *
 * Cost: 73 USD a month, and 12 % on top of the nodes.
 */
export class Cluster extends pulumi.ComponentResource {
  /** Name, known while planning. */
  readonly clusterName: string;
  readonly arn: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  /** Certificate authority of the API, base64. */
  readonly certificateAuthority: pulumi.Output<string>;
  /** Group that EKS puts on the control plane and on every node. */
  readonly securityGroupId: pulumi.Output<string>;
  /** Role that nodes have; node classes name it. */
  readonly nodeRoleName: string;
  /** What must be there before anybody uses the API as the role that deploys. */
  readonly deployAccess: pulumi.Resource[];

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:compute:Cluster", name, { settings: args.settings, serviceCidr: args.serviceCidr }, opts);
    const child = { parent: this };
    const clusterName = args.names.cluster;
    const nodeRoleName = args.names.role("node");

    const roles = createRoles(name, nodeRoleName, args, child);
    const logGroup = createLogGroup(`${name}-log`, `/aws/eks/${clusterName}/cluster`, args.logs, child);
    const cluster = createCluster(name, clusterName, args, roles, {
      parent: this,
      dependsOn: [...roles.policies, logGroup],
    });
    const [deploy, ...others] = accessGrants(args.settings);
    this.deployAccess = [grantAccess(name, cluster, deploy, child)];
    for (const grant of others) grantAccess(name, cluster, grant, child);

    this.clusterName = clusterName;
    this.arn = cluster.arn;
    this.endpoint = cluster.endpoint;
    this.certificateAuthority = cluster.certificateAuthority.data;
    this.securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.nodeRoleName = nodeRoleName;
    this.registerOutputs({ arn: this.arn, endpoint: this.endpoint });
  }
}

function createRoles(
  name: string,
  nodeRoleName: string,
  { accountId, region, keys, images }: ClusterArgs,
  opts: pulumi.ComponentResourceOptions,
): ClusterRoles {
  return new ClusterRoles(
    `${name}-roles`,
    {
      ...{ accountId, region, nodeRoleName, imageCaches: images.pullThrough },
      secretsKeyArn: keys.arns.cluster,
      disksKeyArn: keys.arns.disks,
    },
    opts,
  );
}

function createCluster(
  name: string,
  clusterName: string,
  args: ClusterArgs,
  roles: ClusterRoles,
  opts: pulumi.CustomResourceOptions,
): aws.eks.Cluster {
  const { settings, protect } = args;
  const isPublic = settings.publicAccessCidrs.length > 0;
  const cluster: aws.eks.ClusterArgs = {
    name: clusterName,
    version: settings.version,
    roleArn: roles.clusterRoleArn,
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
    bootstrapSelfManagedAddons: false,
    // Auto Mode: the three switches must be equal.
    computeConfig: { enabled: true, nodePools: ["system"], nodeRoleArn: roles.nodeRoleArn },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true }, serviceIpv4Cidr: args.serviceCidr },
    storageConfig: { blockStorage: { enabled: true } },
    vpcConfig: {
      subnetIds: args.vpc.privateSubnetIds,
      endpointPrivateAccess: true,
      endpointPublicAccess: isPublic,
      publicAccessCidrs: isPublic ? settings.publicAccessCidrs : undefined,
    },
    encryptionConfig: { provider: { keyArn: args.keys.arns.cluster }, resources: ["secrets"] },
    enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
    // Extended support costs six times as much and is AWS's default.
    upgradePolicy: { supportType: "STANDARD" },
    zonalShiftConfig: { enabled: true },
    controlPlaneScalingConfig:
      settings.controlPlaneTier === "standard" ? undefined : { tier: settings.controlPlaneTier },
    deletionProtection: protect,
  };
  return new aws.eks.Cluster(`${name}-cluster`, args.transform?.cluster?.(cluster) ?? cluster, {
    ...opts,
    protect,
    // Counts at creation only; EKS does not give it back, and a difference would replace the cluster.
    ignoreChanges: ["accessConfig.bootstrapClusterCreatorAdminPermissions"],
  });
}

function grantAccess(
  name: string,
  cluster: aws.eks.Cluster,
  { slug, principalArn, policyArn }: AccessGrant,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const entry = new aws.eks.AccessEntry(
    `${name}-access-${slug}`,
    { clusterName: cluster.name, principalArn, type: "STANDARD" },
    opts,
  );
  return new aws.eks.AccessPolicyAssociation(
    `${name}-access-${slug}-policy`,
    { clusterName: cluster.name, principalArn, policyArn, accessScope: { type: "cluster" } },
    { ...opts, dependsOn: entry },
  );
}
