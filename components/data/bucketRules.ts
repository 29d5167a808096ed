import type { PolicyStatement } from "../policyDocument.ts";

/** When objects move to cheaper storage and when they go, in days. */
export interface BucketLifecycle {
  /** Days until objects move to STANDARD_IA; S3 allows no fewer than 30. @default 30 (requirement sheet) */
  infrequentAccessAfterDays?: number;
  /**
   * Days until objects move to GLACIER (flexible retrieval, minutes to hours to read); false: never, for what must be
   * readable at once. @default 90 (requirement sheet)
   */
  archiveAfterDays?: number | false;
  /** Days until objects are deleted; absent: they stay. */
  expireAfterDays?: number;
  /** Days for which overwritten and deleted versions can be brought back. @default 30 */
  noncurrentDays?: number;
}

/** A lifecycle rule in the shape of `aws.s3.BucketLifecycleConfiguration`. */
export interface LifecycleRule {
  id: string;
  status: "Enabled";
  filter: { prefix: string };
  transitions?: { days: number; storageClass: "STANDARD_IA" | "GLACIER" }[];
  expiration?: { days: number };
  noncurrentVersionExpiration: { noncurrentDays: number };
  abortIncompleteMultipartUpload: { daysAfterInitiation: number };
}

/**
 * The one rule of a bucket's lifecycle. A move that would come at or after the deletion is left out: S3 refuses it,
 * and so buckets that keep things for a week need no settings of their own.
 */
export function lifecycleRules(lifecycle: BucketLifecycle): LifecycleRule[] {
  const { infrequentAccessAfterDays = 30, archiveAfterDays = 90, expireAfterDays, noncurrentDays = 30 } = lifecycle;
  const end = expireAfterDays ?? Number.POSITIVE_INFINITY;
  const transitions = [
    { days: infrequentAccessAfterDays, storageClass: "STANDARD_IA" as const },
    { days: archiveAfterDays || Number.POSITIVE_INFINITY, storageClass: "GLACIER" as const },
  ].filter(({ days }) => days < end);
  return [
    {
      id: "age",
      status: "Enabled",
      filter: { prefix: "" },
      ...(transitions.length > 0 ? { transitions } : {}),
      ...(expireAfterDays === undefined ? {} : { expiration: { days: expireAfterDays } }),
      noncurrentVersionExpiration: { noncurrentDays },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
  ];
}

/** Refuses every request without TLS 1.2 or later, then allows what else is asked for. */
export function bucketStatements(bucketName: string, extra: readonly PolicyStatement[] = []): PolicyStatement[] {
  const Resource = [`arn:aws:s3:::${bucketName}`, `arn:aws:s3:::${bucketName}/*`];
  const everybody = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource } as const;
  return [
    { Sid: "OnlyTls", ...everybody, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "OnlyModernTls", ...everybody, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
    ...extra,
  ];
}
