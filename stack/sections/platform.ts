import { z } from "zod";

/** Systems of the cluster that an environment can do without; what the rest needs is always installed. */
export const optionalSystems = [
  "external-dns",
  "argo-rollouts",
  "reloader",
  "monitoring",
  "logging",
  "tracing",
  "vault",
  "consul",
  "kafka",
  "elastic",
] as const;

/** A system that can be left out. */
export type OptionalSystem = (typeof optionalSystems)[number];

/** Namespaces of the platform, each with a quota; components/platform/namespacePlan.ts says what each is for. */
export const namespaceNames = [
  "cert-manager",
  "external-secrets",
  "external-dns",
  "platform-system",
  "gateway",
  "argo-rollouts",
  "trading",
  "monitoring",
  "node-agents",
  "logging",
  "tracing",
  "vault",
  "consul",
  "kafka",
  "elastic",
] as const;

const replicas = (maximum: number) => z.number().int().min(1).max(maximum).default(1).describe("number of pods");

const registryHost = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{2,5})?(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/,
    'host, port and path of a registry without a scheme, for example "registry.example.com/mirror"',
  )
  .describe("registry without scheme");

const chartMirror = z
  .string()
  .regex(
    /^(oci:\/\/[^/\s]+|https:\/\/[^/\s]+|file:[^\s]+)/,
    "an address with its scheme: oci://registry/path, https://host/path or file:directory",
  )
  .describe("one source of all charts and CRD bundles");

/** What one namespace may request in all. */
const quota = z.strictObject({
  /** Processors requested by all pods together. */
  cpu: z.number().positive().max(2000).optional().describe("processors requested"),
  /** Memory requested by all pods together, in GiB. */
  memoryGib: z.number().positive().max(16_000).optional().describe("memory requested in GiB"),
  /** Number of pods. */
  pods: z.number().int().min(1).max(10_000).optional().describe("number of pods"),
});

/** Public registries that the charts and our own manifests take images from. */
export const publicRegistries = ["docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "docker.elastic.co"] as const;

/** The in-cluster platform: where charts and images come from, how patiently it is installed, and the base systems' sizes. */
export const platformSchema = z.strictObject({
  /** One OCI registry, HTTP repository or directory that holds all charts and CRD bundles. @default each chart's own source */
  chartMirror: chartMirror.optional(),
  /** Registry that stands in for all public ones. @default each image's own registry */
  imageMirror: z
    .strictObject({
      registry: registryHost,
      /** Path in the mirror by public registry, for example `docker.io: docker-hub`. @default the registry's own host */
      prefixes: z
        .partialRecord(z.enum(publicRegistries), z.string())
        .optional()
        .describe("path in the mirror by public registry"),
      /** Public registries that the mirror cannot hold; ECR's pull-through cache does not know docker.elastic.co. */
      except: z.array(z.enum(publicRegistries)).optional().describe("registries that are not mirrored"),
    })
    .optional()
    .describe("registry that stands in for the public ones"),
  /** Wait until each release is ready; off only for trials in which nothing will run. */
  waitForReadiness: z.boolean().default(true).describe("wait until each release is ready"),
  /** Spread replicas over zones as a hard rule: a pod that cannot be spread stays pending. */
  topologySpread: z.boolean().default(false).describe("spread replicas over zones as a hard rule"),
  /**
   * Pool of `cluster.nodePools` whose nodes hold the systems with volumes: Kafka, Elasticsearch, Logstash, Vault, Consul,
   * Prometheus, Alertmanager, Loki. @default wherever there is room
   */
  statefulPool: z.string().optional().describe("name of the node pool for systems with volumes"),
  /** Systems that this environment does without. */
  without: z.array(z.enum(optionalSystems)).default([]).describe("systems that are left out"),
  /** Address range of Kubernetes services; EKS chooses 172.20.0.0/16 for a VPC in 10.0.0.0/8. */
  serviceCidr: z.cidrv4().default("172.20.0.0/16").describe("address range of Kubernetes services"),
  /** Requests allowed per namespace, where they differ from the defaults of components/platform/namespacePlan.ts. */
  quotas: z.record(z.string(), quota).default({}).describe("requests allowed per namespace"),
  certManager: z
    .strictObject({
      replicas: replicas(5),
      /** Directory of the ACME authority; Let's Encrypt's staging directory issues untrusted certificates without limits. */
      acmeDirectory: z
        .url({ protocol: /^https$/, message: "an https address of an ACME directory" })
        .default("https://acme-v02.api.letsencrypt.org/directory"),
      /** Address that the authority writes to when a certificate is about to expire. */
      acmeEmail: z.email("an e-mail address"),
    })
    .describe("certificates"),
  externalSecrets: z
    .strictObject({ replicas: replicas(5) })
    .prefault({})
    .describe("External Secrets"),
  externalDns: z
    .strictObject({
      /** `upsert-only` never deletes a record; `sync` removes records whose route is gone. */
      policy: z
        .enum(["upsert-only", "sync"])
        .default("upsert-only")
        .describe("what happens to records without a route"),
    })
    .prefault({})
    .describe("DNS records from routes"),
  metricsServer: z
    .strictObject({ replicas: replicas(3) })
    .prefault({})
    .describe("resource metrics for autoscaling"),
  reloader: z
    .strictObject({ replicas: replicas(3) })
    .prefault({})
    .describe("restarts on changed configuration"),
  argoRollouts: z
    .strictObject({ replicas: replicas(3) })
    .prefault({})
    .describe("canary releases"),
});
