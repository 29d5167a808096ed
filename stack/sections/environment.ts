import { z } from "zod";

const region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region code, for example us-east-1")
  .describe("AWS region code");

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
    .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "a zone of the region, for example us-east-1a"))
    .min(1)
    .max(4)
    .describe("availability zones in index order"),
  /** DNS domain of the environment; hosts are api.<domain>, dashboard.<domain>, grafana.<domain>. */
  domain: z
    .string()
    .regex(
      /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
      "a DNS domain in lower case, for example trading.example.com",
    )
    .describe("DNS domain of the environment"),
  /** Team that answers for the environment; becomes the tag Owner. */
  owner: z.string().min(2).max(64).describe("team that answers for the environment"),
  /** Cost centre for billing; becomes the tag CostCenter. */
  costCenter: z.string().min(2).max(32).describe("cost centre for billing"),
  /** True refuses the deletion of everything that holds state, by Pulumi's `protect` and by AWS's deletion protection. */
  protect: z.boolean().describe("refuse the deletion of everything that holds state"),
});
