import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { BrokerSettings } from "../../stack/sections/broker.ts";
import type { SecurityGroups } from "../network/securityGroups.ts";
import type { Vpc } from "../network/vpc.ts";
import type { Keys } from "../security/keys.ts";
import { Secret } from "../security/secret.ts";
import { createPassword, type GeneratedSecretSettings } from "./passwords.ts";

/** What the message broker needs to be told. */
export interface MessageBrokerArgs {
  /** Section `broker` of the stack file: version, instance type, single or cluster, maintenance. */
  settings: BrokerSettings;
  names: Names;
  /** The network, of which it takes the isolated subnets; a single broker the first. */
  vpc: Pick<Vpc, "isolatedSubnetIds">;
  /** Group `broker`. */
  groups: Pick<SecurityGroups, "ids">;
  /** Customer key `data`. */
  keys: Pick<Keys, "arns">;
  /** How the administrator's secret is kept. */
  secrets: GeneratedSecretSettings;
  /** Refuse the deletion: Amazon MQ makes no backups, messages in queues would be lost. */
  protect: boolean;
  /** Last word on the broker. */
  transform?: { broker?: (args: aws.mq.BrokerArgs) => aws.mq.BrokerArgs };
}

/** Path in Secrets Manager of the administrator's credentials, for `names.secret`. */
export const brokerAdministratorPath = "broker/administrator";

/**
 * The message broker: RabbitMQ on Amazon MQ, reachable inside the VPC over TLS only. Users, queues and rights of the
 * services are made by a job in the cluster with the administrator's credentials.
 *
 * Amazon MQ names the broker's log group by an id that only it knows and makes it before we could: its retention cannot
 * be set ahead as with the others, see docs/operations.
 *
 * Cost: one mq.m7g.medium 100 USD a month, a cluster of three mq.m7g.large 599.
 */
export class MessageBroker extends pulumi.ComponentResource {
  /** Host for AMQP over TLS (5671) and the management interface (443). */
  readonly host: pulumi.Output<string>;
  readonly port: number;
  /** Address of the management interface. */
  readonly consoleUrl: pulumi.Output<string>;
  /** Name of the broker, for alarms. */
  readonly brokerName: string;
  /** Name of the secret with the administrator's credentials. */
  readonly administratorSecretName: string;

  constructor(name: string, args: MessageBrokerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:data:MessageBroker", name, { settings: args.settings }, opts);
    const child = { parent: this };

    const password = createPassword(`${name}-administrator-password`, child);
    const broker = createBroker(name, args, password, this);
    const endpoint = endpointOf(broker);
    const secret = createSecret(name, args, password, endpoint, child);

    this.host = endpoint.host;
    this.port = port;
    this.consoleUrl = endpoint.consoleUrl;
    this.brokerName = args.names.of("broker", "broker");
    this.administratorSecretName = secret.secretName;
    this.registerOutputs({ host: this.host, consoleUrl: this.consoleUrl });
  }
}

const port = 5671;

const administrator = "platform-administrator";

function createBroker(
  name: string,
  args: MessageBrokerArgs,
  password: pulumi.Output<string>,
  parent: pulumi.Resource,
): aws.mq.Broker {
  const { settings } = args;
  const cluster = settings.deployment === "cluster";
  const broker: aws.mq.BrokerArgs = {
    brokerName: args.names.of("broker", "broker"),
    engineType: "RabbitMQ",
    engineVersion: settings.version,
    hostInstanceType: settings.instanceType,
    deploymentMode: cluster ? "CLUSTER_MULTI_AZ" : "SINGLE_INSTANCE",
    publiclyAccessible: false,
    // A cluster has three nodes, in three zones at most.
    subnetIds: args.vpc.isolatedSubnetIds.slice(0, cluster ? 3 : 1),
    securityGroups: [args.groups.ids.broker],
    users: [{ username: administrator, password: pulumi.secret(password) }],
    // RabbitMQ from 3.13 on takes patches by itself; Amazon MQ refuses false.
    autoMinorVersionUpgrade: true,
    maintenanceWindowStartTime: {
      dayOfWeek: settings.maintenanceStart.day,
      timeOfDay: settings.maintenanceStart.time,
      timeZone: "UTC",
    },
    encryptionOptions: { kmsKeyId: args.keys.arns.data, useAwsOwnedKey: false },
    // Audit logs exist for ActiveMQ only.
    logs: { general: true },
    tags: { DataClass: "messages" },
  };
  return new aws.mq.Broker(`${name}-broker`, args.transform?.broker?.(broker) ?? broker, {
    parent,
    protect: args.protect,
    additionalSecretOutputs: ["users"],
    // A broker cannot move, and Amazon MQ changes no user of RabbitMQ: another zone, or another password of the
    // administrator, would make a new broker without the messages. See docs/operations/secrets.md for the password.
    ignoreChanges: ["subnetIds", "users"],
  });
}

/** One address stands for all nodes: Amazon MQ puts a balancer before a cluster. */
function endpointOf(broker: aws.mq.Broker) {
  const instance = broker.instances.apply((instances) => instances[0]!);
  return {
    url: instance.apply(({ endpoints }) => endpoints[0]!),
    host: instance.apply(({ endpoints }) => new URL(endpoints[0]!).hostname),
    consoleUrl: instance.consoleUrl,
  };
}

function createSecret(
  name: string,
  args: MessageBrokerArgs,
  password: pulumi.Output<string>,
  { url, host, consoleUrl }: ReturnType<typeof endpointOf>,
  opts: pulumi.ComponentResourceOptions,
): Secret {
  return new Secret(
    `${name}-administrator`,
    {
      secretName: args.names.secret(brokerAdministratorPath),
      description: "Administrator of the message broker",
      value: pulumi.jsonStringify({ username: administrator, password, host, port, url, console: consoleUrl }),
      ...args.secrets,
      protect: args.protect,
    },
    opts,
  );
}
