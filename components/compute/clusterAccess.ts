import type { ClusterSettings } from "../../stack/sections/cluster.ts";

/** One principal's access to the cluster. */
export interface AccessGrant {
  /** Part of logical names: from the principal, so that the order of a list means nothing. */
  slug: string;
  principalArn: string;
  /** Access policy of EKS. */
  policyArn: string;
}

const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;

/** Everything, everywhere. */
const administratorPolicy = policy("AmazonEKSClusterAdminPolicy");

/** Looks at everything but secrets. */
const viewerPolicy = policy("AmazonEKSViewPolicy");

/** Who may enter the cluster, and as what; the role that deploys comes first. */
export function accessGrants({
  deployRole,
  administrators,
  viewers,
}: Pick<ClusterSettings, "deployRole" | "administrators" | "viewers">): [AccessGrant, ...AccessGrant[]] {
  const grant = (principalArn: string, policyArn: string) => ({ slug: slugOf(principalArn), principalArn, policyArn });
  return [
    grant(deployRole, administratorPolicy),
    ...administrators.map((arn) => grant(arn, administratorPolicy)),
    ...viewers.map((arn) => grant(arn, viewerPolicy)),
  ];
}

/** `arn:aws:iam::111122223333:role/ops/deploy` → `role-ops-deploy`: unique in an account. */
function slugOf(arn: string): string {
  const [, , , , , path = ""] = arn.split(":");
  return path.replaceAll(/[^A-Za-z0-9]+/g, "-").toLowerCase();
}
