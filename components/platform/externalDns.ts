import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../compute/podIdentity.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { allowFlows, fromPrometheus, toApiServer, toAws, toPodIdentity } from "./networkPolicies.ts";
import { resources } from "./pods.ts";
import { installChart } from "./release.ts";
import type { ChartValues } from "./values.ts";

/** Arguments of `ExternalDns`. */
export interface ExternalDnsArgs {
  context: PlatformContext;
  /** Hosted zone whose records are kept. */
  zoneId: pulumi.Input<string>;
  /** `upsert-only` never deletes a record; `sync` removes what has no route any more. */
  policy: "upsert-only" | "sync";
  /** What names the hosts: the routes of a gateway that has its own balancer, or the Ingress of the balancer before it. */
  source: "routes" | "ingress";
}

const namespace = "external-dns";
const serviceAccount = "external-dns";

/** Values of the chart. */
function externalDnsValues(
  context: PlatformContext,
  { policy, source }: Pick<ExternalDnsArgs, "policy" | "source">,
): ChartValues {
  return {
    provider: { name: "aws" },
    env: [{ name: "AWS_DEFAULT_REGION", value: context.region }],
    serviceAccount: { create: true, name: serviceAccount },
    sources: source === "routes" ? ["gateway-httproute", "gateway-grpcroute"] : ["ingress"],
    domainFilters: [context.domain],
    policy,
    registry: "txt",
    // Two clusters that share a zone never touch each other's records.
    txtOwnerId: context.names.prefix,
    txtPrefix: "external-dns-",
    interval: "1m",
    triggerLoopOnEvent: true,
    logFormat: "json",
    extraArgs: {
      "aws-zone-type": "public",
      "aws-zones-cache-duration": "1h",
      "aws-batch-change-size": "200",
      // Before an application balancer there is one wildcard record; its owner's record must not have a star inside a label.
      "txt-wildcard-replacement": "wildcard",
    },
    serviceMonitor: { enabled: true },
    priorityClassName: priorityClasses.critical,
    resources: resources("20m", "64Mi", "128Mi"),
  };
}

/** What the pod may do: read the list of zones, and write address and ownership records into one of them. */
function externalDnsStatements(zoneId: pulumi.Input<string>): PolicyStatement[] {
  const zone = pulumi.interpolate`arn:aws:route53:::hostedzone/${zoneId}`;
  return [
    { Sid: "FindZone", Action: ["route53:ListHostedZones", "route53:ListHostedZonesByName"], Resource: "*" },
    { Sid: "ReadZone", Action: ["route53:ListResourceRecordSets", "route53:ListTagsForResource"], Resource: zone },
    {
      Sid: "WriteRecords",
      Action: "route53:ChangeResourceRecordSets",
      Resource: zone,
      Condition: {
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME", "TXT"],
        },
      },
    },
  ];
}

/** DNS records from routes: each host that a route names gets its record in the domain's zone. */
export class ExternalDns extends pulumi.ComponentResource {
  constructor(name: string, args: ExternalDnsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { context, zoneId, policy, source } = args;
    super("trading-platform:platform:ExternalDns", name, { zoneId, policy, source }, opts);
    const identity = new PodIdentity(
      `${name}-identity`,
      { clusterName: context.clusterName, namespace, serviceAccount, statements: externalDnsStatements(zoneId) },
      { parent: this },
    );
    const flows = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-flows`,
      allowFlows("external-dns", {
        namespace,
        ingress: [fromPrometheus([7979])],
        egress: [toApiServer(context), toAws(context), toPodIdentity()],
      }),
      { parent: this },
    );
    installChart(
      `${name}-release`,
      { chart: "external-dns", context, namespace, values: externalDnsValues(context, args) },
      { parent: this, dependsOn: [identity, flows] },
    );
    this.registerOutputs({});
  }
}
