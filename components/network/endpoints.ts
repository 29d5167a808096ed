import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What the private endpoints need to be told. */
export interface EndpointsArgs {
  vpcId: pulumi.Input<string>;
  region: string;
  /** Route tables that lead to S3 by the gateway endpoint. */
  routeTableIds: readonly pulumi.Input<string>[];
  /** One subnet per zone for the interface endpoints. */
  subnetIds: readonly pulumi.Input<string>[];
  /** Group that lets the VPC in on 443. */
  securityGroupId: pulumi.Input<string>;
  /** Account whose principals may use the interface endpoints. */
  accountId: string;
  /** AWS services with an interface endpoint, for example `ecr.api`; about 7.30 USD a month each and zone. */
  services: readonly string[];
  /** Begins the `Name` tags. */
  namePrefix: string;
}

/**
 * Private ways to AWS services: S3 always (free, and images come from there), others by setting. They keep traffic off
 * NAT, and a closed NAT does not stop nodes from starting.
 */
export class Endpoints extends pulumi.ComponentResource {
  readonly s3EndpointId: pulumi.Output<string>;

  constructor(name: string, args: EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:network:Endpoints", name, { services: args.services }, opts);
    const parent = { parent: this };

    const s3 = new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: args.vpcId,
        vpcEndpointType: "Gateway",
        serviceName: `com.amazonaws.${args.region}.s3`,
        routeTableIds: [...args.routeTableIds],
        tags: { Name: `${args.namePrefix}-s3` },
      },
      parent,
    );
    for (const service of args.services) createInterfaceEndpoint(name, service, args, parent);

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
      vpcId: args.vpcId,
      vpcEndpointType: "Interface",
      serviceName: `com.amazonaws.${args.region}.${service}`,
      privateDnsEnabled: true,
      subnetIds: [...args.subnetIds],
      securityGroupIds: [args.securityGroupId],
      policy: JSON.stringify(ownPrincipalsOnly(args.accountId)),
      tags: { Name: `${args.namePrefix}-${label}` },
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
