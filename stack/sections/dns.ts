import { z } from "zod";

/** Names and certificates of the environment's domain. */
export const dnsSchema = z.strictObject({
  /** `own`: the program creates the public zone; `existing`: somebody else did, see `zoneId`; `none`: no Route 53. */
  zone: z.enum(["own", "existing", "none"]).describe("Route 53 zone: own, existing or none"),
  /** Id of the existing zone; only with `zone: existing`. */
  zoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{5,31}$/, "the id of a Route 53 zone, for example Z0123456789ABCDEFGHIJ")
    .optional()
    .describe("id of the existing zone"),
  /** Record every query to the zone; Route 53 writes them to us-east-1 only. */
  queryLog: z.boolean().default(false).describe("record DNS queries"),
  /** Keep changes to records possible within an hour when us-east-1's control plane fails. */
  acceleratedRecovery: z.boolean().default(false).describe("recover record changes when us-east-1 fails"),
  /** Checks from outside by which DNS fails over; each costs 0.50 USD a month and 1 USD per option. */
  healthChecks: z
    .strictObject({
      enabled: z.boolean().default(false),
      /** Hosts below the domain to check. */
      hosts: z
        .array(z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "one label of a host name, for example api"))
        .min(1)
        .default(["api", "dashboard"]),
      /** Path that answers 2xx while the host serves. */
      path: z.string().startsWith("/", "a path that begins with /").default("/health/ready"),
      /** 10 finds a failure 20 s sooner and costs 1 USD a month more. */
      intervalSeconds: z.literal([10, 30]).default(30),
      /** Failed checks in a row until the host counts as down. */
      failureThreshold: z.int().min(1).max(10).default(3),
    })
    .prefault({})
    .describe("health checks from outside"),
});
