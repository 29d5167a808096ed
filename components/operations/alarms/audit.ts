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
      "One of us: ask why; what needs root (closing the account, some billing) is announced before, everything else has a role.",
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
    mitigation: [
      "Unknown address or hour: end it (`aws iam delete-login-profile --user-name <user>`, deactivate the keys), then look at what the session did.",
      "Known: take the console access from the user all the same; people log in by single sign-on.",
    ],
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
      "At once: `aws kms cancel-key-deletion --key-id <id>` and `aws kms enable-key --key-id <id>`; services recover within minutes.",
      "Then who and why: a stack that is torn down schedules its keys; in any other case treat it as an intrusion.",
    ],
  },
  {
    name: "IamChange",
    severity: "warning",
    pattern: `{ ${eventNames(["CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "AttachUserPolicy", "PutUserPolicy", "CreateAccessKey", "UpdateAssumeRolePolicy"])} }`,
    atLeast: 1,
    description: "Permissions were changed.",
    impact: "None when it was a deployment; a back door when it was not.",
    mitigation: [
      "A deployment of that hour made it: nothing to do.",
      "Nobody deployed: undo it (`aws iam delete-access-key`, `aws iam detach-role-policy`), then treat it as an intrusion: who is the caller, what else did he do?",
    ],
  },
  {
    name: "SecurityGroupChange",
    severity: "warning",
    pattern: `{ ${eventNames(["AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup"])} }`,
    atLeast: 1,
    description: "A security group was changed.",
    impact: "A door may stand open, or a needed one may be shut.",
    mitigation: [
      "A deployment, or the cluster's own balancer controller: nothing to do.",
      "Nobody: `pulumi preview --refresh` shows what differs from the program, `pulumi up --refresh` puts it back; then ask who opened the door.",
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
