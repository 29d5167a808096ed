import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type PolicyStatement, policyDocument, serviceTrust } from "../policyDocument.ts";
import { pullThroughStatements } from "../workload/imageRegistryPlan.ts";

/** What the roles of a cluster need to be told. */
export interface ClusterRolesArgs {
  accountId: string;
  region: string;
  /** Physical name of the nodes' role: node classes name it. */
  nodeRoleName: string;
  /** Key that encrypts Kubernetes secrets. */
  secretsKeyArn: pulumi.Input<string>;
  /** Key that encrypts nodes' disks and volumes. */
  disksKeyArn: pulumi.Input<string>;
  /** Registries whose pull-through caches nodes pull from; they fill them with the first pull of an image. */
  imageCaches: readonly string[];
}

/** The two roles of an Auto Mode cluster: the one that EKS works with, and the one that nodes have. */
export class ClusterRoles extends pulumi.ComponentResource {
  readonly clusterRoleArn: pulumi.Output<string>;
  readonly nodeRoleArn: pulumi.Output<string>;
  /** What must be attached before EKS uses the roles, and must outlive the cluster. */
  readonly policies: pulumi.Resource[];

  constructor(name: string, args: ClusterRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:compute:ClusterRoles", name, { nodeRoleName: args.nodeRoleName }, opts);
    const child = { parent: this };

    const cluster = createClusterRole(name, args, child);
    const node = createNodeRole(name, args, child);

    this.clusterRoleArn = cluster.role.arn;
    this.nodeRoleArn = node.role.arn;
    this.policies = [...cluster.policies, ...node.policies];
    this.registerOutputs({ clusterRoleArn: this.clusterRoleArn, nodeRoleArn: this.nodeRoleArn });
  }
}

const clusterPolicies = {
  cluster: "AmazonEKSClusterPolicy",
  compute: "AmazonEKSComputePolicy",
  storage: "AmazonEKSBlockStoragePolicy",
  "load-balancing": "AmazonEKSLoadBalancingPolicy",
  networking: "AmazonEKSNetworkingPolicy",
};

const nodePolicies = {
  worker: "AmazonEKSWorkerNodeMinimalPolicy",
  "image-pull": "AmazonEC2ContainerRegistryPullOnly",
};

function createClusterRole(name: string, args: ClusterRolesArgs, opts: pulumi.CustomResourceOptions) {
  const role = new aws.iam.Role(
    `${name}-cluster`,
    {
      description: "EKS runs the control plane, nodes, volumes and balancers of the cluster",
      // Auto Mode tags its sessions with the cluster's name; its managed policies compare resources with that tag.
      assumeRolePolicy: serviceTrust("eks.amazonaws.com", { ...args, actions: ["sts:AssumeRole", "sts:TagSession"] }),
    },
    opts,
  );
  const own = new aws.iam.RolePolicy(
    `${name}-cluster-own`,
    { role: role.name, policy: policyDocument([...keyStatements(args), ...tagStatements, spotRole(args)]) },
    opts,
  );
  return { role, policies: [own, ...attach(`${name}-cluster`, role, clusterPolicies, opts)] };
}

/** EKS encrypts secrets in etcd, and disks and volumes on behalf of Auto Mode. */
function keyStatements({ secretsKeyArn, disksKeyArn, region }: ClusterRolesArgs): PolicyStatement[] {
  return [
    {
      Sid: "KubernetesSecrets",
      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"],
      Resource: secretsKeyArn,
    },
    {
      Sid: "Disks",
      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
      Resource: disksKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `ec2.${region}.amazonaws.com` } },
    },
    {
      Sid: "DiskGrants",
      Action: "kms:CreateGrant",
      Resource: disksKeyArn,
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

/**
 * The first spot instance of an account makes EC2 create its service-linked role, by the right of whoever asks for the
 * instance; without it a fresh account starts no spot node.
 */
function spotRole({ accountId }: ClusterRolesArgs): PolicyStatement {
  const service = "spot.amazonaws.com";
  return {
    Sid: "FirstSpotInstance",
    Action: "iam:CreateServiceLinkedRole",
    Resource: `arn:aws:iam::${accountId}:role/aws-service-role/${service}/AWSServiceRoleForEC2Spot`,
    Condition: { StringEquals: { "iam:AWSServiceName": service } },
  };
}

const ofThisCluster = { "aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}" };

/**
 * Lets Auto Mode put our own tags (cost centre, owner, backup) on what it makes: the managed policies allow none but
 * EKS's. Still only for resources of this cluster.
 */
const tagStatements: PolicyStatement[] = [
  {
    Sid: "TaggedNodes",
    Action: ["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"],
    Resource: "*",
    Condition: {
      StringEquals: ofThisCluster,
      StringLike: {
        "aws:RequestTag/eks:kubernetes-node-class-name": "*",
        "aws:RequestTag/eks:kubernetes-node-pool-name": "*",
      },
    },
  },
  {
    Sid: "TaggedVolumes",
    Action: ["ec2:CreateSnapshot", "ec2:CreateVolume"],
    Resource: ["arn:aws:ec2:*:*:snapshot/*", "arn:aws:ec2:*:*:volume/*"],
    Condition: { StringEquals: ofThisCluster },
  },
  {
    Sid: "TaggedInterfaces",
    Action: "ec2:CreateNetworkInterface",
    Resource: "*",
    Condition: { StringEquals: ofThisCluster, StringLike: { "aws:RequestTag/eks:kubernetes-cni-node-name": "*" } },
  },
  {
    Sid: "TaggedBalancers",
    Action: [
      "ec2:CreateSecurityGroup",
      "elasticloadbalancing:CreateListener",
      "elasticloadbalancing:CreateLoadBalancer",
      "elasticloadbalancing:CreateRule",
      "elasticloadbalancing:CreateTargetGroup",
    ],
    Resource: "*",
    Condition: { StringEquals: ofThisCluster },
  },
];

function createNodeRole(name: string, args: ClusterRolesArgs, opts: pulumi.CustomResourceOptions) {
  const role = new aws.iam.Role(
    `${name}-node`,
    {
      name: args.nodeRoleName,
      description: "Nodes join the cluster and pull images; pods have roles of their own",
      assumeRolePolicy: policyDocument([{ Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }]),
    },
    opts,
  );
  const statements = pullThroughStatements(args.imageCaches, args);
  const own =
    statements.length === 0
      ? []
      : [new aws.iam.RolePolicy(`${name}-node-own`, { role: role.name, policy: policyDocument(statements) }, opts)];
  return { role, policies: [...own, ...attach(`${name}-node`, role, nodePolicies, opts)] };
}

function attach(
  name: string,
  role: aws.iam.Role,
  policies: Readonly<Record<string, string>>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return Object.entries(policies).map(
    ([purpose, policy]) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${purpose}`,
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        opts,
      ),
  );
}
