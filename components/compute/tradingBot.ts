import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { shutdownSecondsOf } from "../../catalog/archetypes.ts";
import type { Catalog, Service } from "../../catalog/types.ts";
import type { Names } from "../../stack/naming.ts";
import type { TradingBotSettings } from "../../stack/sections/tradingBot.ts";
import { createLogGroup, type LogGroupSettings } from "../data/logGroups.ts";
import type { SecurityGroups } from "../network/securityGroups.ts";
import type { Vpc } from "../network/vpc.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import type { Keys } from "../security/keys.ts";
import { secretStatements } from "../workload/identity.ts";
import { botSecrets, botSettings } from "./tradingBotConfiguration.ts";
import { createInstanceProfile } from "./tradingBotRole.ts";
import { botImageParameter, botInstanceType, botMemoryMebibytes } from "./tradingBotSize.ts";
import { tradingBotUserData } from "./tradingBotUserData.ts";

/** What the trading bot needs to be told. */
export interface TradingBotArgs {
  /** Section `tradingBot` of the stack file: purpose, processor, image, disk, address, exchange hosts. */
  settings: TradingBotSettings;
  names: Names;
  /** Environment's name; dimension of the heartbeat. */
  environment: string;
  accountId: string;
  region: string;
  /** What the business runs: the bot's port, memory, secrets and exchanges. */
  catalog: Pick<Catalog, "services" | "exchanges" | "secrets">;
  /** The network: the one instance starts in any private subnet and speaks through the NAT gateways' addresses. */
  vpc: Pick<Vpc, "privateSubnetIds" | "egressAddresses">;
  /** Group `tradingBot`: out on the exchanges' ports, in for Prometheus alone. */
  groups: Pick<SecurityGroups, "ids">;
  /** Customer keys: `disks` for the disk, `secrets` to read what the bot asks for. */
  keys: Pick<Keys, "arns">;
  /** Retention and key of the log groups. */
  logs: LogGroupSettings;
  /** Tags of instance, disk and network interface, which an Auto Scaling group does not take from the provider. */
  tags: Readonly<Record<string, string>>;
  /** Refuse the termination by hand; the group may still replace the instance. */
  protect: boolean;
  /** Last word on the launch template. */
  transform?: { launchTemplate?: (args: aws.ec2.LaunchTemplateArgs) => aws.ec2.LaunchTemplateArgs };
}

/** CloudWatch namespace of the bot's heartbeat (`Heartbeat`, dimension `Environment`) and of its machine's metrics. */
export const botMetricNamespace = "TradingPlatform/TradingBot";

/**
 * The trading bot on EC2, apart from the cluster: one instance, always. systemd restarts the container, the Auto Scaling
 * group replaces the machine; there are never two, for two bots would place every order twice.
 *
 * Cost: t4g.small 12 USD a month, t4g.medium 25, each with 3 to 4 for the disk.
 */
export class TradingBot extends pulumi.ComponentResource {
  /** Name of the Auto Scaling group, for alarms. */
  readonly groupName: string;
  /** Log group of the bot. */
  readonly logGroupName: string;

  constructor(name: string, args: TradingBotArgs, opts?: pulumi.ComponentResourceOptions) {
    const service = botService(args.catalog);
    super("trading-platform:compute:TradingBot", name, { settings: args.settings, service: service.name }, opts);
    const child = { parent: this };

    const groupName = `${args.names.prefix}-trading-bot`;
    const logGroups = createLogGroups(name, args, child);
    const egressParameter = args.settings.fixedEgressAddress ? createEgressParameter(name, args, child) : undefined;
    const { profile, policies } = createInstanceProfile(
      name,
      {
        ...args,
        groupName,
        repository: args.names.repository(service.name),
        logGroupNames: Object.values(logGroups.names),
        metricNamespace: botMetricNamespace,
        egressParameter: egressParameter?.path,
        statements: catalogStatements(service, args),
      },
      child,
    );
    const template = createLaunchTemplate(name, args, {
      profile,
      userData: userDataOf(service, args, logGroups.names, egressParameter?.path),
      opts: child,
    });
    createGroup(name, groupName, args, template, {
      parent: this,
      // The machine reads all of these in its first minute.
      dependsOn: [...policies, ...logGroups.resources, ...(egressParameter ? [egressParameter.resource] : [])],
    });

    this.groupName = groupName;
    this.logGroupName = logGroups.names.bot;
    this.registerOutputs({ groupName: this.groupName });
  }
}

/** The one service of the catalog that runs on EC2. */
function botService({ services }: Pick<Catalog, "services">): Service {
  const bots = services.filter(({ kind }) => kind === "bot");
  if (bots.length !== 1)
    throw new Error(`The catalog has ${bots.length} services of kind "bot"; EC2 runs exactly one of them.`);
  return bots[0]!;
}

/** What the catalog lets the bot do in AWS: read the secrets that it asks for by name. */
function catalogStatements(service: Service, { catalog, names, region, keys }: TradingBotArgs): PolicyStatement[] {
  const secrets = new Map(catalog.secrets.map((secret) => [secret.name, secret]));
  return secretStatements(service, secrets, { names, region, secretsKeyArn: keys.arns.secrets });
}

