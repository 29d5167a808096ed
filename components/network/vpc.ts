import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { LogGroupSettings } from "../data/logGroups.ts";
import { type PlannedSubnet, planAddresses, type SubnetTier } from "./addresses.ts";
import { FlowLogs } from "./flowLogs.ts";

/** What a network needs to be told. */
export interface VpcArgs {
  /** Range of the VPC, /16 to /24, apart from every range in `network.reservedRanges`. */
  cidr: string;
  /** Availability zones in index order: append, never reorder. */
  zones: readonly string[];
  /** Number of zones for which the address plan leaves room; changing it renumbers every subnet. */
  zoneCapacity: number;
  /** Prefix length of the subnets of each tier. Pods take their addresses from the private ones. */
  subnetPrefixes: Readonly<Record<SubnetTier, number>>;
  /**
   * `single`: one NAT gateway in the first zone, whose loss cuts all zones off from the internet. `perZone`: one in each
   * zone, each with its own fixed address.
   */
  nat: "single" | "perZone";
  /**
   * Allocation ids of Elastic IPs that exist already (exchanges have them in their allow lists), one per NAT gateway.
   * @default none: new addresses are allocated
   */
  natAllocationIds?: readonly string[];
  /** Physical names, for the flow logs and the `Name` tags that people see in the console. */
  names: Names;
  /** Account of the environment. */
  accountId: string;
  /** Retention and key of the flow logs. */
  logs: LogGroupSettings;
  /** Seconds over which flow logs sum connections up: 60 or 600. */
  flowLogAggregationSeconds: 60 | 600;
  /** Refuse the deletion of the network and of its fixed addresses. */
  protect: boolean;
  /** Last word on the VPC's own arguments. */
  transform?: { vpc?: (args: aws.ec2.VpcArgs) => aws.ec2.VpcArgs };
}

/**
 * The network: a VPC with a public, a private and an isolated subnet in each zone.
 *
 * - public: load balancers and NAT gateways only; nothing else gets a public address
 * - private: nodes, pods and the trading bot; outwards through NAT, with addresses that exchanges can put on a list
 * - isolated: databases, cache, broker; no route leaves the VPC
 *
 * Cost (us-east-1, November 2026): 33 USD a month for each NAT gateway and 0.045 USD per GB through it.
 */
export class Vpc extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** Range of the VPC. */
  readonly cidr: string;
  /** Subnets for load balancers, by zone index. */
  readonly publicSubnetIds: pulumi.Output<string>[];
  /** Subnets for nodes and machines, by zone index. */
  readonly privateSubnetIds: pulumi.Output<string>[];
  /** Subnets for data stores, by zone index. */
  readonly isolatedSubnetIds: pulumi.Output<string>[];
  /** Ranges of the subnets for data stores, by zone index: network policies tell databases by them. */
  readonly isolatedCidrs: string[];
  /** Every route table: what a gateway endpoint is attached to. */
  readonly routeTableIds: pulumi.Output<string>[];
  /** Public addresses from which everything here speaks to the world, by NAT gateway. */
  readonly egressAddresses: pulumi.Output<string>[];

  constructor(name: string, args: VpcArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:network:Vpc", name, { cidr: args.cidr, zones: args.zones, nat: args.nat }, opts);
    const parent = { parent: this };
    const kept = { parent: this, protect: args.protect };

    const plan = planAddresses({ ...args, prefixes: args.subnetPrefixes });
    const vpc = createVpc(name, args, kept);
    closeDefaultGroup(name, args, vpc, parent);
    const internet = createInternetGateway(name, args, vpc, parent);
    const subnets = createSubnets(name, args, plan, vpc, kept);
    const nat = createNatGateways(name, args, subnets.public, internet, { parent, kept });
    const { tables, privateWaysOut } = createRoutes(name, args, { vpc, internet, nat: nat.gateways, subnets }, parent);
    new FlowLogs(`${name}-flow-logs`, { ...args, vpcId: vpc.id }, parent);

    this.vpcId = vpc.id;
    this.cidr = args.cidr;
    this.publicSubnetIds = subnets.public.map((subnet) => subnet.id);
    // Known once the way out stands: a machine that starts before it cannot install what makes it of use.
    this.privateSubnetIds = subnets.private.map((subnet, index) => after(privateWaysOut[index]!, subnet.id));
    this.isolatedSubnetIds = subnets.isolated.map((subnet) => subnet.id);
    this.isolatedCidrs = plan.filter(({ tier }) => tier === "isolated").map(({ cidr }) => cidr);
    this.routeTableIds = tables.map((table) => table.id);
    this.egressAddresses = nat.addresses;
    this.registerOutputs({
      vpcId: this.vpcId,
      cidr: this.cidr,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      isolatedSubnetIds: this.isolatedSubnetIds,
      egressAddresses: this.egressAddresses,
    });
  }
}

type Subnets = Record<SubnetTier, aws.ec2.Subnet[]>;

function createVpc(name: string, args: VpcArgs, opts: pulumi.CustomResourceOptions): aws.ec2.Vpc {
  const vpcArgs: aws.ec2.VpcArgs = {
    cidrBlock: args.cidr,
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: { Name: args.names.prefix },
  };
  return new aws.ec2.Vpc(`${name}-vpc`, args.transform?.vpc?.(vpcArgs) ?? vpcArgs, opts);
}

