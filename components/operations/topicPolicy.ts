import type { AlertTopic } from "../observability/routing/names.ts";
import type { PolicyStatement } from "../policyDocument.ts";

/** AWS services that publish alarms by themselves; each sends the account it works for. */
const publishers = ["cloudwatch", "backup", "budgets", "costalerts", "events.rds"];

/**
 * The statements of a topic's policy: services of this account may publish alarms; nobody may publish in clear. Roles of
 * the account need a statement of their own policy; the heartbeat topic takes nothing else, so that nothing but the
 * Watchdog can make it beat.
 */
export function topicPolicy(topic: AlertTopic, arn: string, accountId: string): PolicyStatement[] {
  const encryptedOnly: PolicyStatement = {
    Sid: "EncryptedTransportOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "sns:Publish",
    Resource: arn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  if (topic === "heartbeat") return [encryptedOnly];
  return [
    encryptedOnly,
    {
      Sid: "AlarmsOfThisAccount",
      Principal: { Service: publishers.map((publisher) => `${publisher}.amazonaws.com`) },
      Action: "sns:Publish",
      Resource: arn,
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
    {
      Sid: "EventRulesOfThisAccount",
      // EventBridge sends no source account; the rule's ARN holds it.
      Principal: { Service: "events.amazonaws.com" },
      Action: "sns:Publish",
      Resource: arn,
      Condition: { ArnLike: { "aws:SourceArn": `arn:aws:events:*:${accountId}:rule/*` } },
    },
  ];
}
