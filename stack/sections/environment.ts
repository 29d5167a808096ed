import { z } from "zod";

/** AWS's regions, those of China and of governments aside: they are other partitions, with other ARNs. */
export const regions = [
  "af-south-1",
  "ap-east-1",
  "ap-east-2",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-south-2",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-central-1",
  "ca-west-1",
  "eu-central-1",
  "eu-central-2",
  "eu-north-1",
  "eu-south-1",
  "eu-south-2",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "mx-central-1",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
] as const;

const region = z.enum(regions).describe("AWS region code");

/** The characters that AWS takes in the value of a tag. */
const tagValue = z
  .string()
  .regex(/^[\p{L}\p{N} _.:/=+@-]*$/u, "letters, digits, spaces and _ . : / = + - @, which a tag may hold");

/** Who and where this environment is: account, regions, zones, owner. Every other section builds on it. */
export const environmentSchema = z.strictObject({
  /** Name of the environment; part of physical names and tags, never compared in code. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,14}$/, "2 to 15 lower-case letters, digits and hyphens, beginning with a letter")
    .describe("name of the environment, part of physical names"),
  /** AWS account that the environment lives in; the provider refuses to work in any other. */
  accountId: z
    .string()
    .regex(/^\d{12}$/, 'twelve digits in quotes, for example "111122223333"')
    .describe("AWS account id: twelve digits in quotes"),
  region,
  /** Region that holds the copies of backups and images; must differ from `region`. */
  recoveryRegion: region,
  /** Availability zones, in the order that gives subnets their index: append, never reorder or remove. */
  zones: z
    .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-f]$/, "a zone of the region, for example us-east-1a"))
    .min(1)
    .max(4)
    .describe("availability zones in index order"),
  /** DNS domain of the environment; hosts are api.<domain>, dashboard.<domain>, grafana.<domain>, jaeger.<domain>. */
  domain: z
    .string()
    .regex(
      /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
      "a DNS domain in lower case, for example trading.example.com",
    )
    .describe("DNS domain of the environment"),
  /** Team that answers for the environment; becomes the tag Owner. */
  owner: tagValue.min(2).max(64).describe("team that answers for the environment"),
  /** Cost centre for billing; becomes the tag CostCenter. */
  costCenter: tagValue.min(2).max(32).describe("cost centre for billing"),
  /** True refuses the deletion of everything that holds state, by Pulumi's `protect` and by AWS's deletion protection. */
  protect: z.boolean().describe("refuse the deletion of everything that holds state"),
});
