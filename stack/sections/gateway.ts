import { z } from "zod";

/** The way in: NGINX Gateway Fabric, what it allows each client, and the balancer before it. */
export const gatewaySchema = z.strictObject({
  /**
   * What stands before NGINX. `network`: an NLB hands connections through and tells the client's address by proxy
   * protocol; TLS ends in NGINX with a certificate of cert-manager. `application`: an ALB carries the web firewall and
   * access logs; TLS ends there with the ACM certificate and again in NGINX. Only an ALB can carry a web firewall.
   */
  balancer: z.enum(["network", "application"]).describe("kind of load balancer"),
  /** Reachable from the internet; false keeps the balancer inside the VPC. */
  public: z.boolean().default(true).describe("reachable from the internet"),
  /** Refuse the deletion of the balancer. */
  deletionProtection: z.boolean().default(false).describe("refuse the deletion of the balancer"),
  /** Pods of the control plane. */
  controllerReplicas: z.number().int().min(1).max(5).default(1).describe("pods of the control plane"),
  /** Pods of NGINX itself; above the minimum by processor and memory use. */
  minimumReplicas: z.number().int().min(1).max(50).default(1).describe("fewest NGINX pods"),
  maximumReplicas: z.number().int().min(1).max(50).default(2).describe("most NGINX pods"),
  /** Requests per second that one client address may make, on each NGINX pod. */
  requestsPerSecond: z.number().int().min(1).max(100_000).default(100).describe("requests per second of one client"),
  /** Requests above the rate that are still answered at once. */
  burst: z.number().int().min(0).max(100_000).default(50).describe("requests above the rate that are still answered"),
  /** Connections that one client address may hold open, on each NGINX pod; each HTTP/2 stream counts as one. */
  connectionsPerClient: z.number().int().min(1).max(100_000).default(50).describe("open connections of one client"),
  /** Largest request body, as NGINX writes it. */
  maximumBody: z
    .string()
    .regex(/^\d{1,4}[km]$/, 'a size in k or m, for example "1m"')
    .default("1m")
    .describe("largest request body"),
});
