import { z } from "zod";
import { contract } from "./metrics.ts";
import type { Service } from "./types.ts";

// 24: with the environment's name in front it is the name of a cache user, which may have 40 characters.
const name = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$/, "at most 24 lower-case letters, digits and hyphens, a letter first");
const names = z.array(z.string().min(1));
const percent = z.number().min(0).max(100);
const slo = { objectivePercent: z.number().min(50).lt(100), windowDays: z.int().min(1).max(90) };
const indicator = z.strictObject(slo);
const latency = z.strictObject({ ...slo, thresholdMilliseconds: z.int().min(1) });

const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "at most 63 lower-case letters, digits and underscores, beginning with a letter");

/** What may sit under `uses`. */
const uses = z.strictObject({
  services: z.record(z.string(), z.enum(["startup", "requests", "optional"])).optional(),
  postgres: z
    .strictObject({
      role: identifier,
      schemas: z.record(identifier, z.enum(["own", "write", "read"])),
      poolSize: z.int().min(1).max(100).optional(),
    })
    .optional(),
  cache: z
    .strictObject({
      prefix: z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and hyphens"),
      reads: names.optional(),
    })
    .optional(),
  queues: z.strictObject({ publish: names.optional(), consume: names.optional() }).optional(),
  topics: z.strictObject({ produce: names.optional(), consume: names.optional() }).optional(),
  elasticsearch: z.strictObject({ write: names.optional(), read: names.optional() }).optional(),
  buckets: z
    .array(
      z.strictObject({
        bucket: z.string(),
        access: z.enum(["read", "write", "readWrite"]),
        prefix: z
          .string()
          .regex(/^([a-zA-Z0-9_=-]+\/)*$/, 'folders ending in a slash, for example "klines/", or ""')
          .optional(),
      }),
    )
    .optional(),
  exchanges: names.optional(),
});

/**
 * The shape of a service entry, for entries that no compiler has seen: Node runs the files as they are. The fields are
 * documented in `types.ts`; the compiler holds both together below.
 */
export const serviceShape = z.strictObject({
  name,
  description: z.string().min(10, "a sentence of at least 10 characters"),
  kind: z.enum(["springBoot", "fastApi", "http", "worker", "bot"]),
  owner: name,
  tier: z.enum(["critical", "standard", "supporting"]),
  sensitivity: z.enum(["public", "internal", "confidential", "restricted"]),
  port: z.int().min(1024).max(65535),
  replicas: z.int().min(1).max(100),
  resources: z.strictObject({
    cpuMillicores: z.int().min(10).max(64_000),
    memoryMebibytes: z.int().min(32).max(262_144),
    cpuRequestMillicores: z.int().min(10).optional(),
    memoryRequestMebibytes: z.int().min(32).optional(),
  }),
  autoscaling: z
    .strictObject({
      minimum: z.int().min(1),
      maximum: z.int().min(1).max(100),
      cpuPercent: z.int().min(10).max(100).optional(),
      memoryPercent: z.int().min(10).max(100).optional(),
    })
    .optional(),
  public: z
    .strictObject({
      host: z.enum(["api", "dashboard"]),
      path: z.string().regex(/^\/([a-z0-9-]+(\/[a-z0-9-]+)*)?$/, 'a path such as "/data", without slash at the end'),
      requestsPerSecond: z.int().min(1).max(100).optional(),
      burst: z.int().min(0).max(1000).optional(),
      bodyKibibytes: z.int().min(1).max(102_400).optional(),
      timeoutSeconds: z.int().min(1).max(3600).optional(),
    })
    .optional(),
  uses: uses.optional(),
  secrets: names.optional(),
  slos: z
    .strictObject({ availability: indicator, latency, database: latency, cache: indicator, executions: indicator })
    .partial()
    .optional(),
  metrics: z.array(z.enum(contract.metrics.map((metric) => metric.name))).optional(),
  markets: z.array(z.enum(["crypto", "nse", "us_equities", "sports"])).optional(),
  executesTrades: z.boolean().optional(),
  canary: z
    .array(z.strictObject({ weightPercent: percent.min(1), minutes: z.int().min(1).max(1440) }))
    .min(1)
    .optional(),
  shutdownSeconds: z.int().min(1).max(3600).optional(),
  settings: z
    .record(z.string().regex(/^[A-Z][A-Z0-9_]*$/, "names in capitals, for example LOG_LEVEL"), z.string())
    .optional(),
});

type Exactly<First, Second> = [First] extends [Second] ? ([Second] extends [First] ? true : false) : false;
type Loosely<Value> = Value extends object ? { -readonly [Key in keyof Value]: Loosely<Value[Key]> } : Value;

/** Fails to compile when the shape and the documented type part ways. */
const shapeFitsType: Exactly<Loosely<z.output<typeof serviceShape>>, Loosely<Service>> = true;
void shapeFitsType;
