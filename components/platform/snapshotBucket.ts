import type * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../compute/podIdentity.ts";
import { Bucket } from "../data/bucket.ts";
import { platformBuckets } from "../data/buckets.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import type { PlatformContext } from "./context.ts";

/** A bucket for the snapshots of one system. */
export interface SnapshotBucketPlan {
  context: Pick<PlatformContext, "names" | "protect">;
  /** Purpose, part of the physical name, for example `vault-snapshots`. */
  purpose: string;
  /** Customer key for backups. */
  keyArn: pulumi.Input<string>;
  /** Days until a snapshot is deleted; absent: the system deletes its own. */
  expireAfterDays?: number;
}

/** Creates a bucket for snapshots. They must be readable at once in an emergency, so none goes to an archive class. */
export function createSnapshotBucket(name: string, plan: SnapshotBucketPlan, parent: pulumi.Resource): Bucket {
  const { context, purpose, keyArn, expireAfterDays } = plan;
  return new Bucket(
    name,
    {
      bucketName: context.names.bucket(purpose),
      keyArn,
      lifecycle: { archiveAfterDays: false, expireAfterDays, noncurrentDays: 30 },
      accessLogBucket: context.names.bucket(platformBuckets.accessLogs),
      dataClass: "backup",
      protect: context.protect,
    },
    { parent },
  );
}

/** What a snapshot job may do: add objects below its prefix, see that they arrived; never delete or list. */
function uploadStatements(bucketArn: string, prefix: string, keyArn: pulumi.Input<string>): PolicyStatement[] {
  return [
    { Sid: "AddSnapshots", Action: ["s3:PutObject", "s3:GetObject"], Resource: `${bucketArn}/${prefix}*` },
    { Sid: "EncryptSnapshots", Action: ["kms:GenerateDataKey", "kms:Decrypt"], Resource: keyArn },
  ];
}

/** Gives the service account of a snapshot job its role. */
export function createUploader(
  name: string,
  plan: {
    context: Pick<PlatformContext, "clusterName" | "names">;
    namespace: string;
    serviceAccount: string;
    purpose: string;
    prefix: string;
    keyArn: pulumi.Input<string>;
  },
  parent: pulumi.Resource,
): PodIdentity {
  const { context, namespace, serviceAccount, purpose, prefix, keyArn } = plan;
  return new PodIdentity(
    name,
    {
      clusterName: context.clusterName,
      namespace,
      serviceAccount,
      statements: uploadStatements(context.names.bucketArn(purpose), prefix, keyArn),
    },
    { parent },
  );
}
