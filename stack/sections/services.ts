import { z } from "zod";

/** Which image of a service runs: a tag for people, a digest that cannot change, or both (then the digest decides). */
const imageVersion = z
  .strictObject({
    /** Tag of one build. */
    tag: z
      .string({ error: 'a tag in quotes, for example "1.4.2"' })
      .regex(/^(?!latest$)[\w][\w.-]{0,127}$/, "a tag of one build, for example 1.4.2; latest is no version")
      .optional()
      .describe("tag of one build"),
    /** Digest of the image. */
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, '"sha256:" and 64 hexadecimal digits')
      .optional()
      .describe("digest of the image"),
  })
  .refine(({ tag, digest }) => tag !== undefined || digest !== undefined, "a tag, a digest, or both");

/** What one environment changes about one service of the catalog. */
const override = z.strictObject({
  /** Image that runs; written by `npm run release`. Absent: not released here, everything is prepared but nothing runs. */
  image: imageVersion.optional().describe("image that runs"),
  /** Image that ran before; written by `npm run release`, used by `npm run rollback`. */
  previousImage: imageVersion.optional().describe("image that ran before"),
  /** False leaves the service out of this environment altogether. */
  enabled: z.boolean().default(true).describe("false leaves the service out"),
  /** Replicas at rest. */
  replicas: z.number().int().min(1).max(100).optional().describe("replicas at rest"),
  /** Limits of the container. */
  resources: z
    .strictObject({
      cpuMillicores: z.number().int().min(10).max(64_000).optional().describe("CPU limit, millicores"),
      memoryMebibytes: z.number().int().min(32).max(262_144).optional().describe("memory limit, MiB"),
      cpuRequestMillicores: z.number().int().min(10).optional().describe("CPU request, millicores"),
      memoryRequestMebibytes: z.number().int().min(32).optional().describe("memory request, MiB"),
    })
    .optional()
    .describe("limits and requests of the container"),
  /** Bounds of autoscaling; only for services that the catalog lets scale. */
  autoscaling: z
    .strictObject({
      minimum: z.number().int().min(1).max(100).optional().describe("fewest replicas"),
      maximum: z.number().int().min(1).max(100).optional().describe("most replicas"),
    })
    .optional()
    .describe("bounds of autoscaling"),
});

/** What this environment changes about services, by name; names are those of `catalog/services/`. */
export const servicesSchema = z.record(z.string(), override).default({}).describe("overrides by service name");

/** Overrides of one service. */
export type ServiceOverride = z.output<typeof override>;

/** Overrides by service name. */
export type ServiceOverrides = z.output<typeof servicesSchema>;
