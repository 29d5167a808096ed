import type { PolicyStatement } from "../policyDocument.ts";

/**
 * Who may use which key. The account administers every key but has no standing right to decrypt: roles may use a key
 * only through the AWS services of its purpose (`kms:ViaService`) and only as far as their own policies let them. Two keys
 * are also used directly: see `directUse`.
 */

/** What each customer key is for. One key per purpose: whoever loses one loses one kind of data. */
export const keyPurposes = [
  "data",
  "disks",
  "logs",
  "secrets",
  "cluster",
  "backups",
  "notifications",
  "audit",
  "vault-unseal",
] as const;

/** Purpose of a customer key; ends its alias. */
export type KeyPurpose = (typeof keyPurposes)[number];

/** One line on each key, for the console. */
export const keyDescriptions: Readonly<Record<KeyPurpose, string>> = {
  data: "Database, cache, message broker, buckets, image repositories",
  disks: "Disks of machines, nodes and volumes",
  logs: "CloudWatch log groups",
  secrets: "Secrets Manager",
  cluster: "Kubernetes secrets in etcd",
  backups: "Backup vaults and replicated database backups",
  notifications: "SNS topics that alarms publish to",
  audit: "Audit trail: CloudTrail and its bucket",
  "vault-unseal": "Automatic unsealing of Vault",
};

/** Where a key's policy applies. */
export interface KeyPlace {
  accountId: string;
  /** Region of the key itself: for a replica, the recovery region. */
  region: string;
  /** Both regions of the environment: a copy across regions is asked for in one and reads in the other. */
  regions: readonly string[];
}

/** The statements of a key's policy. */
export function keyPolicy(purpose: KeyPurpose, place: KeyPlace): PolicyStatement[] {
  return [administration(place), ...uses[purpose](place)];
}

/**
 * Everything but using the key and granting its use. Given to the account's root, which means: to whom IAM policies hand
 * it out; nobody is locked out. KMS's own service-linked role is among them: it keeps replicas like their primary.
 */
function administration({ accountId }: KeyPlace): PolicyStatement {
  return {
    Sid: "AdministrationByIamPolicies",
    Principal: { AWS: root(accountId) },
    Action: [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:Describe*",
      "kms:Disable*",
      "kms:Enable*",
      "kms:Get*",
      "kms:List*",
      "kms:PutKeyPolicy",
      "kms:ReplicateKey",
      "kms:RevokeGrant",
      "kms:RotateKeyOnDemand",
      "kms:ScheduleKeyDeletion",
      "kms:SynchronizeMultiRegionKey",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:Update*",
    ],
    Resource: "*",
  };
}

const useActions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

const uses: Readonly<Record<KeyPurpose, (place: KeyPlace) => PolicyStatement[]>> = {
  // ElastiCache calls KMS under two names, its own and DAX's (its user guide, "At-rest encryption").
  data: (place) => through(place, ["rds", "elasticache", "dax", "mq", "s3", "ecr"]),
  disks: (place) => [
    ...through(place, ["ec2"]),
    ...serviceLinkedRole("AutoScaling", "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", place),
    // Spot instances are started by a role of their own.
    ...serviceLinkedRole("Spot", "spot.amazonaws.com/AWSServiceRoleForEC2Spot", place),
    ...serviceLinkedRole(
      "MalwareScan",
      "malware-protection.guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDutyMalwareProtection",
      place,
    ),
  ],
  logs: (place) => [
    {
      Sid: "CloudWatchLogs",
      Principal: { Service: `logs.${place.region}.amazonaws.com` },
      Action: useActions,
      Resource: "*",
      Condition: {
        ArnLike: {
          "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${place.region}:${place.accountId}:log-group:*`,
        },
      },
    },
  ],
  secrets: (place) => through(place, ["secretsmanager", "rds"]),
  cluster: (place) => [...through(place, ["eks"]), directUse(place), clusterGrants(place)],
  // AWS Backup keeps what it stores itself (buckets) under the name `backup-storage`.
  backups: (place) => through(place, ["backup", "backup-storage", "rds", "ec2", "s3"]),
  notifications: (place) => [...through(place, ["sns"]), ...alarmPublishers(place)],
  audit: (place) => [...through(place, ["s3"]), ...trail(place)],
  "vault-unseal": (place) => [directUse(place)],
};

