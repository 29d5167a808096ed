import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { SecurityGroups } from "./securityGroups.ts";
import type { Vpc } from "./vpc.ts";

/** What the private endpoints need to be told. */
export interface EndpointsArgs {
  /** Network: S3 is reached by all of its route tables, other services from its private subnets. */
  vpc: Pick<Vpc, "vpcId" | "routeTableIds" | "privateSubnetIds">;
  region: string;
  /** Security groups; `endpoints` lets the VPC in on 443. */
  groups: Pick<SecurityGroups, "ids">;
  /** Account whose principals may use the interface endpoints. */
  accountId: string;
  /** AWS services with an interface endpoint, for example `ecr.api`; about 7.30 USD a month each and zone. */
  interfaceEndpoints: readonly string[];
  /** Physical names: the prefix begins the `Name` tags. */
  names: Names;
}

/**
 * Private ways to AWS services: S3 always (free, and images come from there), others by setting. They keep traffic off
 * NAT, and a closed NAT does not stop nodes from starting.
 */
export class Endpoints extends pulumi.ComponentResource {
  readonly s3EndpointId: pulumi.Output<string>;

  constructor(name: string, args: EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:network:Endpoints", name, { services: args.interfaceEndpoints }, opts);
    const parent = { parent: this };

    const s3 = new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: args.vpc.vpcId,
        vpcEndpointType: "Gateway",
        serviceName: `com.amazonaws.${args.region}.s3`,
        routeTableIds: args.vpc.routeTableIds,
        tags: { Name: `${args.names.prefix}-s3` },
      },
      parent,
    );
    for (const service of args.interfaceEndpoints) createInterfaceEndpoint(name, service, args, parent);

    this.s3EndpointId = s3.id;
    this.registerOutputs({ s3EndpointId: this.s3EndpointId });
  }
}

function createInterfaceEndpoint(
  name: string,
  service: string,
  args: EndpointsArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  const label = service.replaceAll(".", "-");
  new aws.ec2.VpcEndpoint(
    `${name}-${label}`,
    {
      vpcId: args.vpc.vpcId,
      vpcEndpointType: "Interface",
      serviceName: `com.amazonaws.${args.region}.${service}`,
      privateDnsEnabled: true,
      subnetIds: args.vpc.privateSubnetIds,
      securityGroupIds: [args.groups.ids.endpoints],
      policy: JSON.stringify(ownPrincipalsOnly(args.accountId)),
      tags: { Name: `${args.names.prefix}-${label}` },
    },
    opts,
  );
}

/** Credentials of another account, smuggled in, are of no use through the endpoint. */
function ownPrincipalsOnly(accountId: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: "*",
        Action: "*",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalAccount": accountId } },
      },
    ],
  };
}
