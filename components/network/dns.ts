import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createLogGroup, type LogGroupSettings } from "../data/logGroups.ts";
import { policyDocument } from "../policyDocument.ts";

/** What the DNS zone needs to be told. */
export interface DnsArgs {
  /** Domain of the environment. */
  domain: string;
  /** `own`: create the public zone; `existing`: use `zoneId`; `none`: no Route 53. */
  zone: "own" | "existing" | "none";
  /** Id of the zone with `zone: existing`. */
  zoneId?: string;
  /** Record changes possible within an hour when us-east-1's control plane fails. */
  acceleratedRecovery: boolean;
  /** Record queries to the own zone; only in us-east-1, where Route 53 writes. */
  queryLog: boolean;
  /** Retention and key of the query log. */
  logs: LogGroupSettings;
  /** Account of the environment. */
  accountId: string;
  /** Checks from outside by which DNS fails over. */
  healthChecks: HealthCheckArgs;
  /** Refuse the deletion of the zone: its name servers would change, and with them the delegation. */
  protect: boolean;
}

/** Checks of the public hosts from several places of the world. */
export interface HealthCheckArgs {
  enabled: boolean;
  /** Hosts below the domain, for example `api`. */
  hosts: readonly string[];
  /** Path that answers 2xx while the host serves. */
  path: string;
  /** 10 or 30 seconds between checks of one place. */
  intervalSeconds: number;
  /** Failed checks in a row until the host counts as down. */
  failureThreshold: number;
}

/**
 * The environment's DNS zone, its query log and the health checks of its hosts. Records of the hosts come from
 * external-dns, which follows the gateway's load balancer.
 *
 * Cost: 0.50 USD a month for the zone; 0.50 USD for each health check and 1 USD for each of HTTPS and 10 seconds.
 */
export class Dns extends pulumi.ComponentResource {
  /** Id of the zone; absent with `zone: none`. */
  readonly zoneId: pulumi.Output<string> | undefined;
  /** Name servers for the delegation from the parent domain; only of an own zone. */
  readonly nameServers: pulumi.Output<string[]> | undefined;
  /** Id of each host's health check, for failover records and alarms. */
  readonly healthCheckIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:network:Dns", name, { domain: args.domain, zone: args.zone }, opts);

    const zone = args.zone === "own" ? createZone(name, args, { parent: this, protect: args.protect }) : undefined;
    if (zone !== undefined && args.queryLog) createQueryLog(name, args, zone, { parent: this });

    this.zoneId = args.zone === "existing" ? pulumi.output(args.zoneId!) : zone?.zoneId;
    this.nameServers = zone?.nameServers;
    this.healthCheckIds = createHealthChecks(name, args, { parent: this });
    this.registerOutputs({
      zoneId: this.zoneId,
      nameServers: this.nameServers,
      healthCheckIds: this.healthCheckIds,
    });
  }
}

function createZone(name: string, args: DnsArgs, opts: pulumi.CustomResourceOptions): aws.route53.Zone {
  return new aws.route53.Zone(
    `${name}-zone`,
    {
      name: args.domain,
      comment: `Public names of ${args.domain}`,
      enableAcceleratedRecovery: args.acceleratedRecovery,
      forceDestroy: false,
    },
    opts,
  );
}

/** Route 53 may write only to groups below /aws/route53/, and only with a resource policy that says so. */
function createQueryLog(
  name: string,
  { domain, logs, accountId }: DnsArgs,
  zone: aws.route53.Zone,
  opts: pulumi.CustomResourceOptions,
): void {
  const logGroup = createLogGroup(`${name}-queries`, `/aws/route53/${domain}`, logs, opts);
  const permission = new aws.cloudwatch.LogResourcePolicy(
    `${name}-queries-permission`,
    {
      policyName: `route53-${domain}`,
      policyDocument: policyDocument([
        {
          Principal: { Service: "route53.amazonaws.com" },
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: pulumi.interpolate`${logGroup.arn}:*`,
          Condition: { StringEquals: { "aws:SourceAccount": accountId } },
        },
      ]),
    },
    opts,
  );
  new aws.route53.QueryLog(
    `${name}-query-log`,
    { zoneId: zone.zoneId, cloudwatchLogGroupArn: logGroup.arn },
    { ...opts, dependsOn: permission },
  );
}

function createHealthChecks(
  name: string,
  { domain, healthChecks }: DnsArgs,
  opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
  if (!healthChecks.enabled) return {};
  const ids = healthChecks.hosts.map((host): [string, pulumi.Output<string>] => {
    const check = new aws.route53.HealthCheck(
      `${name}-${host}-health`,
      {
        type: "HTTPS",
        fqdn: `${host}.${domain}`,
        port: 443,
        resourcePath: healthChecks.path,
        requestInterval: healthChecks.intervalSeconds,
        failureThreshold: healthChecks.failureThreshold,
        enableSni: true,
        measureLatency: true,
        tags: { Name: `${host}.${domain}` },
      },
      opts,
    );
    return [host, check.id];
  });
  return Object.fromEntries(ids);
}
