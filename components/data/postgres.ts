import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { PostgresSettings } from "../../stack/sections/postgres.ts";
import type { SecurityGroups } from "../network/securityGroups.ts";
import type { Vpc } from "../network/vpc.ts";
import { serviceTrust } from "../policyDocument.ts";
import type { Keys } from "../security/keys.ts";
import { DatabaseProxy } from "./databaseProxy.ts";
import { type DatabaseRole, DatabaseRoles } from "./databaseRoles.ts";
import { createLogGroup, type LogGroupSettings } from "./logGroups.ts";
import { createMasterLogin, type MasterLogin } from "./masterLogin.ts";
import type { GeneratedSecretSettings } from "./passwords.ts";
import { postgresLogGroup, postgresLogs, postgresParameters } from "./postgresParameters.ts";

/** What PostgreSQL needs to be told. */
export interface PostgresArgs {
  /** Section `postgres` of the stack file: version, class, disk, copies, windows, pooling. */
  settings: PostgresSettings;
  /** Physical names: the instance's identifier is known in advance, for its log groups must exist before it. */
  names: Names;
  accountId: string;
  region: string;
  /** Region of replicated backups; the key `backups` must have a replica there with `settings.crossRegionBackups`. */
  recoveryRegion: string;
  /** The network, of which it takes the isolated subnets. */
  vpc: Pick<Vpc, "isolatedSubnetIds">;
  /** Groups `database`, and `databaseProxy` for the proxy. */
  groups: Pick<SecurityGroups, "ids">;
  /** Customer keys: `data` for disk, snapshots and query statistics, `backups` in the recovery region. */
  keys: Pick<Keys, "arns" | "recoveryArn">;
  /** Roles of services in the database; each gets a password, and a secret that the proxy can read. */
  roles: readonly DatabaseRole[];
  /** How secrets are kept, the master password's too. */
  secrets: GeneratedSecretSettings;
  /** Retention and key of the log groups. */
  logs: LogGroupSettings;
  /** SNS topic that is told about failovers, failures and low disk. @default nobody is told */
  eventTopicArn?: pulumi.Input<string>;
  /** Refuse the deletion, here and in AWS; take a last snapshot and keep automated backups when it is lifted. */
  protect: boolean;
  /** Last word on the primary instance. */
  transform?: { instance?: (args: aws.rds.InstanceArgs) => aws.rds.InstanceArgs };
}

/**
 * PostgreSQL: one primary with a standby and read replicas by setting, encrypted, TLS only, with a master password that
 * nobody has ever seen (`createMasterLogin`).
 *
 * Cost: db.t4g.large 94 USD a month; db.r8g.xlarge Multi-AZ 698, each replica 349, all without disk.
 */
export class Postgres extends pulumi.ComponentResource {
  /** Identifier of the primary. */
  readonly identifier: string;
  readonly arn: pulumi.Output<string>;
  /** Host that services connect to: the proxy where there is one, else the primary. */
  readonly host: pulumi.Output<string>;
  /** Host of the primary itself, for administration and migrations. */
  readonly primaryHost: pulumi.Output<string>;
  /** Hosts of the read replicas. */
  readonly replicaHosts: pulumi.Output<string>[];
  readonly port: number;
  readonly databaseName: string;
  /** ARN of the secret with the master user's name and password, made and rotated by RDS where there are no replicas. */
  readonly masterSecretArn: pulumi.Output<string>;
  /** Subnet group, also for instances that are restored. */
  readonly subnetGroupName: pulumi.Output<string>;
  /** Password of each role. */
  readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;
  /** Version of each role's entry in Secrets Manager: who makes the role does so again when there is another. */
  readonly passwordVersions: Readonly<Record<string, pulumi.Output<string>>>;
  /** Identifiers of primary and replicas, for alarms. */
  readonly identifiers: readonly string[];

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings } = args;
    super("trading-platform:data:Postgres", name, { settings, roles: args.roles.map((role) => role.name) }, opts);
    const child = { parent: this };

    const identifier = args.names.of("database", "postgres");
    const surroundings: Surroundings = {
      subnetGroup: createSubnetGroup(name, args, child),
      parameterGroup: createParameterGroup(name, args, child),
      monitoring: createMonitoringRole(name, args, child),
      master: createMasterLogin(name, { ...args, readReplicas: settings.readReplicas }, child),
    };
    const primary = createPrimary(name, identifier, args, surroundings, this);
    const replicas = createReplicas(name, identifier, args, surroundings, primary, this);
    const identifiers = [identifier, ...replicas.map((_, index) => replicaIdentifier(identifier, index))];
    if (settings.crossRegionBackups) replicateBackups(name, args, primary, child);
    if (args.eventTopicArn !== undefined) subscribeEvents(name, args.eventTopicArn, [primary, ...replicas], child);

    const roles = createRoles(name, args, primary, child);
    const proxy = settings.proxy.enabled ? createProxy(name, args, primary, roles, child) : undefined;

    this.identifier = identifier;
    this.arn = primary.arn;
    this.host = proxy?.host ?? primary.address;
    this.primaryHost = primary.address;
    this.replicaHosts = replicas.map((replica) => replica.address);
    this.port = port;
    this.databaseName = settings.databaseName;
    this.masterSecretArn = surroundings.master.secretArn(primary);
    this.subnetGroupName = surroundings.subnetGroup.name;
    this.passwords = roles.passwords;
    this.passwordVersions = roles.versions;
    this.identifiers = identifiers;
    this.registerOutputs({ host: this.host, replicaHosts: this.replicaHosts, masterSecretArn: this.masterSecretArn });
  }
}