/** Whatever is started without a security group of its own can speak to nobody. */
function closeDefaultGroup(name: string, args: VpcArgs, vpc: aws.ec2.Vpc, opts: pulumi.CustomResourceOptions): void {
  const tags = { Name: `${args.names.prefix}-default-closed` };
  new aws.ec2.DefaultSecurityGroup(`${name}-default-group`, { vpcId: vpc.id, ingress: [], egress: [], tags }, opts);
}

function createInternetGateway(
  name: string,
  args: VpcArgs,
  vpc: aws.ec2.Vpc,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.InternetGateway {
  return new aws.ec2.InternetGateway(`${name}-internet`, { vpcId: vpc.id, tags: { Name: args.names.prefix } }, opts);
}

/** The tags by which EKS Auto Mode finds the subnets for its load balancers. */
const balancerTags: Record<SubnetTier, Record<string, string>> = {
  public: { "kubernetes.io/role/elb": "1" },
  private: { "kubernetes.io/role/internal-elb": "1" },
  isolated: {},
};

function createSubnets(
  name: string,
  args: VpcArgs,
  plan: PlannedSubnet[],
  vpc: aws.ec2.Vpc,
  opts: pulumi.CustomResourceOptions,
): Subnets {
  const subnets: Subnets = { public: [], private: [], isolated: [] };
  for (const { tier, index, zone, cidr } of plan) {
    // The logical name carries the index, not the zone: the identity must not hang on how AWS calls its zones.
    subnets[tier][index] = new aws.ec2.Subnet(
      `${name}-${tier}-${index}`,
      {
        vpcId: vpc.id,
        availabilityZone: zone,
        cidrBlock: cidr,
        mapPublicIpOnLaunch: false,
        tags: { Name: `${args.names.prefix}-${tier}-${zone}`, Tier: tier, ...balancerTags[tier] },
      },
      opts,
    );
  }
  return subnets;
}

function createNatGateways(
  name: string,
  args: VpcArgs,
  publicSubnets: aws.ec2.Subnet[],
  internet: aws.ec2.InternetGateway,
  opts: { parent: pulumi.CustomResourceOptions; kept: pulumi.CustomResourceOptions },
): { gateways: aws.ec2.NatGateway[]; addresses: pulumi.Output<string>[] } {
  const hosts = args.nat === "perZone" ? publicSubnets : publicSubnets.slice(0, 1);
  const gateways = hosts.map((subnet, index) => {
    const tags = { Name: `${args.names.prefix}-nat-${args.zones[index]}` };
    const allocationId =
      args.natAllocationIds?.[index] ??
      new aws.ec2.Eip(`${name}-nat-address-${index}`, { domain: "vpc", tags }, opts.kept).allocationId;
    return new aws.ec2.NatGateway(
      `${name}-nat-${index}`,
      { allocationId, subnetId: subnet.id, connectivityType: "public", tags },
      // AWS accepts the gateway before the internet gateway is attached and then leaves it failed.
      { ...opts.parent, dependsOn: [internet] },
    );
  });
  return { gateways, addresses: gateways.map((gateway) => gateway.publicIp) };
}

/**
 * One public and one isolated table for all zones; one private table per zone even with a single NAT gateway, so that a
 * change of the setting moves routes and not associations.
 */
function createRoutes(
  name: string,
  args: VpcArgs,
  network: { vpc: aws.ec2.Vpc; internet: aws.ec2.InternetGateway; nat: aws.ec2.NatGateway[]; subnets: Subnets },
  opts: pulumi.CustomResourceOptions,
): { tables: aws.ec2.RouteTable[]; privateWaysOut: aws.ec2.RouteTableAssociation[] } {
  const { vpc, internet, nat, subnets } = network;
  const table = (suffix: string) =>
    new aws.ec2.RouteTable(
      `${name}-${suffix}-routes`,
      { vpcId: vpc.id, tags: { Name: `${args.names.prefix}-${suffix}` } },
      opts,
    );
  const attach = (tier: SubnetTier, index: number, routeTable: aws.ec2.RouteTable, dependsOn: pulumi.Resource[] = []) =>
    new aws.ec2.RouteTableAssociation(
      `${name}-${tier}-${index}-association`,
      { subnetId: subnets[tier][index]!.id, routeTableId: routeTable.id },
      { ...opts, dependsOn },
    );

  const publicTable = table("public");
  new aws.ec2.Route(
    `${name}-public-default-route`,
    { routeTableId: publicTable.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id },
    opts,
  );
  const isolatedTable = table("isolated");
  const privateTables = args.zones.map((_zone, index) => {
    const privateTable = table(`private-${index}`);
    const natGatewayId = (nat[index] ?? nat[0]!).id;
    const route = new aws.ec2.Route(
      `${name}-private-${index}-default-route`,
      { routeTableId: privateTable.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId },
      opts,
    );
    attach("public", index, publicTable);
    attach("isolated", index, isolatedTable);
    return { privateTable, association: attach("private", index, privateTable, [route]) };
  });
  return {
    tables: [publicTable, isolatedTable, ...privateTables.map(({ privateTable }) => privateTable)],
    privateWaysOut: privateTables.map(({ association }) => association),
  };
}

/** A value that is known, and whose users begin, only when a resource exists. */
function after<Value>(resource: pulumi.CustomResource, value: pulumi.Output<Value>): pulumi.Output<Value> {
  return pulumi.all([value, resource.id]).apply(([known]) => known as Value);
}