function createLogGroups(name: string, { names, logs }: TradingBotArgs, opts: pulumi.CustomResourceOptions) {
  const groupNames = { bot: names.logGroup("trading-bot/bot"), machine: names.logGroup("trading-bot/machine") };
  const resources = Object.entries(groupNames).map(([which, group]) =>
    createLogGroup(`${name}-log-${which}`, group, logs, opts),
  );
  return { names: groupNames, resources };
}

/** The addresses are known only after the gateways exist, so they cannot be in the user data. */
function createEgressParameter(name: string, { names, vpc }: TradingBotArgs, opts: pulumi.CustomResourceOptions) {
  const path = names.parameter("trading-bot/egress-addresses");
  const resource = new aws.ssm.Parameter(
    `${name}-egress-addresses`,
    {
      name: path,
      type: "String",
      description: "Addresses from which the trading bot may trade; exchanges have them in their allow lists",
      // Addresses are no secret; `value` would hide them in every preview.
      insecureValue: pulumi.all(vpc.egressAddresses).apply((addresses) => addresses.join(",")),
    },
    opts,
  );
  return { path, resource };
}

function userDataOf(
  service: Service,
  args: TradingBotArgs,
  logGroups: { bot: string; machine: string },
  egressParameter?: string,
): string {
  const { settings, catalog, names, accountId, region, environment } = args;
  return tradingBotUserData({
    region,
    environment,
    image: `${accountId}.dkr.ecr.${region}.amazonaws.com/${names.repository(service.name)}:${settings.imageTag}`,
    port: service.port,
    memoryMebibytes: botMemoryMebibytes(settings, service.resources.memoryMebibytes),
    shutdownSeconds: shutdownSecondsOf(service),
    settings: botSettings(service, catalog.exchanges, { environment, region, exchangeHosts: settings.exchangeHosts }),
    secrets: botSecrets(service, catalog.secrets, names),
    egressParameter,
    metricNamespace: botMetricNamespace,
    replaceAfterSeconds: settings.replaceAfterMinutes * 60,
    logGroups,
  });
}

function createLaunchTemplate(
  name: string,
  args: TradingBotArgs,
  {
    profile,
    userData,
    opts,
  }: { profile: aws.iam.InstanceProfile; userData: string; opts: pulumi.CustomResourceOptions },
): aws.ec2.LaunchTemplate {
  const { settings, protect } = args;
  const tags = { ...args.tags, Name: `${args.names.prefix}-trading-bot`, DataClass: "trading" };
  const template: aws.ec2.LaunchTemplateArgs = {
    description: "Trading bot",
    imageId: botImageParameter(settings.architecture),
    instanceType: botInstanceType(settings),
    iamInstanceProfile: { arn: profile.arn },
    userData: Buffer.from(userData).toString("base64"),
    // Session tokens only, and none beyond the machine itself: the container cannot borrow the machine's role.
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    networkInterfaces: [
      { associatePublicIpAddress: "false", securityGroups: [args.groups.ids.tradingBot], deleteOnTermination: "true" },
    ],
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: {
          volumeType: "gp3",
          volumeSize: settings.diskGibibytes,
          encrypted: "true",
          kmsKeyId: args.keys.arns.disks,
          deleteOnTermination: "true",
        },
      },
    ],
    monitoring: { enabled: true },
    maintenanceOptions: { autoRecovery: "default" },
    disableApiTermination: protect,
    updateDefaultVersion: true,
    tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
  };
  return new aws.ec2.LaunchTemplate(`${name}-template`, args.transform?.launchTemplate?.(template) ?? template, opts);
}

function createGroup(
  name: string,
  groupName: string,
  { vpc, tags }: TradingBotArgs,
  template: aws.ec2.LaunchTemplate,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.autoscaling.Group(
    `${name}-group`,
    {
      name: groupName,
      minSize: 1,
      maxSize: 1,
      desiredCapacity: 1,
      vpcZoneIdentifiers: vpc.privateSubnetIds,
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      healthCheckType: "EC2",
      // In seconds: first boot with packages and image; health.sh's verdict counts only afterwards.
      healthCheckGracePeriod: 300,
      defaultInstanceWarmup: 120,
      // The old one goes before the new one comes, always.
      instanceMaintenancePolicy: { minHealthyPercentage: 0, maxHealthyPercentage: 100 },
      instanceRefresh: {
        strategy: "Rolling",
        preferences: { minHealthyPercentage: 0, maxHealthyPercentage: 100, instanceWarmup: "120" },
      },
      // In seconds: a fresh machine with the newest Amazon Linux every 30 days.
      maxInstanceLifetime: 30 * 24 * 3600,
      enabledMetrics: ["GroupInServiceInstances"],
      // The group's own: what it starts has the launch template's.
      tags: Object.entries({ ...tags, Name: groupName }).map(([key, value]) => ({
        ...{ key, value, propagateAtLaunch: false },
      })),
    },
    opts,
  );
}