const port = 5432;

/** What every instance of the database stands in. */
interface Surroundings {
  subnetGroup: aws.rds.SubnetGroup;
  parameterGroup: aws.rds.ParameterGroup;
  /** Who writes operating system metrics; absent where nobody does. */
  monitoring: { role: aws.iam.Role; policy: pulumi.Resource } | undefined;
  /** How the master user signs in. */
  master: MasterLogin;
}

function createSubnetGroup(name: string, { vpc }: PostgresArgs, opts: pulumi.CustomResourceOptions) {
  return new aws.rds.SubnetGroup(
    `${name}-subnets`,
    { description: "Isolated subnets of the database", subnetIds: vpc.isolatedSubnetIds },
    opts,
  );
}

function createParameterGroup(name: string, { settings }: PostgresArgs, opts: pulumi.CustomResourceOptions) {
  return new aws.rds.ParameterGroup(
    `${name}-parameters`,
    {
      family: `postgres${settings.version}`,
      description: "TLS only, slow queries, connections and schema changes logged",
      parameters: postgresParameters(settings),
    },
    opts,
  );
}

/** Lets RDS write operating system metrics to CloudWatch. */
function createMonitoringRole(name: string, args: PostgresArgs, opts: pulumi.CustomResourceOptions) {
  if (args.settings.monitoringIntervalSeconds === 0) return undefined;
  const role = new aws.iam.Role(
    `${name}-monitoring`,
    {
      description: "RDS writes operating system metrics",
      assumeRolePolicy: serviceTrust("monitoring.rds.amazonaws.com", args),
    },
    opts,
  );
  const policy = new aws.iam.RolePolicyAttachment(
    `${name}-monitoring-policy`,
    { role: role.name, policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole" },
    opts,
  );
  return { role, policy };
}

/** What primary and replicas have in common. */
function instanceBasics(args: PostgresArgs, { parameterGroup, monitoring }: Surroundings) {
  const { settings } = args;
  return {
    parameterGroupName: parameterGroup.name,
    vpcSecurityGroupIds: [args.groups.ids.database],
    publiclyAccessible: false,
    storageEncrypted: true,
    storageType: "gp3",
    maxAllocatedStorage: settings.maximumStorageGibibytes,
    iamDatabaseAuthenticationEnabled: true,
    caCertIdentifier: "rds-ca-rsa2048-g1",
    autoMinorVersionUpgrade: true,
    maintenanceWindow: settings.maintenanceWindow,
    databaseInsightsMode: settings.insights,
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: args.keys.arns.data,
    // In days: advanced insights demand 15 months, standard is free for a week.
    performanceInsightsRetentionPeriod: settings.insights === "advanced" ? 465 : 7,
    monitoringInterval: settings.monitoringIntervalSeconds,
    monitoringRoleArn: monitoring?.role.arn,
    enabledCloudwatchLogsExports: [...postgresLogs],
    copyTagsToSnapshot: true,
    deletionProtection: args.protect,
  } satisfies Partial<aws.rds.InstanceArgs>;
}

function createPrimary(
  name: string,
  identifier: string,
  args: PostgresArgs,
  surroundings: Surroundings,
  parent: pulumi.Resource,
): aws.rds.Instance {
  const { settings, protect } = args;
  const instance: aws.rds.InstanceArgs = {
    ...instanceBasics(args, surroundings),
    identifier,
    // Not a replica's to name: it lies under the primary's key, and RDS refuses one in the same region that asks for any.
    kmsKeyId: args.keys.arns.data,
    engine: "postgres",
    engineVersion: settings.version,
    // A new major version is a change of the stack file that somebody has reviewed.
    allowMajorVersionUpgrade: true,
    engineLifecycleSupport: "open-source-rds-extended-support-disabled",
    instanceClass: settings.instanceClass,
    allocatedStorage: settings.storageGibibytes,
    multiAz: settings.multiAz,
    dbSubnetGroupName: surroundings.subnetGroup.name,
    dbName: settings.databaseName,
    ...surroundings.master.inputs,
    backupRetentionPeriod: settings.backupRetentionDays,
    backupWindow: settings.backupWindow,
    deleteAutomatedBackups: !protect,
    skipFinalSnapshot: !protect,
    finalSnapshotIdentifier: protect ? `${identifier}-final` : undefined,
    tags: { Backup: "true", DataClass: "database" },
  };
  return new aws.rds.Instance(`${name}-primary`, args.transform?.instance?.(instance) ?? instance, {
    parent,
    protect,
    dependsOn: before(`${name}-primary`, identifier, args, surroundings, parent),
    // Autoscaling grows the disk; without this the next update would try to shrink it, which RDS refuses.
    ignoreChanges: ["allocatedStorage"],
  });
}

function createReplicas(
  name: string,
  identifier: string,
  args: PostgresArgs,
  surroundings: Surroundings,
  primary: aws.rds.Instance,
  parent: pulumi.Resource,
): aws.rds.Instance[] {
  const { settings } = args;
  return Array.from({ length: settings.readReplicas }, (_, index) => {
    const own = replicaIdentifier(identifier, index);
    const logical = `${name}-replica-${index + 1}`;
    return new aws.rds.Instance(
      logical,
      {
        ...instanceBasics(args, surroundings),
        identifier: own,
        replicateSourceDb: primary.identifier,
        instanceClass: settings.replicaInstanceClass ?? settings.instanceClass,
        // A copy has nothing of its own to lose.
        skipFinalSnapshot: true,
        tags: { DataClass: "database" },
      },
      { parent, protect: args.protect, dependsOn: before(logical, own, args, surroundings, parent) },
    );
  });
}

function replicaIdentifier(identifier: string, index: number): string {
  return `${identifier}-replica-${index + 1}`;
}

/** What must stand before an instance: its log groups, and the right to write metrics, which RDS tries at once. */
function before(
  name: string,
  identifier: string,
  args: PostgresArgs,
  { monitoring }: Surroundings,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const logGroups = postgresLogs.map((log) =>
    createLogGroup(`${name}-log-${log}`, postgresLogGroup(identifier, log), args.logs, { parent }),
  );
  return monitoring === undefined ? logGroups : [...logGroups, monitoring.policy];
}

/** Copies automated backups to the recovery region; restores there to any second, minutes behind. */
function replicateBackups(
  name: string,
  { recoveryRegion, keys, settings, protect }: PostgresArgs,
  primary: aws.rds.Instance,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.rds.InstanceAutomatedBackupsReplication(
    `${name}-recovery-backups`,
    {
      region: recoveryRegion,
      sourceDbInstanceArn: primary.arn,
      kmsKeyId: keys.recoveryArn("backups"),
      retentionPeriod: settings.backupRetentionDays,
    },
    { ...opts, protect },
  );
}

function subscribeEvents(
  name: string,
  snsTopic: pulumi.Input<string>,
  instances: aws.rds.Instance[],
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.rds.EventSubscription(
    `${name}-events`,
    {
      snsTopic,
      sourceType: "db-instance",
      sourceIds: instances.map((instance) => instance.identifier),
      eventCategories: [
        "availability",
        "deletion",
        "failover",
        "failure",
        "low storage",
        "maintenance",
        "notification",
        "read replica",
        "recovery",
        "security",
      ],
    },
    opts,
  );
}

function createRoles(
  name: string,
  { roles, names, secrets, settings, protect }: PostgresArgs,
  primary: aws.rds.Instance,
  opts: pulumi.ComponentResourceOptions,
): DatabaseRoles {
  const { databaseName } = settings;
  return new DatabaseRoles(
    `${name}-roles`,
    { roles, names, secrets, primaryHost: primary.address, port, databaseName, protect },
    opts,
  );
}

function createProxy(
  name: string,
  args: PostgresArgs,
  primary: aws.rds.Instance,
  roles: DatabaseRoles,
  opts: pulumi.ComponentResourceOptions,
): DatabaseProxy {
  return new DatabaseProxy(
    `${name}-proxy`,
    {
      settings: args.settings.proxy,
      proxyName: args.names.of("database", "postgres-proxy"),
      logs: args.logs,
      region: args.region,
      subnetIds: args.vpc.isolatedSubnetIds,
      securityGroupIds: [args.groups.ids.databaseProxy],
      instanceIdentifier: primary.identifier,
      roleSecretArns: roles.secretArns,
      secretsKeyArn: args.secrets.keyArn,
    },
    opts,
  );
}
