import type * as pulumi from "@pulumi/pulumi";
import type { BucketUse, SecretRef, Service } from "../../catalog/types.ts";
import type { Names } from "../../stack/naming.ts";
import type { PolicyStatement } from "../policyDocument.ts";

/** Where the resources are that identities are limited to. */
export interface IdentityContext {
  names: Names;
  region: string;
  /** Key that encrypts the shared buckets. */
  dataKeyArn: pulumi.Input<string>;
}

/**
 * Actions whose resource must be `*` because AWS knows none; nothing else may have it. Both are the bot's, which signs in
 * to the registry and measures itself; services in the cluster have neither.
 */
export const actionsWithoutResource: readonly string[] = ["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"];

/**
 * All that a service may do in AWS: read and write its prefixes of its buckets, and use the key under which they lie,
 * through S3 only. A service without buckets may do nothing; databases, broker and Kafka know it by password.
 */
export function identityStatements(service: Service, context: IdentityContext): PolicyStatement[] {
  const buckets = service.uses?.buckets ?? [];
  if (buckets.length === 0) return [];
  const writes = buckets.some(({ access }) => access !== "read");
  return [
    ...buckets.flatMap((use) => bucketStatements(service, use, context)),
    {
      Sid: "UseKeyThroughS3",
      Action: writes ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"],
      Resource: context.dataKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `s3.${context.region}.amazonaws.com` } },
    },
  ];
}

const objectActions: Record<BucketUse["access"], string[]> = {
  read: ["s3:GetObject"],
  write: ["s3:PutObject", "s3:AbortMultipartUpload"],
  readWrite: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
};

function bucketStatements(service: Service, use: BucketUse, { names }: IdentityContext): PolicyStatement[] {
  const prefix = use.prefix ?? `${service.name}/`;
  const arn = names.bucketArn(use.bucket);
  const title = use.bucket
    .split("-")
    .map((word) => `${word[0]!.toUpperCase()}${word.slice(1)}`)
    .join("");
  const objects: PolicyStatement = {
    Sid: `Objects${title}`,
    Action: objectActions[use.access],
    Resource: `${arn}/${prefix}*`,
  };
  if (use.access === "write") return [objects];
  const list: PolicyStatement = {
    Sid: `List${title}`,
    Action: "s3:ListBucket",
    Resource: arn,
    ...(prefix !== "" && { Condition: { StringLike: { "s3:prefix": [prefix, `${prefix}*`] } } }),
  };
  return [objects, list];
}

/**
 * What the bot on EC2 may read of the secrets that it asks for by name; inside the cluster External Secrets does that for
 * the services. The six characters that Secrets Manager adds to an ARN are matched, nothing more.
 */
export function secretStatements(
  service: Service,
  secrets: ReadonlyMap<string, SecretRef>,
  { names, region, secretsKeyArn }: { names: Names; region: string; secretsKeyArn: pulumi.Input<string> },
): PolicyStatement[] {
  const paths = new Set((service.secrets ?? []).map((name) => secrets.get(name)!.path));
  if (paths.size === 0) return [];
  return [
    {
      Sid: "ReadSecrets",
      Action: "secretsmanager:GetSecretValue",
      Resource: [...paths].sort().map((path) => names.arn("secretsmanager", `secret:${names.secret(path)}-??????`)),
    },
    {
      Sid: "OpenSecrets",
      Action: "kms:Decrypt",
      Resource: secretsKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
    },
  ];
}
