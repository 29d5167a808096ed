import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { BackupsSettings } from "../../stack/sections/backups.ts";
import { policyDocument } from "../policyDocument.ts";
import type { Keys } from "../security/keys.ts";
import { backupRules, backupTag, restoreTestName, vaultLock } from "./backupPlan.ts";
import type { Postgres } from "./postgres.ts";

/** What the backups need to be told. */
export interface BackupsArgs {
  /** Section `backups` of the stack file: retention, cold storage, copies, lock, restore test. */
  settings: BackupsSettings;
  names: Names;
  /** Customer key `backups`, with a replica in the recovery region for `settings.crossRegionCopy`. */
  keys: Pick<Keys, "arns" | "recoveryArn">;
  /** Region of the copies. */
  recoveryRegion: string;
  /** A database that is restored as a test goes into its subnets, not into the account's default network. */
  postgres: Pick<Postgres, "subnetGroupName">;
  /**
   * Let AWS Backup handle databases, volumes and buckets in this account and region; S3 is off in a new account. False
   * where another program owns the account's switches.
   */
  accountBaseline: boolean;
  /** Refuse the deletion of the vaults. */
  protect: boolean;
}

/**
 * Backups by AWS Backup: everything that carries the tag Backup=true is copied every six hours and daily at 02:00 UTC
 * into a locked vault and from there to the recovery region, and is restored every week to prove that it can be.
 */
export class Backups extends pulumi.ComponentResource {
  /** Name of the vault, the same in both regions. */
  readonly vaultName: string;
  readonly vaultArn: pulumi.Output<string>;
  /** ARN of the vault in the recovery region, where there is one. */
  readonly recoveryVaultArn: pulumi.Output<string> | undefined;
  /** Role that copies and restores. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:data:Backups", name, { settings: args.settings }, opts);
    const child = { parent: this };

    const vaultName = args.names.of("vault", "backups");
    if (args.accountBaseline) allowServices(name, child);
    const vault = createVault(
      `${name}-vault`,
      { settings: args.settings, protect: args.protect, vaultName, keyArn: args.keys.arns.backups },
      this,
    );
    const recoveryVault = createRecoveryVault(name, vaultName, args, this);
    const { role, policies } = createRole(name, child);
    const plan = createPlan(name, args, vault, recoveryVault, child);
    createSelection(name, plan, role, { parent: this, dependsOn: policies });
    if (args.settings.restoreTest.enabled) createRestoreTests(name, args, vault, { role, policies }, child);

    this.vaultName = vaultName;
    this.vaultArn = vault.arn;
    this.recoveryVaultArn = recoveryVault?.arn;
    this.roleArn = role.arn;
    this.registerOutputs({ vaultArn: this.vaultArn, recoveryVaultArn: this.recoveryVaultArn });
  }
}

/** Switches that AWS adds later are not ours to turn off, so only the first setting counts. */
function allowServices(name: string, opts: pulumi.CustomResourceOptions): void {
  new aws.backup.RegionSettings(
    `${name}-services`,
    { resourceTypeOptInPreference: { EBS: true, EC2: true, RDS: true, S3: true } },
    { ...opts, ignoreChanges: ["resourceTypeOptInPreference"] },
  );
}

interface VaultArgs {
  vaultName: string;
  keyArn: pulumi.Input<string>;
  settings: BackupsSettings;
  protect: boolean;
  region?: string;
}

function createVault(name: string, args: VaultArgs, parent: pulumi.Resource): aws.backup.Vault {
  const { region, vaultName, protect } = args;
  const vault = new aws.backup.Vault(
    name,
    { region, name: vaultName, kmsKeyArn: args.keyArn, tags: { DataClass: "backup" } },
    { parent, protect },
  );
  const lock = vaultLock(args.settings);
  if (lock !== undefined)
    new aws.backup.VaultLockConfiguration(
      `${name}-lock`,
      { region, backupVaultName: vault.name, ...lock },
      { parent, protect },
    );
  return vault;
}

function createRecoveryVault(name: string, vaultName: string, args: BackupsArgs, parent: pulumi.Resource) {
  if (!args.settings.crossRegionCopy) return undefined;
  const { recoveryRegion, keys } = args;
  return createVault(
    `${name}-recovery-vault`,
    {
      settings: args.settings,
      protect: args.protect,
      vaultName,
      region: recoveryRegion,
      keyArn: keys.recoveryArn("backups"),
    },
    parent,
  );
}

/** Policies that AWS Backup's role needs to copy and to restore, S3 apart from the rest. */
const rolePolicies = {
  backup: "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
  restore: "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
  "bucket-backup": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
  "bucket-restore": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
};

function createRole(name: string, opts: pulumi.CustomResourceOptions) {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      description: "AWS Backup copies and restores",
      // Nothing says that AWS Backup names a source when it takes this on, and backups that fail are found too late. Only
      // principals of this account can hand the role to a service.
      assumeRolePolicy: policyDocument([{ Principal: { Service: "backup.amazonaws.com" }, Action: "sts:AssumeRole" }]),
    },
    opts,
  );
  const policies = Object.entries(rolePolicies).map(
    ([purpose, policyArn]) =>
      new aws.iam.RolePolicyAttachment(`${name}-role-${purpose}`, { role: role.name, policyArn }, opts),
  );
  return { role, policies };
}

