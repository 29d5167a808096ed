import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type PolicyStatement, policyDocument } from "../policyDocument.ts";

/** What a pod's cloud identity needs to be told. */
export interface PodIdentityArgs {
  /** Name of the EKS cluster. */
  clusterName: pulumi.Input<string>;
  /** Namespace of the service account. */
  namespace: string;
  /** Name of the Kubernetes service account whose pods take the role on. */
  serviceAccount: string;
  /** Physical name of the role, at most 64 characters, when others must know it in advance. @default named by Pulumi */
  roleName?: string;
  /** All that the pods may do; empty for an identity without permissions. */
  statements: readonly PolicyStatement[];
}

/**
 * The cloud identity of one Kubernetes service account: a role of its own that only EKS Pod Identity can take on, with
 * exactly the statements given. No keys, no OIDC provider.
 */
export class PodIdentity extends pulumi.ComponentResource {
  /** ARN of the role. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: PodIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:compute:PodIdentity", name, { ...args }, opts);

    const role = createRole(name, args, { parent: this });
    const policy = createPolicy(name, args, role, { parent: this });
    createAssociation(name, args, role, { parent: this, dependsOn: policy });

    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

/** Trust of a role that pods take on: EKS tags the session with cluster, namespace and service account. */
const podIdentityTrust: PolicyStatement = {
  Sid: "PodIdentity",
  Principal: { Service: "pods.eks.amazonaws.com" },
  Action: ["sts:AssumeRole", "sts:TagSession"],
};

/** The trust narrowed to one service account by the session tags that EKS sets. */
function trustOf({ namespace, serviceAccount }: Pick<PodIdentityArgs, "namespace" | "serviceAccount">) {
  return {
    ...podIdentityTrust,
    Condition: {
      StringEquals: {
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    },
  } satisfies PolicyStatement;
}

function createRole(name: string, args: PodIdentityArgs, opts: pulumi.CustomResourceOptions): aws.iam.Role {
  return new aws.iam.Role(
    `${name}-role`,
    {
      name: args.roleName,
      description: `Pods of ${args.namespace}/${args.serviceAccount}`,
      assumeRolePolicy: policyDocument([trustOf(args)]),
    },
    opts,
  );
}

/** A role without permissions has no policy: IAM refuses an empty one. */
function createPolicy(
  name: string,
  { statements }: PodIdentityArgs,
  role: aws.iam.Role,
  opts: pulumi.CustomResourceOptions,
): aws.iam.RolePolicy[] {
  if (statements.length === 0) return [];
  return [new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy: policyDocument(statements) }, opts)];
}

function createAssociation(
  name: string,
  args: PodIdentityArgs,
  role: aws.iam.Role,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.eks.PodIdentityAssociation(
    `${name}-association`,
    {
      clusterName: args.clusterName,
      namespace: args.namespace,
      serviceAccount: args.serviceAccount,
      roleArn: role.arn,
    },
    opts,
  );
}
