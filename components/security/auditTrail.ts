import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import { Bucket, type BucketObjectLock } from "../data/bucket.ts";
import { platformBuckets } from "../data/buckets.ts";
import { type PolicyStatement, policyDocument } from "../policyDocument.ts";
import type { Keys } from "./keys.ts";

/** What the audit trail needs to be told. */
export interface AuditTrailArgs {
  /** Physical names: the trail's ARN stands in policies before the trail exists. */
  names: Names;
  accountId: string;
  /** Customer keys: `audit` for the log files and their bucket, `logs` for the searchable copy. */
  keys: Pick<Keys, "arns">;
  /** Days to keep the searchable copy in CloudWatch; a value that CloudWatch knows. */
  auditRetentionDays: number;
  /** COMPLIANCE can never be shortened, not even by the root user; GOVERNANCE by whoever holds a special permission. */
  lockMode: BucketObjectLock["mode"];
  /** Days for which nobody can delete an entry. */
  lockDays: number;
  /** Record reads and writes of objects in the environment's buckets; 0.10 USD per 100,000 events. */
  objectEvents: boolean;
  /** Bucket for the access log of the audit bucket: the trail cannot record who reads it without recording itself. */
  accessLogBucket: pulumi.Input<string>;
  /** Refuse the deletion. */
  protect: boolean;
  /** Last word on the trail's own arguments. */
  transform?: { trail?: (args: aws.cloudtrail.TrailArgs) => aws.cloudtrail.TrailArgs };
}

/**
 * Who did what in the account: CloudTrail of all regions, with signed log files in a bucket where nobody can delete
 * them, and a copy in CloudWatch Logs to search and to raise alarms on.
 */
export class AuditTrail extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  /** Log group to search and to put metric filters on. */
  readonly logGroupName: pulumi.Output<string>;
  readonly trailArn: pulumi.Output<string>;

  constructor(name: string, args: AuditTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "trading-platform:security:AuditTrail",
      name,
      { lockMode: args.lockMode, lockDays: args.lockDays, objectEvents: args.objectEvents },
      opts,
    );
    const parent = { parent: this };

    const bucket = new Bucket(
      `${name}-bucket`,
      {
        bucketName: args.names.bucket("audit"),
        keyArn: args.keys.arns.audit,
        objectLock: { mode: args.lockMode, days: args.lockDays },
        accessLogBucket: args.accessLogBucket,
        extraPolicyStatements: deliveryStatements(args),
        dataClass: "audit",
        protect: args.protect,
      },
      parent,
    );
    const logGroup = createLogGroup(name, args, { parent: this, protect: args.protect });
    const role = createRole(name, logGroup, parent);
    // CloudTrail tries to write at once, so that the bucket's policy and the role's must stand first.
    const trail = createTrail(
      name,
      args,
      { bucket, logGroup, role },
      { parent: this, dependsOn: [bucket, role.policy] },
    );

    this.bucketName = bucket.bucketName;
    this.bucketArn = bucket.arn;
    this.logGroupName = logGroup.name;
    this.trailArn = trail.arn;
    this.registerOutputs({
      bucketName: this.bucketName,
      bucketArn: this.bucketArn,
      logGroupName: this.logGroupName,
      trailArn: this.trailArn,
    });
  }
}

function trailName(names: Names): string {
  return `${names.prefix}-audit`;
}

/** What the bucket lets CloudTrail do, and only for this trail (confused deputy). */
export function deliveryStatements({
  names,
  accountId,
}: Pick<AuditTrailArgs, "names" | "accountId">): PolicyStatement[] {
  const bucketArn = names.bucketArn("audit");
  const service = { Principal: { Service: "cloudtrail.amazonaws.com" } };
  const thisTrail = { "aws:SourceArn": names.arn("cloudtrail", `trail/${trailName(names)}`) };
  return [
    {
      Sid: "TrailChecks",
      ...service,
      Action: "s3:GetBucketAcl",
      Resource: bucketArn,
      Condition: { StringEquals: thisTrail },
    },
    {
      Sid: "TrailWrites",
      ...service,
      Action: "s3:PutObject",
      Resource: `${bucketArn}/AWSLogs/${accountId}/*`,
      Condition: { StringEquals: { ...thisTrail, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}

function createLogGroup(
  name: string,
  args: AuditTrailArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    `${name}-events`,
    {
      name: args.names.logGroup("audit/cloudtrail"),
      retentionInDays: args.auditRetentionDays,
      kmsKeyId: args.keys.arns.logs,
      deletionProtectionEnabled: args.protect,
      tags: { DataClass: "audit" },
    },
    opts,
  );
}

function createRole(
  name: string,
  logGroup: aws.cloudwatch.LogGroup,
  opts: pulumi.CustomResourceOptions,
): { arn: pulumi.Output<string>; policy: pulumi.Resource } {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      description: "CloudTrail writes its events to CloudWatch Logs",
      // CloudTrail names no source account when it takes this role on (its user guide), so that no condition can ask.
      assumeRolePolicy: policyDocument([
        { Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "sts:AssumeRole" },
      ]),
    },
    opts,
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-role-policy`,
    {
      role: role.id,
      policy: policyDocument([
        { Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: pulumi.interpolate`${logGroup.arn}:*` },
      ]),
    },
    opts,
  );
  return { arn: role.arn, policy };
}

function createTrail(
  name: string,
  args: AuditTrailArgs,
  to: { bucket: Bucket; logGroup: aws.cloudwatch.LogGroup; role: { arn: pulumi.Output<string> } },
  opts: pulumi.CustomResourceOptions,
): aws.cloudtrail.Trail {
  const trailArgs: aws.cloudtrail.TrailArgs = {
    name: trailName(args.names),
    s3BucketName: to.bucket.bucketName,
    kmsKeyId: args.keys.arns.audit,
    isMultiRegionTrail: true,
    includeGlobalServiceEvents: true,
    enableLogFileValidation: true,
    enableLogging: true,
    cloudWatchLogsGroupArn: pulumi.interpolate`${to.logGroup.arn}:*`,
    cloudWatchLogsRoleArn: to.role.arn,
    advancedEventSelectors: eventSelectors(args),
  };
  return new aws.cloudtrail.Trail(`${name}-trail`, args.transform?.trail?.(trailArgs) ?? trailArgs, {
    ...opts,
    protect: args.protect,
  });
}

/**
 * Management events always; object events of the environment's own buckets, but not of the audit bucket nor of the one
 * that holds its access log: each record would make the next.
 */
export function eventSelectors({
  names,
  objectEvents,
}: Pick<AuditTrailArgs, "names" | "objectEvents">): aws.types.input.cloudtrail.TrailAdvancedEventSelector[] {
  const management = {
    name: "Management events",
    fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }],
  };
  if (!objectEvents) return [management];
  const objects = {
    name: "Objects in the environment's buckets",
    fieldSelectors: [
      { field: "eventCategory", equals: ["Data"] },
      { field: "resources.type", equals: ["AWS::S3::Object"] },
      {
        field: "resources.ARN",
        startsWiths: [`arn:aws:s3:::${names.prefix}-`],
        notStartsWiths: ["audit", platformBuckets.accessLogs].map((purpose) => `${names.bucketArn(purpose)}/`),
      },
    ],
  };
  return [management, objects];
}
