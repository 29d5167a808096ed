import type * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../../stack/naming.ts";
import type { PolicyStatement } from "../../policyDocument.ts";
import { alertTopicArn } from "./names.ts";

/** What Alertmanager may do in AWS. Publishing to an encrypted topic needs the key too, but only by way of SNS. */
export function publishStatements(
  { names, region }: { names: Names; region: string },
  { topicKeyArn }: { topicKeyArn: pulumi.Input<string> },
): PolicyStatement[] {
  return [
    {
      Sid: "Publish",
      Action: "sns:Publish",
      Resource: [alertTopicArn(names, "critical"), alertTopicArn(names, "heartbeat")],
    },
    {
      Sid: "EncryptMessages",
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: topicKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `sns.${region}.amazonaws.com` } },
    },
  ];
}
