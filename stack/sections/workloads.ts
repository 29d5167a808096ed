import { z } from "zod";

/** What this environment decides about all services alike. */
export const workloadsSchema = z.strictObject({
  /** Only images told by digest may run: a tag could mean another image tomorrow, in another registry. */
  requireDigest: z.boolean().describe("only images told by digest may run"),
  /** `live`: orders count; `test`: the exchanges' sandboxes, where they have one. */
  exchangeHosts: z.enum(["live", "test"]).describe("live or test"),
  /**
   * `names`: a service reaches the hosts of its exchanges by name, enforced by EKS Auto Mode's ApplicationNetworkPolicy.
   * `addresses`: any public address on the exchanges' ports, for clusters without it. See docs/decisions/0501.
   */
  exchangeEgress: z.enum(["names", "addresses"]).default("names").describe("egress by names or by addresses"),
  /** What a canary without traffic means: `pause` waits for a person, `pass` trusts its liveness and restarts alone. */
  canaryWithoutTraffic: z.enum(["pause", "pass"]).default("pause").describe("pause or pass"),
  /** The registry of images in this account. */
  images: z
    .strictObject({
      /** Untagged images are deleted after this many days. */
      untaggedDays: z.number().int().min(1).max(365).default(14).describe("days that untagged images are kept"),
      /** Builds of each service that are kept, the newest. */
      keptBuilds: z.number().int().min(5).max(1000).default(50).describe("builds kept of each service"),
      /** Scan anew whenever a vulnerability becomes known (Inspector, charged for each image) instead of on push only. */
      continuousScan: z.boolean().default(false).describe("scan continuously instead of on push only"),
      /** Copy every image to the recovery region. */
      replicate: z.boolean().describe("copy images to the recovery region"),
      /**
       * Public registries for which the account's registry keeps a pull-through cache. ECR cannot cache docker.elastic.co:
       * with an image mirror, its images are copied there by hand.
       */
      pullThrough: z
        .array(z.enum(["docker.io", "quay.io", "ghcr.io", "registry.k8s.io", "public.ecr.aws"]))
        .default([])
        .describe("public registries that are cached"),
    })
    .describe("registry of images"),
});

/** Settings of the section `workloads`, complete. */
export type WorkloadsSettings = z.output<typeof workloadsSchema>;