/** Roles of the account, by way of these services only; services keep long-lived access by grants. */
function through({ accountId, regions }: KeyPlace, services: string[]): PolicyStatement[] {
  const viaService = regions.flatMap((region) => services.map((service) => `${service}.${region}.amazonaws.com`));
  const base = { Principal: { AWS: root(accountId) }, Resource: "*" };
  return [
    {
      Sid: "UseThroughServices",
      ...base,
      Action: useActions,
      Condition: { StringEquals: { "kms:ViaService": viaService, "kms:CallerAccount": accountId } },
    },
    {
      Sid: "GrantsForServices",
      ...base,
      Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" }, StringEquals: { "kms:CallerAccount": accountId } },
    },
  ];
}

/**
 * Roles that call KMS themselves, with no service between: Vault's pods, and the control plane with the cluster's role.
 * The role's own policy must name the key.
 */
function directUse({ accountId }: KeyPlace): PolicyStatement {
  return {
    Sid: "DirectUseByIamPolicies",
    Principal: { AWS: root(accountId) },
    Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"],
    Resource: "*",
  };
}

/**
 * The grant that CreateCluster makes for EKS. EKS does not set `kms:GrantIsForAWSResource` there (its user guide,
 * "Create a cluster"): asked for, it refuses every cluster with a customer key. Still only for roles of the account whose own
 * policies name the key.
 */
function clusterGrants({ accountId }: KeyPlace): PolicyStatement {
  return {
    Sid: "GrantsForNewClusters",
    Principal: { AWS: root(accountId) },
    Action: "kms:CreateGrant",
    Resource: "*",
    Condition: { StringEquals: { "kms:CallerAccount": accountId } },
  };
}

/**
 * A service-linked role, which has no IAM policy that we could write. It is named in a condition, not as the principal:
 * a principal must exist already, and in a fresh account the role does not.
 */
function serviceLinkedRole(sid: string, path: string, { accountId }: KeyPlace): PolicyStatement[] {
  const base = { Principal: { AWS: "*" }, Resource: "*" };
  const isTheRole = {
    "aws:PrincipalArn": `arn:aws:iam::${accountId}:role/aws-service-role/${path}`,
    "kms:CallerAccount": accountId,
  };
  return [
    { Sid: `${sid}Use`, ...base, Action: useActions, Condition: { StringEquals: isTheRole } },
    {
      Sid: `${sid}Grants`,
      ...base,
      Action: "kms:CreateGrant",
      Condition: { StringEquals: isTheRole, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

/**
 * Services that publish to encrypted topics by themselves; without this their alarms vanish without a trace.
 * EventBridge stands apart: it sends no source account.
 */
function alarmPublishers({ accountId }: KeyPlace): PolicyStatement[] {
  const base = { Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Resource: "*" };
  const services = ["cloudwatch", "backup", "budgets", "costalerts", "events.rds"];
  return [
    {
      Sid: "AlarmsOfThisAccount",
      ...base,
      Principal: { Service: services.map((service) => `${service}.amazonaws.com`) },
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
    { Sid: "Events", ...base, Principal: { Service: "events.amazonaws.com" } },
  ];
}

/** CloudTrail encrypts the log files of this account's trails; it names the trail as the source, and no account. */
function trail({ accountId }: KeyPlace): PolicyStatement[] {
  const trails = `arn:aws:cloudtrail:*:${accountId}:trail/*`;
  const service = { Principal: { Service: "cloudtrail.amazonaws.com" }, Resource: "*" };
  return [
    {
      Sid: "CloudTrailEncrypts",
      ...service,
      Action: "kms:GenerateDataKey*",
      Condition: {
        ArnLike: { "aws:SourceArn": trails },
        StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": trails },
      },
    },
    {
      Sid: "CloudTrailDescribes",
      ...service,
      Action: "kms:DescribeKey",
      Condition: { ArnLike: { "aws:SourceArn": trails } },
    },
  ];
}

function root(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`;
}
