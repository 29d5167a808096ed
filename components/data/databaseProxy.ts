import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PostgresSettings } from "../../stack/sections/postgres.ts";
import { policyDocument } from "../policyDocument.ts";
import { createLogGroup, type LogGroupSettings } from "./logGroups.ts";

/** What the proxy needs to be told. */
export interface DatabaseProxyArgs {
  /** Part `proxy` of the section `postgres`: how clients sign in, share of connections, idle timeout. */
  settings: PostgresSettings["proxy"];
  /** Physical name: its log group must exist before it. */
  proxyName: string;
  /** Retention and key of the log group. */
  logs: LogGroupSettings;
  region: string;
  /** Isolated subnets in at least two zones. */
  subnetIds: pulumi.Input<string>[];
  /** Groups that let the services in on 5432 and reach the database. */
  securityGroupIds: pulumi.Input<string>[];
  /** Identifier of the primary instance. */
  instanceIdentifier: pulumi.Input<string>;
  /** Secrets with name and password of each role that may pass. */
  roleSecretArns: readonly pulumi.Input<string>[];
  /** Key of those secrets. */
  secretsKeyArn: pulumi.Input<string>;
}

/**
 * RDS Proxy: keeps a few connections to the database warm and shares them among all replicas of all services, and holds
 * clients through a failover. TLS only.
 *
 * Cost: 0.015 USD an hour for each vCPU of the database.
 */
export class DatabaseProxy extends pulumi.ComponentResource {
  /** Host that services connect to. */
  readonly host: pulumi.Output<string>;

  constructor(name: string, args: DatabaseProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:data:DatabaseProxy", name, { settings: args.settings }, opts);

    const role = createRole(name, { parent: this });
    const policy = createPolicy(name, args, role, { parent: this });
    const logGroup = createLogGroup(`${name}-log`, `/aws/rds/proxy/${args.proxyName}`, args.logs, { parent: this });
    const proxy = createProxy(name, args, role, { parent: this, dependsOn: [policy, logGroup] });
    const targetGroup = createTargetGroup(name, args, proxy, { parent: this });
    createTarget(name, args, proxy, targetGroup, { parent: this });

    this.host = proxy.endpoint;
    this.registerOutputs({ host: this.host });
  }
}

function createRole(name: string, opts: pulumi.CustomResourceOptions): aws.iam.Role {
  return new aws.iam.Role(
    `${name}-role`,
    {
      description: "RDS Proxy reads the passwords of the database's roles",
      // Nothing says that RDS names a source when a proxy takes this on, and a proxy that cannot answers nobody. Only
      // principals of this account can hand the role to a service.
      assumeRolePolicy: policyDocument([{ Principal: { Service: "rds.amazonaws.com" }, Action: "sts:AssumeRole" }]),
    },
    opts,
  );
}

function createPolicy(
  name: string,
  { roleSecretArns, secretsKeyArn, region }: DatabaseProxyArgs,
  role: aws.iam.Role,
  opts: pulumi.CustomResourceOptions,
): aws.iam.RolePolicy {
  const policy = policyDocument([
    {
      Sid: "ReadRoleSecrets",
      Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
      Resource: [...roleSecretArns],
    },
    {
      Sid: "DecryptThem",
      Action: "kms:Decrypt",
      Resource: secretsKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
    },
  ]);
  return new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy }, opts);
}

function createProxy(
  name: string,
  args: DatabaseProxyArgs,
  role: aws.iam.Role,
  opts: pulumi.CustomResourceOptions,
): aws.rds.Proxy {
  const { settings } = args;
  return new aws.rds.Proxy(
    `${name}-proxy`,
    {
      name: args.proxyName,
      engineFamily: "POSTGRESQL",
      requireTls: true,
      idleClientTimeout: settings.idleTimeoutSeconds,
      roleArn: role.arn,
      vpcSubnetIds: args.subnetIds,
      vpcSecurityGroupIds: args.securityGroupIds,
      auths: args.roleSecretArns.map((secretArn) => ({
        authScheme: "SECRETS",
        secretArn,
        ...(settings.authentication === "iam"
          ? { iamAuth: "REQUIRED" }
          : { iamAuth: "DISABLED", clientPasswordAuthType: "POSTGRES_SCRAM_SHA_256" }),
      })),
    },
    // A proxy cannot move: a zone that is added later would cut all connections for nothing.
    { ...opts, ignoreChanges: ["vpcSubnetIds"] },
  );
}

function createTargetGroup(
  name: string,
  { settings }: DatabaseProxyArgs,
  proxy: aws.rds.Proxy,
  opts: pulumi.CustomResourceOptions,
): aws.rds.ProxyDefaultTargetGroup {
  return new aws.rds.ProxyDefaultTargetGroup(
    `${name}-targets`,
    {
      dbProxyName: proxy.name,
      connectionPoolConfig: {
        maxConnectionsPercent: settings.connectionsPercent,
        maxIdleConnectionsPercent: Math.floor(settings.connectionsPercent / 2),
        // In seconds: longer than a failover takes on a bad day, so that clients wait instead of failing.
        connectionBorrowTimeout: 120,
      },
    },
    opts,
  );
}

function createTarget(
  name: string,
  { instanceIdentifier }: DatabaseProxyArgs,
  proxy: aws.rds.Proxy,
  targetGroup: aws.rds.ProxyDefaultTargetGroup,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.rds.ProxyTarget(
    `${name}-target`,
    { dbProxyName: proxy.name, targetGroupName: targetGroup.name, dbInstanceIdentifier: instanceIdentifier },
    opts,
  );
}
