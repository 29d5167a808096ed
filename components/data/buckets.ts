import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { BucketsSettings } from "../../stack/sections/buckets.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import type { Keys } from "../security/keys.ts";
import { Bucket } from "./bucket.ts";
import type { BucketLifecycle } from "./bucketRules.ts";

/** A bucket that services share, from the catalog. */
export interface SharedBucketArgs {
  /** Purpose, part of the physical name. */
  name: string;
  /** Most sensitive data in it, as the tag DataClass. */
  sensitivity: string;
}

/** What the buckets need to be told. */
export interface BucketsArgs {
  /** Section `buckets` of the stack file: ageing. */
  settings: BucketsSettings;
  names: Names;
  accountId: string;
  /** Customer key `data`. */
  keys: Pick<Keys, "arns">;
  /** Buckets that services share. */
  shared: readonly SharedBucketArgs[];
  protect: boolean;
}

/** Purposes of the platform's own buckets, for `names.bucket`. */
export const platformBuckets = {
  /** Access logs of load balancers and of the other buckets. */
  accessLogs: "access-logs",
  /** Logs of Loki and exports of log groups. */
  logs: "logs",
  /** Exports and snapshots of systems that AWS Backup does not know: Vault, Consul, Elasticsearch, definitions of RabbitMQ. */
  backups: "backups",
  /** Release bundles, reports of deployments, files that jobs hand on. */
  artifacts: "artifacts",
} as const;

/** The platform's own buckets, and those that the catalog's services share. */
export class Buckets extends pulumi.ComponentResource {
  readonly accessLogs: Bucket;
  readonly logs: Bucket;
  readonly backups: Bucket;
  readonly artifacts: Bucket;
  /** Shared buckets by purpose. */
  readonly shared: Readonly<Record<string, Bucket>>;

  constructor(name: string, args: BucketsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "trading-platform:data:Buckets",
      name,
      { settings: args.settings, shared: args.shared.map((shared) => shared.name) },
      opts,
    );
    const child = { parent: this };

    this.accessLogs = createAccessLogs(name, args, child);
    const accessLogBucket = this.accessLogs.bucketName;
    const create = (purpose: string, special: { dataClass: string; backup?: boolean; lifecycle: BucketLifecycle }) =>
      new Bucket(
        `${name}-${purpose}`,
        {
          bucketName: args.names.bucket(purpose),
          keyArn: args.keys.arns.data,
          accessLogBucket,
          protect: args.protect,
          ...special,
        },
        child,
      );
    const { settings } = args;
    const lifecycle = ageing(settings);
    this.logs = create(platformBuckets.logs, {
      dataClass: "logs",
      lifecycle: { ...lifecycle, expireAfterDays: settings.logsExpireAfterDays },
    });
    this.backups = create(platformBuckets.backups, {
      dataClass: "backup",
      backup: true,
      lifecycle: { ...lifecycle, expireAfterDays: settings.backupsExpireAfterDays },
    });
    this.artifacts = create(platformBuckets.artifacts, { dataClass: "artifacts", backup: true, lifecycle });
    this.shared = Object.fromEntries(
      args.shared.map((shared) => [
        shared.name,
        create(shared.name, { dataClass: shared.sensitivity, backup: true, lifecycle }),
      ]),
    );
    this.registerOutputs({ accessLogs: this.accessLogs.bucketName, backups: this.backups.bucketName });
  }
}

function ageing({ infrequentAccessAfterDays, archiveAfterDays, noncurrentDays }: BucketsSettings): BucketLifecycle {
  return { infrequentAccessAfterDays, archiveAfterDays, noncurrentDays };
}

/** AWS delivers access logs only into a bucket under S3's own key, and does not log that bucket itself. */
function createAccessLogs(name: string, args: BucketsArgs, opts: pulumi.ComponentResourceOptions): Bucket {
  const bucketName = args.names.bucket(platformBuckets.accessLogs);
  return new Bucket(
    `${name}-${platformBuckets.accessLogs}`,
    {
      bucketName,
      dataClass: "logs",
      lifecycle: { ...ageing(args.settings), expireAfterDays: args.settings.logsExpireAfterDays },
      extraPolicyStatements: deliveryStatements(bucketName, args.accountId),
      protect: args.protect,
    },
    opts,
  );
}

/** Lets S3, application and network balancers of this account write their access logs. */
export function deliveryStatements(bucketName: string, accountId: string): PolicyStatement[] {
  const ofThisAccount = { StringEquals: { "aws:SourceAccount": accountId } };
  const arn = `arn:aws:s3:::${bucketName}`;
  return [
    {
      Sid: "BucketAccessLogs",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `${arn}/*`,
      Condition: ofThisAccount,
    },
    {
      Sid: "ApplicationBalancerLogs",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      // The path carries the account; this service sends no source account to compare.
      Resource: [`${arn}/AWSLogs/${accountId}/*`, `${arn}/*/AWSLogs/${accountId}/*`],
    },
    {
      Sid: "NetworkBalancerLogs",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `${arn}/*`,
      Condition: ofThisAccount,
    },
    {
      Sid: "NetworkBalancerLogsCheck",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: "s3:GetBucketAcl",
      Resource: arn,
      Condition: ofThisAccount,
    },
  ];
}
