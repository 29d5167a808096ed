import * as pulumi from "@pulumi/pulumi";
import type { LoggingSettings } from "../../stack/sections/logging.ts";
import { PodIdentity } from "../compute/podIdentity.ts";
import { Bucket } from "../data/bucket.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import type { PlatformContext } from "./context.ts";
import { createFlowPolicies } from "./flowPolicies.ts";
import { lokiBucketPurpose, lokiServiceAccount, lokiValues } from "./lokiValues.ts";
import { loggingFlows } from "./monitoringFlows.ts";
import { loggingNamespace } from "./monitoringNames.ts";
import { installChart } from "./release.ts";

/** Arguments of `Loki`. */
export interface LokiArgs {
  context: PlatformContext;
  /** Section `logging.loki` of the stack file. */
  settings: LoggingSettings["loki"];
  /** ARN of the customer key for buckets, under which the logs lie. */
  dataKeyArn: pulumi.Input<string>;
}

/** What Loki may do: everything with the objects of its own bucket, and nothing else in S3. */
export function lokiStatements(
  context: Pick<PlatformContext, "names" | "region">,
  keyArn: pulumi.Input<string>,
): PolicyStatement[] {
  const bucket = context.names.bucketArn(lokiBucketPurpose);
  return [
    { Sid: "ListLogs", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: bucket },
    {
      Sid: "KeepLogs",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      Resource: `${bucket}/*`,
    },
    {
      Sid: "EncryptLogs",
      Action: ["kms:GenerateDataKey", "kms:Decrypt"],
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": `s3.${context.region}.amazonaws.com` } },
    },
  ];
}

/** Loki: keeps all logs in S3 for as long as the settings say, found by labels. */
export class Loki extends pulumi.ComponentResource {
  /** Bucket of chunks and index. */
  readonly bucketName: pulumi.Output<string>;
  /** The release; what writes to Loki comes after it. */
  readonly release: pulumi.Resource;

  constructor(name: string, args: LokiArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Loki", name, { settings: args.settings }, opts);
    const { context, settings } = args;
    const policies = createFlowPolicies(name, loggingFlows(context), this);
    const bucket = createBucket(name, args, this);
    const identity = createIdentity(name, args, this);
    this.bucketName = bucket.bucketName;
    this.release = installChart(
      `${name}-release`,
      { chart: "loki", context, namespace: loggingNamespace, values: lokiValues(context, settings) },
      { parent: this, dependsOn: [bucket, identity, ...policies] },
    );
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

/**
 * The bucket. Loki deletes by itself; the lifecycle is the net below for what a lost index no longer names. Nothing goes to
 * an archive, where a query could not read it, and old versions go soon: they are what retention has deleted.
 */
function createBucket(name: string, { context, settings, dataKeyArn }: LokiArgs, parent: pulumi.Resource): Bucket {
  return new Bucket(
    `${name}-bucket`,
    {
      bucketName: context.names.bucket(lokiBucketPurpose),
      keyArn: dataKeyArn,
      lifecycle: { archiveAfterDays: false, expireAfterDays: settings.bucketLifecycleDays, noncurrentDays: 7 },
      dataClass: "logs",
      protect: context.protect,
    },
    { parent },
  );
}

function createIdentity(name: string, { context, dataKeyArn }: LokiArgs, parent: pulumi.Resource): PodIdentity {
  return new PodIdentity(
    `${name}-identity`,
    {
      clusterName: context.clusterName,
      namespace: loggingNamespace,
      serviceAccount: lokiServiceAccount,
      statements: lokiStatements(context, dataKeyArn),
    },
    { parent },
  );
}
