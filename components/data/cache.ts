import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkName, type Names } from "../../stack/naming.ts";
import type { CacheSettings } from "../../stack/sections/cache.ts";
import type { SecurityGroups } from "../network/securityGroups.ts";
import type { Vpc } from "../network/vpc.ts";
import type { Keys } from "../security/keys.ts";
import { Secret } from "../security/secret.ts";
import { accessString, type CacheUser, cacheSecretPath, defaultAccess } from "./cacheAccess.ts";
import { createLogGroup, type LogGroupSettings } from "./logGroups.ts";
import { createPassword, type GeneratedSecretSettings } from "./passwords.ts";

/** What the cache needs to be told. */
export interface CacheArgs {
  /** Section `cache` of the stack file: engine, version, nodes, failover, snapshots. */
  settings: CacheSettings;
  names: Names;
  /** Environment's name: begins the ids of users, which are unique in an account. */
  environment: string;
  /** The network, of which it takes the isolated subnets. */
  vpc: Pick<Vpc, "isolatedSubnetIds">;
  /** Group `cache`. */
  groups: Pick<SecurityGroups, "ids">;
  /** Customer key `data`. */
  keys: Pick<Keys, "arns">;
  /** Users with their own part of the keys. A password that is not given is made here. */
  users: readonly (CacheUser & { password?: pulumi.Input<string> })[];
  /** How the users' secrets are kept. */
  secrets: GeneratedSecretSettings;
  /** Retention and key of the log groups. */
  logs: LogGroupSettings;
  /** Refuse the deletion; take a last snapshot when it is lifted. */
  protect: boolean;
  /** Last word on the nodes. */
  transform?: { group?: (args: aws.elasticache.ReplicationGroupArgs) => aws.elasticache.ReplicationGroupArgs };
}

/**
 * The shared cache: Valkey or Redis, encrypted in rest and transit, one user for each service with its own keys only.
 * Its own notifications are not used: ElastiCache is no publisher to encrypted topics. CloudWatch's alarms watch it.
 *
 * Cost: two cache.t4g.medium 76 USD a month, three cache.r7g.large 384.
 */
export class Cache extends pulumi.ComponentResource {
  /** Host of the primary: reads and writes. */
  readonly host: pulumi.Output<string>;
  /** Host that spreads reads over the copies. */
  readonly readerHost: pulumi.Output<string>;
  readonly port: number;
  /** Id of the replication group, for alarms. */
  readonly replicationGroupId: string;
  /** Password of each user. */
  readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings, users } = args;
    super("trading-platform:data:Cache", name, { settings, users: users.map((user) => user.name) }, opts);
    const child = { parent: this };

    const passwords = createPasswords(name, args, child);
    const userGroup = createUsers(name, args, passwords, child);
    const logGroups = createLogGroups(name, args, child);
    const group = createGroup(name, args, { userGroup, logGroups }, this);
    createSecrets(name, args, passwords, group, child);

    this.host = group.primaryEndpointAddress;
    this.readerHost = group.readerEndpointAddress;
    this.port = port;
    this.replicationGroupId = args.names.of("cache", "cache");
    this.passwords = passwords;
    this.registerOutputs({ host: this.host, readerHost: this.readerHost });
  }
}

const port = 6379;

type Passwords = Readonly<Record<string, pulumi.Output<string>>>;

function createPasswords(name: string, { users }: CacheArgs, opts: pulumi.CustomResourceOptions): Passwords {
  return Object.fromEntries(
    users.map((user) => [
      user.name,
      pulumi.secret(user.password ?? createPassword(`${name}-${user.name}-password`, opts)),
    ]),
  );
}

function createUsers(
  name: string,
  { settings: { engine }, users, environment }: CacheArgs,
  passwords: Passwords,
  opts: pulumi.CustomResourceOptions,
): aws.elasticache.UserGroup {
  const secretOpts = { ...opts, additionalSecretOutputs: ["authenticationMode", "passwords"] };
  const create = (userName: string, access: string, password: pulumi.Output<string>) =>
    new aws.elasticache.User(
      `${name}-user-${userName}`,
      {
        userId: checkName("cache", `${environment}-${userName}`),
        userName,
        engine,
        accessString: access,
        authenticationMode: { type: "password", passwords: [password] },
      },
      secretOpts,
    );
  const all = users.map((user) => create(user.name, accessString(user), passwords[user.name]!));
  // Redis demands the user `default` in every group, Valkey does not: there nobody signs in without a name.
  if (engine === "redis") all.push(create("default", defaultAccess, createPassword(`${name}-default-password`, opts)));
  return new aws.elasticache.UserGroup(
    `${name}-users`,
    { userGroupId: checkName("cache", `${environment}-users`), engine, userIds: all.map((user) => user.userId) },
    opts,
  );
}

