import { z } from "zod";

/** An IPv4 range; bits behind the prefix are told by the checks. */
const cidr = z
  .string()
  .regex(
    /^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)\/(3[0-2]|[12]?\d)$/,
    "an IPv4 range, for example 10.20.0.0/16",
  );

const subnetPrefix = z.int().min(16).max(28);

const ports = z.array(z.int().min(1).max(65_535)).min(1);

/** Services of AWS that can have an interface endpoint here. */
const endpointServices = [
  "autoscaling",
  "backup",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "eks-auth",
  "elasticloadbalancing",
  "kms",
  "logs",
  "monitoring",
  "secretsmanager",
  "sns",
  "ssm",
  "ssmmessages",
  "sts",
  "xray",
] as const;

/** The address plan and what leads in and out of the network. */
export const networkSchema = z.strictObject({
  /** Range of the VPC: /16 to /24 of a private range, apart from every neighbour's. */
  cidr: cidr.describe("range of the VPC"),
  /** Number of zones for which the address plan leaves room. Changing it renumbers every subnet. */
  zoneCapacity: z.literal([1, 2, 4]).default(4).describe("zones that the address plan leaves room for"),
  /** Prefix length of each tier's subnets; pods and nodes share the private ones. Changing one replaces its subnets. */
  subnetPrefixes: z
    .strictObject({
      public: subnetPrefix.default(22),
      /** At most /24: nodes and pods live here. */
      private: z.int().min(16).max(24).default(19),
      isolated: subnetPrefix.default(22),
    })
    .prefault({})
    .describe("prefix length of the subnets by tier"),
  /** Ranges of others that are or may be connected: other environments, offices, partners. */
  reservedRanges: z
    .array(z.strictObject({ name: z.string().min(1).max(64), cidr }))
    .default([])
    .describe("ranges of neighbours that nothing here may overlap"),
  /** `single`: one NAT gateway for all zones (33 USD a month). `perZone`: one in each, so that a lost zone stays alone. */
  nat: z.enum(["single", "perZone"]).describe("NAT gateways: single or perZone"),
  /** Elastic IPs that exist already and that exchanges have in their allow lists; one per NAT gateway, or none. */
  natAllocationIds: z
    .array(z.string().regex(/^eipalloc-[0-9a-f]{8,17}$/, "the allocation id of an Elastic IP, eipalloc-…"))
    .default([])
    .describe("existing Elastic IPs for the NAT gateways"),
  /** Interface endpoints, about 7.30 USD a month each and zone; the S3 gateway endpoint is always there and free. */
  interfaceEndpoints: z
    .array(z.enum(endpointServices))
    .default([])
    .describe("AWS services reached by private endpoints"),
  /** TCP ports open to the internet from nodes and pods: HTTPS, mail submission, Binance market streams. */
  egressPorts: ports.default([443, 587, 9443]).describe("TCP ports open to the internet from the cluster"),
  /** TCP ports open to the internet from the trading bot: HTTPS, Binance market streams. */
  tradingBotEgressPorts: ports.default([443, 9443]).describe("TCP ports open to the internet from the trading bot"),
  /** Seconds over which flow logs sum connections up. */
  flowLogAggregationSeconds: z.literal([60, 600]).default(600).describe("flow log aggregation in seconds"),
});
