import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** How long CloudWatch keeps a log group, and under which key. */
export interface LogGroupSettings {
  /** Days; one of CloudWatch's own periods (`logs.retentionDays`). */
  retentionDays: number;
  /** Customer key for logs. */
  keyArn: pulumi.Input<string>;
}

/**
 * A log group with retention, made before the service that would otherwise make it without any: what a service makes
 * itself is kept for ever and is not encrypted with our key.
 */
export function createLogGroup(
  name: string,
  groupName: pulumi.Input<string>,
  { retentionDays, keyArn }: LogGroupSettings,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(name, { name: groupName, retentionInDays: retentionDays, kmsKeyId: keyArn }, opts);
}
