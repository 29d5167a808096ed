import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type PolicyStatement, policyDocument } from "../policyDocument.ts";
import { type BucketLifecycle, bucketStatements, lifecycleRules } from "./bucketRules.ts";

/** What an object-locked bucket promises: nobody deletes or overwrites a version before its time. */
export interface BucketObjectLock {
  /** GOVERNANCE: who holds a special permission may still delete. COMPLIANCE: nobody may, not even the root user. */
  mode: "GOVERNANCE" | "COMPLIANCE";
  /** How long each version is kept, in days; in COMPLIANCE it can never be shortened. */
  days: number;
}

/** What a bucket needs to be told. */
export interface BucketArgs {
  /** Physical name, from `names.bucket(purpose)`: unique in the world, at most 63 characters. */
  bucketName: string;
  /**
   * Customer key that encrypts the objects. Absent only for buckets that receive load balancer or S3 access logs:
   * AWS cannot deliver those under a customer key, so S3's own key is used (SSE-S3).
   */
  keyArn?: pulumi.Input<string>;
  /** Keep overwritten and deleted versions. @default true */
  versioned?: boolean;
  /** Ageing of objects. @default 30 days to STANDARD_IA, 90 to GLACIER, versions kept 30 days, no end */
  lifecycle?: BucketLifecycle;
  /** Lock every object version for a time; can only be chosen at creation and forces versioning. @default no lock */
  objectLock?: BucketObjectLock;
  /** Name of the bucket that receives this bucket's access logs. @default no access logs */
  accessLogBucket?: pulumi.Input<string>;
  /** Statements that the bucket policy allows beside its refusal of plain HTTP, for example for log delivery. */
  extraPolicyStatements?: readonly PolicyStatement[];
  /** Kind of data, as the tag DataClass: `audit`, `backup`, `logs`, `artifacts`, `telemetry`… */
  dataClass: string;
  /** AWS Backup takes the bucket into its plan (tag Backup); needs versioning. @default false */
  backup?: boolean;
  /** Refuse the deletion; never deletes a bucket that holds objects in any case. */
  protect: boolean;
  /** Region other than the provider's, for copies. @default the provider's region */
  region?: string;
  /** Last word on the bucket itself. */
  transform?: { bucket?: (args: aws.s3.BucketArgs) => aws.s3.BucketArgs };
}

/**
 * A bucket as it should be: private, encrypted, versioned, ageing into cheaper storage, readable over TLS only.
 * Use `bucketName` and `arn` rather than the computed name: they are known when all that follows is in place.
 */
export class Bucket extends pulumi.ComponentResource {
  /** Name of the bucket. */
  readonly bucketName: pulumi.Output<string>;
  /** ARN of the bucket. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: BucketArgs, opts?: pulumi.ComponentResourceOptions) {
    const { transform, ...plain } = args;
    super("trading-platform:data:Bucket", name, plain, opts);

    const bucket = createBucket(name, args, { parent: this, protect: args.protect });
    const about: About = { bucket: bucket.bucket, region: args.region };
    const child = { parent: this };
    const block = blockPublicAccess(name, about, child);
    new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { ...about, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    createEncryption(name, args, about, child);
    const versioning = createVersioning(name, args, about, child);
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { ...about, rules: lifecycleRules(args.lifecycle ?? {}) },
      // A rule about old versions means nothing before versioning is on.
      { parent: this, dependsOn: versioning },
    );
    // S3 refuses changes to the policy and to the public access block at the same moment.
    createPolicy(name, args, about, { parent: this, dependsOn: block });
    if (args.objectLock) createObjectLock(name, args.objectLock, about, { parent: this, dependsOn: versioning });
    if (args.accessLogBucket !== undefined) createAccessLog(name, args, about, child);

    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }
}

/** The bucket that the separate resources are about. */
interface About {
  bucket: pulumi.Output<string>;
  region: string | undefined;
}

function createBucket(name: string, args: BucketArgs, opts: pulumi.CustomResourceOptions): aws.s3.Bucket {
  const plain: aws.s3.BucketArgs = {
    bucket: args.bucketName,
    region: args.region,
    objectLockEnabled: args.objectLock !== undefined,
    tags: { DataClass: args.dataClass, ...(args.backup ? { Backup: "true" } : {}) },
  };
  return new aws.s3.Bucket(`${name}-bucket`, args.transform?.bucket?.(plain) ?? plain, opts);
}

function blockPublicAccess(name: string, about: About, opts: pulumi.CustomResourceOptions) {
  return new aws.s3.BucketPublicAccessBlock(
    `${name}-public-access`,
    { ...about, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    opts,
  );
}

function createEncryption(name: string, { keyArn }: BucketArgs, about: About, opts: pulumi.CustomResourceOptions) {
  const customerKey = { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn };
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    {
      ...about,
      rules: [
        keyArn === undefined
          ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
          : // One data key for many objects: fewer KMS requests, to S3's own advice.
            { applyServerSideEncryptionByDefault: customerKey, bucketKeyEnabled: true },
      ],
    },
    opts,
  );
}

function createVersioning(name: string, args: BucketArgs, about: About, opts: pulumi.CustomResourceOptions) {
  const enabled = (args.versioned ?? true) || args.objectLock !== undefined;
  return new aws.s3.BucketVersioning(
    `${name}-versioning`,
    // "Disabled" is what a bucket that never had versions says; "Suspended" would be a change.
    { ...about, versioningConfiguration: { status: enabled ? "Enabled" : "Disabled" } },
    opts,
  );
}

function createPolicy(name: string, args: BucketArgs, about: About, opts: pulumi.CustomResourceOptions) {
  new aws.s3.BucketPolicy(
    `${name}-policy`,
    { ...about, policy: policyDocument(bucketStatements(args.bucketName, args.extraPolicyStatements)) },
    opts,
  );
}

function createObjectLock(name: string, lock: BucketObjectLock, about: About, opts: pulumi.CustomResourceOptions) {
  new aws.s3.BucketObjectLockConfiguration(
    `${name}-object-lock`,
    { ...about, rule: { defaultRetention: { mode: lock.mode, days: lock.days } } },
    opts,
  );
}

function createAccessLog(name: string, args: BucketArgs, about: About, opts: pulumi.CustomResourceOptions) {
  new aws.s3.BucketLogging(
    `${name}-access-log`,
    {
      ...about,
      targetBucket: args.accessLogBucket!,
      targetPrefix: `${args.bucketName}/`,
      // Dated prefixes let Athena read one day without listing years.
      targetObjectKeyFormat: { partitionedPrefix: { partitionDateSource: "EventTime" } },
    },
    opts,
  );
}
