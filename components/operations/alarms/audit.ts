import { limitCases } from "./cases.ts";
import type { Alarm } from "./types.ts";

/** Namespace of the metrics that filters count from the audit trail. */
export const auditNamespace = "Trading/Audit";

/** A filter over the audit trail, and the alarm on what it counts. */
export interface AuditFilter {
  name: string;
  severity: "critical" | "warning";
  /** Filter pattern of CloudWatch Logs over CloudTrail's records. */
  pattern: string;
  /** Events within five minutes from which the alarm fires. */
  atLeast: number;
  description: string;
  impact: string;
  mitigation: string[];
}

const eventNames = (names: readonly string[]) => names.map((name) => `($.eventName = ${name})`).join(" || ");

/** What the CIS benchmark for AWS asks to be told of. */
export const auditFilters: readonly AuditFilter[] = [
  {
    name: "RootLogin",
    severity: "critical",
    pattern:
      '{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != "AwsServiceEvent") }',
    atLeast: 1,
    description: "The root user of the account did something.",
    impact: "Root may do everything and no policy stops it; nobody needs it for daily work.",
    mitigation: [
      "Not one of us: reset the root password and its second factor, call AWS support, look at everything it did.",
    ],
  },
  {
    name: "ConsoleLoginWithoutMfa",
    severity: "warning",
    pattern:
      '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
    atLeast: 1,
    description: "A user logged into the console without a second factor.",
    impact: "A stolen password is enough to come in.",
    mitigation: ["Take the console access from the user; people log in by single sign-on."],
  },
  {
    name: "UnauthorizedApiCalls",
    severity: "warning",
    pattern: '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    atLeast: 5,
    description: "Calls that the caller may not make.",
    impact: "A role lacks a permission, or somebody tries what stolen keys can do.",
    mitigation: [
      "A role of ours: add the permission in the program.",
      "A key nobody knows: deactivate it, then look at what it did.",
    ],
  },
  {
    name: "KmsKeyDeletion",
    severity: "critical",
    pattern: `{ ($.eventSource = kms.amazonaws.com) && (${eventNames(["DisableKey", "ScheduleKeyDeletion"])}) }`,
    atLeast: 1,
    description: "A customer key was disabled or its deletion scheduled.",
    impact: "What it encrypts cannot be read any more; after the waiting time, never again.",
    mitigation: [
      "`aws kms cancel-key-deletion --key-id <id>` and `aws kms enable-key --key-id <id>`; then ask who and why.",
    ],
  },
  {
    name: "IamChange",
    severity: "warning",
    pattern: `{ ${eventNames(["CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "AttachUserPolicy", "PutUserPolicy", "CreateAccessKey", "UpdateAssumeRolePolicy"])} }`,
    atLeast: 1,
    description: "Permissions were changed.",
    impact: "None when it was a deployment; a back door when it was not.",
    mitigation: ["Compare with the deployments of that hour. Nobody deployed: undo it and treat as an intrusion."],
  },
  {
    name: "SecurityGroupChange",
    severity: "warning",
    pattern: `{ ${eventNames(["AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup"])} }`,
    atLeast: 1,
    description: "A security group was changed.",
    impact: "A door may stand open, or a needed one may be shut.",
    mitigation: [
      "Compare with the deployments of that hour; `pulumi preview --refresh` shows what differs from the program.",
    ],
  },
];

/** The alarms on the filters' counts. */
export function auditAlarms(): Alarm[] {
  return auditFilters.map(({ name, severity, atLeast, description, impact, mitigation }) => ({
    name,
    category: "security",
    severity,
    component: "audit",
    owner: "security",
    panel: { dashboard: "security", panel: "AWS audit trail" },
    source: "CIS AWS Foundations Benchmark, section 5",
    watches: {
      kind: "metric",
      metric: { namespace: auditNamespace, metric: name, statistic: "Sum", dimensions: {} },
    },
    fires: { above: atLeast - 1 },
    unit: "events",
    periodSeconds: 300,
    periods: 1,
    missing: "notBreaching",
    description,
    impact,
    runbook: {
      diagnosis: [
        {
          text: "Who, from where, what exactly? Ask the audit trail around the time of the alarm.",
          command: `aws logs filter-log-events --log-group-name <audit-log-group> --start-time <epoch-ms> --filter-pattern '${auditFilters.find((filter) => filter.name === name)!.pattern}'`,
        },
        { text: "Was it a deployment?", command: "pulumi stack history -s <stack>" },
      ],
      mitigation,
    },
    cases: limitCases(atLeast - 1, 1, 1),
  }));
}
