import * as pulumi from "@pulumi/pulumi";

/** One statement of an IAM or resource policy, in IAM's own words. */
export interface PolicyStatement {
  /** Name of the statement: letters and digits; says in the console what it is for. */
  Sid?: string;
  /** @default "Allow" */
  Effect?: "Allow" | "Deny";
  /** Who may do it; resource and trust policies only. */
  Principal?: "*" | Readonly<Record<string, pulumi.Input<string> | pulumi.Input<string>[]>>;
  /** API actions, for example `s3:GetObject`. */
  Action: string | string[];
  /** ARNs the statement is about; absent in trust policies. */
  Resource?: pulumi.Input<string> | pulumi.Input<string>[];
  /** Operator → condition key → value. */
  Condition?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string> | pulumi.Input<string>[]>>>>;
}

/** A policy as JSON text; statements say Allow unless they say otherwise. */
export function policyDocument(statements: readonly PolicyStatement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
  });
}

/** Trust policy of a role that an AWS service of this account takes on; the account condition stops the confused deputy. */
export function serviceTrust(
  service: string,
  { accountId, actions = ["sts:AssumeRole"] }: { accountId: string; actions?: string[] },
): pulumi.Output<string> {
  return policyDocument([
    {
      Principal: { Service: service },
      Action: actions,
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
  ]);
}
