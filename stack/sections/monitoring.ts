import { z } from "zod";
import { containerSize } from "./containerSize.ts";

/** Exporters that Prometheus reads beside those that every cluster has. */
export const exporterNames = ["postgres", "redis", "elasticsearch", "rabbitmq", "blackbox", "cloudwatch"] as const;

const secretPath = z
  .string()
  .regex(/^[a-z0-9][a-z0-9/-]*$/, "path of a Secrets Manager entry below the environment's, for example grafana/oidc")
  .describe("path of the Secrets Manager entry below <project>/<environment>/");

const httpsUrl = z.url({ protocol: /^https$/, error: "an https address" });

/** One public address that is probed from inside the cluster, through the load balancer, as a client would. */
const probe = z.strictObject({
  /** Host below the environment's domain, for example `api`; part of the job's name `blackbox-<host>`. */
  host: z.string().regex(/^[a-z][a-z0-9-]*$/, "a host below the environment's domain, for example api"),
  /** Paths that must answer 2xx. */
  paths: z.array(z.string().startsWith("/", "paths that begin with a slash")).min(1),
});

/** kube-prometheus-stack with Grafana, and the exporters. */
export const monitoringSchema = z.strictObject({
  prometheus: z.strictObject({
    /** Replicas; each scrapes everything, so that one may die. */
    replicas: z.number().int().min(1).max(3).describe("replicas of Prometheus"),
    /** Days that samples are kept; the drawdown alerts look back 30 days. */
    retentionDays: z.number().int().min(1).max(400).describe("days that samples are kept"),
    /** Size at which the oldest blocks go even before their time, in GiB; at most 85 % of the volume. */
    retentionGibibytes: z.number().int().min(1).describe("size at which old samples go, GiB"),
    /** Volume of each replica in GiB. */
    volumeGibibytes: z.number().int().min(5).max(16000).describe("volume of each replica, GiB"),
    size: containerSize,
  }),
  alertmanager: z.strictObject({
    /** Replicas; they gossip, so that each alert is sent once. */
    replicas: z.number().int().min(1).max(5).describe("replicas of Alertmanager"),
    /** Volume of each replica in GiB: silences and the notification log. */
    volumeGibibytes: z.number().int().min(1).max(100).default(5).describe("volume of each replica, GiB"),
  }),
  grafana: z.strictObject({
    replicas: z.number().int().min(1).max(4).describe("replicas of Grafana"),
    /** Where users, folders and alert state live: `volume` for one replica, `postgres` for several. */
    database: z.enum(["volume", "postgres"]).describe("where Grafana keeps its state: volume or postgres"),
    /** Volume in GiB, used when `database` is `volume`. */
    volumeGibibytes: z.number().int().min(1).max(100).default(5).describe("volume of Grafana, GiB"),
    /** Address that people type. */
    rootUrl: httpsUrl.nullable().default(null).describe("address of Grafana; null: https://grafana.<domain>/"),
    /** Login by an OpenID Connect provider; null leaves the admin password as the only login. */
    oidc: z
      .strictObject({
        /** Name on the login button. */
        name: z.string().min(1).default("Single sign-on").describe("name on the login button"),
        /** Client id at the provider. */
        clientId: z.string().min(1).describe("client id at the provider"),
        authorizeUrl: httpsUrl.describe("authorization endpoint"),
        tokenUrl: httpsUrl.describe("token endpoint"),
        userInfoUrl: httpsUrl.describe("user info endpoint"),
        /** Entry that holds the client's secret under the key `clientSecret`; filled by hand, never by this program. */
        secretPath: secretPath.default("grafana/oidc"),
        /** Group of the claim `groups` whose members administer Grafana. */
        adminGroup: z.string().min(1).describe("group whose members are administrators"),
        /** Group whose members may edit; everybody else may look. */
        editorGroup: z.string().min(1).describe("group whose members may edit"),
      })
      .nullable()
      .default(null)
      .describe("login by OpenID Connect; null for none"),
    size: containerSize.prefault({ cpu: "200m", memory: "1Gi" }),
  }),
  /** Exporters to run; an unknown name is an error. */
  exporters: z
    .array(z.enum(exporterNames))
    .default([...exporterNames])
    .describe("exporters to run"),
  blackbox: z
    .strictObject({
      replicas: z.number().int().min(1).max(4).default(1).describe("replicas of the blackbox exporter"),
      intervalSeconds: z.number().int().min(10).max(300).default(30).describe("seconds between two probes"),
      /** @default the health endpoints of the requirement: api, dashboard and Grafana */
      probes: z
        .array(probe)
        .default([
          { host: "api", paths: ["/health", "/health/ready", "/ping", "/version"] },
          { host: "dashboard", paths: ["/health"] },
          { host: "grafana", paths: ["/api/health"] },
        ])
        .describe("public addresses to probe"),
    })
    .prefault({}),
  cloudwatch: z
    .strictObject({
      /** Seconds between two readings; every reading costs about one cent per thousand metrics. */
      intervalSeconds: z.number().int().min(60).max(3600).default(300).describe("seconds between two readings"),
    })
    .prefault({}),
  rabbitmq: z
    .strictObject({
      /**
       * Port of the broker's Prometheus endpoint, one of those that its security group opens.
       * @default 15692, RabbitMQ's own; Amazon MQ serves it from RabbitMQ 4.2 on
       */
      port: z.literal([443, 15671, 15692]).default(15692).describe("port of the broker's metrics: 443, 15671 or 15692"),
    })
    .prefault({}),
});

/** Settings of the section `monitoring`, complete. */
export type MonitoringSettings = z.output<typeof monitoringSchema>;
