import { z } from "zod";

const principal = z
  .string()
  .regex(
    /^arn:aws:iam::\d{12}:(role|user)\/.+$/,
    "the ARN of an IAM role, for example arn:aws:iam::111122223333:role/x",
  );

const nodePool = z.strictObject({
  /** Name of the pool: lower-case letters, digits and hyphens. */
  name: z
    .string()
    .regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, "up to 32 lower-case letters, digits and hyphens")
    .describe("name of the pool"),
  /** Processor architectures. Pods must be built for each. */
  architectures: z
    .array(z.enum(["arm64", "amd64"]))
    .min(1)
    .describe("arm64, amd64"),
  /** EC2 instance categories: c for computing, m for all, r for memory. */
  categories: z
    .array(z.enum(["c", "m", "r"]))
    .min(1)
    .describe("c, m, r"),
  /** Ways of paying; spot can vanish within two minutes. */
  capacity: z
    .array(z.enum(["on-demand", "spot"]))
    .min(1)
    .default(["on-demand"])
    .describe("on-demand, spot"),
  /** Sizes of instances in vCPU. */
  cpus: z
    .array(z.literal([1, 2, 4, 8, 16, 32]))
    .min(1)
    .default([2, 4, 8])
    .describe("vCPU of an instance"),
  /** vCPU that all nodes of the pool may have together: the brake on cost. */
  cpuLimit: z.number().int().min(2).max(5000).describe("vCPU of all nodes together"),
  /** Memory that all nodes of the pool may have together, in GiB. */
  memoryLimitGibibytes: z.number().int().min(4).max(40_000).describe("memory of all nodes together, GiB"),
  /** `underused`: nodes are emptied and merged to save cost; `empty`: only those without pods go. */
  consolidate: z.enum(["underused", "empty"]).default("underused").describe("underused or empty"),
  /** Taints nodes with `dedicated=<value>:NoSchedule`, so that only pods that say so come here. @default none */
  dedicatedTo: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, "lower-case letters, digits and hyphens")
    .optional()
    .describe("value of the taint `dedicated`"),
});

/** The Kubernetes cluster: EKS with Auto Mode. */
export const clusterSchema = z.strictObject({
  /** Kubernetes version; those in standard support are in data/versions.json. */
  version: z
    .string({ error: 'a version in quotes, for example "1.36"' })
    .describe('Kubernetes version in quotes, for example "1.36"'),
  /** Blocks from which the API can be reached over the internet; an empty list leaves the private endpoint only. */
  publicAccessCidrs: z
    .array(z.cidrv4({ error: "address blocks, for example 203.0.113.0/24" }))
    .default([])
    .describe("blocks that may reach the API over the internet; none: private only"),
  /** Size of the control plane; above `standard` it is provisioned and charged by the hour. */
  controlPlaneTier: z
    .enum(["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"])
    .default("standard")
    .describe("standard, tier-xl, tier-2xl, tier-4xl or tier-8xl"),
  /** Role that `pulumi up` runs as: administers the cluster, also through the kubernetes provider. */
  deployRole: principal.describe("ARN of the role that deploys"),
  /** Principals that administer the cluster. Few people, and through a role. */
  administrators: z.array(principal).default([]).describe("ARNs of administrators"),
  /** Principals that may look at everything but secrets. */
  viewers: z.array(principal).default([]).describe("ARNs of viewers"),
  /** Node pools beside Auto Mode's own `system`. */
  nodePools: z.array(nodePool).min(1).describe("node pools"),
});

/** Settings of the section `cluster`, complete. */
export type ClusterSettings = z.output<typeof clusterSchema>;
/** Settings of one node pool, complete. */
export type NodePoolSettings = z.output<typeof nodePool>;