function createLogGroups(name: string, { names, logs }: CacheArgs, opts: pulumi.CustomResourceOptions) {
  return (["slow-log", "engine-log"] as const).map((logType) => ({
    logType,
    group: createLogGroup(`${name}-${logType}`, names.logGroup(`cache/${logType}`), logs, opts),
  }));
}

interface Surroundings {
  userGroup: aws.elasticache.UserGroup;
  logGroups: ReturnType<typeof createLogGroups>;
}

function createGroup(
  name: string,
  args: CacheArgs,
  { userGroup, logGroups }: Surroundings,
  parent: pulumi.Resource,
): aws.elasticache.ReplicationGroup {
  const { settings, protect } = args;
  const replicationGroupId = args.names.of("cache", "cache");
  const subnetGroup = new aws.elasticache.SubnetGroup(
    `${name}-subnets`,
    { description: "Isolated subnets of the cache", subnetIds: args.vpc.isolatedSubnetIds },
    { parent },
  );
  const parameterGroup = new aws.elasticache.ParameterGroup(
    `${name}-parameters`,
    {
      family: parameterFamily(settings),
      description: "What gives way when memory is full",
      parameters: [{ name: "maxmemory-policy", value: settings.evictionPolicy }],
    },
    { parent },
  );
  const group: aws.elasticache.ReplicationGroupArgs = {
    replicationGroupId,
    description: "Shared cache of the trading platform",
    engine: settings.engine,
    engineVersion: settings.version,
    nodeType: settings.nodeType,
    numCacheClusters: settings.nodes,
    automaticFailoverEnabled: settings.multiAz,
    multiAzEnabled: settings.multiAz,
    port,
    atRestEncryptionEnabled: true,
    kmsKeyId: args.keys.arns.data,
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    userGroupIds: [userGroup.userGroupId],
    subnetGroupName: subnetGroup.name,
    securityGroupIds: [args.groups.ids.cache],
    parameterGroupName: parameterGroup.name,
    autoMinorVersionUpgrade: true,
    maintenanceWindow: settings.maintenanceWindow,
    snapshotRetentionLimit: settings.snapshotRetentionDays,
    snapshotWindow: settings.snapshotWindow,
    finalSnapshotIdentifier: protect ? `${replicationGroupId}-final` : undefined,
    logDeliveryConfigurations: logGroups.map(({ logType, group }) => ({
      logType,
      destination: group.name,
      destinationType: "cloudwatch-logs",
      logFormat: "json",
    })),
    tags: { DataClass: "cache" },
  };
  return new aws.elasticache.ReplicationGroup(`${name}-group`, args.transform?.group?.(group) ?? group, {
    parent,
    protect,
  });
}

/** Parameter groups go by engine and major version: `valkey8`, `redis7`. */
function parameterFamily({ engine, version }: CacheSettings): string {
  return `${engine}${version.split(".")[0]}`;
}

/** Properties of a secret: username, password, host, port, and address for those that want one string. */
function createSecrets(
  name: string,
  args: CacheArgs,
  passwords: Passwords,
  group: aws.elasticache.ReplicationGroup,
  opts: pulumi.ComponentResourceOptions,
): void {
  const host = group.primaryEndpointAddress;
  for (const user of args.users.filter(({ ownSecret }) => ownSecret)) {
    new Secret(
      `${name}-${user.name}`,
      {
        secretName: args.names.secret(cacheSecretPath(user.name)),
        description: `Cache user ${user.name}`,
        value: pulumi.jsonStringify({
          username: user.name,
          password: passwords[user.name],
          host,
          port,
          address: pulumi.interpolate`rediss://${host}:${port}`,
        }),
        ...args.secrets,
        protect: args.protect,
      },
      opts,
    );
  }
}