function createPlan(
  name: string,
  { settings, names }: BackupsArgs,
  vault: aws.backup.Vault,
  recoveryVault: aws.backup.Vault | undefined,
  opts: pulumi.CustomResourceOptions,
): aws.backup.Plan {
  return new aws.backup.Plan(
    `${name}-plan`,
    {
      name: names.of("vault", "backups"),
      rules: backupRules(settings).map((rule) => ({
        ...rule,
        targetVaultName: vault.name,
        copyActions: recoveryVault && [{ destinationVaultArn: recoveryVault.arn, lifecycle: rule.lifecycle }],
      })),
    },
    opts,
  );
}

function createSelection(
  name: string,
  plan: aws.backup.Plan,
  role: aws.iam.Role,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.backup.Selection(
    `${name}-selection`,
    {
      name: "tagged",
      planId: plan.id,
      iamRoleArn: role.arn,
      selectionTags: [{ type: "STRINGEQUALS", ...backupTag }],
    },
    opts,
  );
}

/** Every Saturday the newest recovery point of each kind is restored, can be looked at for hours, and is deleted. */
function createRestoreTests(
  name: string,
  { settings, names, postgres }: BackupsArgs,
  vault: aws.backup.Vault,
  { role, policies }: { role: aws.iam.Role; policies: pulumi.Resource[] },
  opts: pulumi.CustomResourceOptions,
): void {
  const { resourceTypes, validationHours } = settings.restoreTest;
  const plan = new aws.backup.RestoreTestingPlan(
    `${name}-restore-test`,
    {
      name: restoreTestName(names.prefix, "weekly"),
      scheduleExpression: "cron(0 4 ? * SAT *)",
      startWindowHours: 8,
      recoveryPointSelection: {
        algorithm: "LATEST_WITHIN_WINDOW",
        includeVaults: [vault.arn],
        recoveryPointTypes: ["SNAPSHOT"],
        selectionWindowDays: 7,
      },
    },
    opts,
  );
  for (const type of resourceTypes) {
    new aws.backup.RestoreTestingSelection(
      `${name}-restore-test-${type.toLowerCase()}`,
      {
        name: restoreTestName(names.prefix, type.toLowerCase()),
        restoreTestingPlanName: plan.name,
        protectedResourceType: type,
        protectedResourceConditions: {
          stringEquals: [{ key: `aws:ResourceTag/${backupTag.key}`, value: backupTag.value }],
        },
        iamRoleArn: role.arn,
        validationWindowHours: validationHours,
        restoreMetadataOverrides: type === "RDS" ? { dbSubnetGroupName: postgres.subnetGroupName } : undefined,
      },
      { ...opts, dependsOn: policies },
    );
  }
}
