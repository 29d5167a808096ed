import type { ContractMetricName } from "./metrics.ts";

/**
 * The words in which the catalog is written. Plain data only: a service says what it is and what it uses, the program
 * derives the rest (manifests, identity, network policies, alerts, dashboards).
 */

/**
 * Archetype of a service: brings health paths, metrics path, histogram settings and start-up times.
 * `bot` is the container on EC2 outside the cluster; it gets no Kubernetes objects.
 */
export type Kind = "springBoot" | "fastApi" | "http" | "worker" | "bot";

/**
 * How much stops when the service stops. `critical`: trading stops or loses money; `standard`: trading degrades;
 * `supporting`: people notice, trading does not. Decides the priority class and how loudly alerts speak.
 */
export type Tier = "critical" | "standard" | "supporting";

/** Most sensitive data that the service handles; `restricted` is keys and orders, `confidential` is positions and profit. */
export type Sensitivity = "public" | "internal" | "confidential" | "restricted";

/** Market whose hours count for the service's "nothing happens" alerts; `sports` is event-driven and has no hours. */
export type Market = "crypto" | "nse" | "us_equities" | "sports";

/** Host of the environment's domain on which the gateway serves: `api.<domain>` or `dashboard.<domain>`. */
export type PublicHost = "api" | "dashboard";

/**
 * How much a service needs another one. `startup`: must be ready before this one starts (and while it serves);
 * `requests`: needed while it serves; `optional`: works with less when it is away.
 */
export type Need = "startup" | "requests" | "optional";

/** Where and how the gateway publishes a service. */
export interface PublicRoute {
  /** Host below the environment's domain. */
  host: PublicHost;
  /** Path prefix, for example `/data`; no two services share host and path. */
  path: string;
  /**
   * Requests per second and client address on this route, at most 100 (the gateway's own limit).
   * @default 100, from the gateway requirement
   */
  requestsPerSecond?: number;
  /**
   * Requests that a client may send at once above the rate.
   * @default half of `requestsPerSecond`
   */
  burst?: number;
  /**
   * Largest request body in KiB.
   * @default 1024
   */
  bodyKibibytes?: number;
  /**
   * Seconds after which the gateway gives up on a request.
   * @default 10
   */
  timeoutSeconds?: number;
}

/** What the container may take, and what is kept for it. */
export interface Resources {
  /** CPU limit in millicores, for example 2000 for two cores. */
  cpuMillicores: number;
  /** Memory limit in MiB, for example 2048 for 2 GiB. */
  memoryMebibytes: number;
  /**
   * CPU request in millicores.
   * @default a quarter of the limit
   */
  cpuRequestMillicores?: number;
  /**
   * Memory request in MiB. Equal to the limit by default, so that a pod never dies for its neighbour's memory.
   * @default the limit
   */
  memoryRequestMebibytes?: number;
}

/** Horizontal autoscaling between bounds; leave out for a service that must not scale. */
export interface Autoscaling {
  /** Fewest replicas, at least 1. */
  minimum: number;
  /** Most replicas. */
  maximum: number;
  /**
   * Average CPU use, percent of the request, that adds replicas.
   * @default 70, from the workload requirement
   */
  cpuPercent?: number;
  /**
   * Average memory use, percent of the request, that adds replicas.
   * @default 80, from the workload requirement; none for `springBoot`, for Java gives no memory back
   */
  memoryPercent?: number;
}

/** A database role of the service's own and what it may do in which schema of the database `binance`. */
export interface PostgresUse {
  /** Role name, unique in the catalog, lower-case letters, digits and underscores. */
  role: string;
  /** Schemas by name: `own` creates tables, `write` changes rows, `read` selects. One owner per schema. */
  schemas: Readonly<Record<string, "own" | "write" | "read">>;
  /**
   * Largest number of connections that one replica opens; the role's limit counts the replicas of a release, too.
   * @default 10
   */
  poolSize?: number;
}

/** A part of the shared cache: keys that begin with `<prefix>:`. */
export interface CacheUse {
  /** First part of the service's keys, unique among writers. */
  prefix: string;
  /** Prefixes of others that the service only reads. */
  reads?: readonly string[];
}

/** Queues of the message broker, by the names of `queues.ts`. */
export interface QueueUse {
  publish?: readonly string[];
  consume?: readonly string[];
}

/** Kafka topics, by the names of `topics.ts`; their schemas are those of the topics. */
export interface TopicUse {
  produce?: readonly string[];
  consume?: readonly string[];
}

/** Elasticsearch indices or data streams, by name pattern, for example `klines-*`. */
export interface SearchUse {
  write?: readonly string[];
  read?: readonly string[];
}

/** A bucket of `buckets.ts` and what the service may do in it. */
export interface BucketUse {
  /** Name in `buckets.ts`. */
  bucket: string;
  access: "read" | "write" | "readWrite";
  /**
   * Key prefix to which the access is limited, without leading and with trailing slash.
   * @default the service's name and a slash
   */
  prefix?: string;
}

/** Everything that a service reaches. What is not here it cannot reach. */
export interface Uses {
  /** Other catalogued services that it calls over HTTP, with how much it needs them. */
  services?: Readonly<Record<string, Need>>;
  postgres?: PostgresUse;
  cache?: CacheUse;
  queues?: QueueUse;
  topics?: TopicUse;
  elasticsearch?: SearchUse;
  buckets?: readonly BucketUse[];
  /** Exchanges by the names of `exchanges.ts`; only their hosts are reachable. */
  exchanges?: readonly string[];
}

/** A promise about one indicator. */
export interface Slo {
  /** Share of good events in percent, for example 99.9. */
  objectivePercent: number;
  /** Length of the rolling window in days. */
  windowDays: number;
}

/** A promise about how long something takes. */
export interface LatencySlo extends Slo {
  /** Longest time that still counts as good, in milliseconds; must be one of the histogram's buckets. */
  thresholdMilliseconds: number;
}

/** The promises of a service. What does not apply to it is absent. */
export interface Slos {
  /** Share of requests without server error; for workers the share of time that the target answers. */
  availability: Slo;
  /** Share of HTTP requests within the threshold. */
  latency?: LatencySlo;
  /** Share of database queries within the threshold. */
  database?: LatencySlo;
  /** Share of cache look-ups that hit; warns only. */
  cache?: Slo;
  /** Share of trade executions that are filled. */
  executions?: Slo;
}

/** One step of a canary release: traffic share, then a time of analysis. */
export interface CanaryStep {
  /** Share of traffic in percent. */
  weightPercent: number;
  /** Minutes of analysis at that share. */
  minutes: number;
}

/** One service: everything that its team decides. Each lives in `catalog/services/<name>.ts`, at most 40 lines. */
export interface Service {
  /** Name in lower-case letters, digits and hyphens, at most 24; the same as the file's. */
  name: string;
  /** One sentence on what it does. */
  description: string;
  kind: Kind;
  /** Team that answers for it: receives its alerts and reviews its changes. */
  owner: string;
  tier: Tier;
  sensitivity: Sensitivity;
  /** Port of the container; unique in the catalog, so that all services run side by side on one machine. */
  port: number;
  /** Replicas at rest; with autoscaling the first number of replicas. */
  replicas: number;
  resources: Resources;
  autoscaling?: Autoscaling;
  /** How the gateway publishes it; absent: reachable inside the cluster only, by the services that declare it. */
  public?: PublicRoute;
  uses?: Uses;
  /** Names of `secrets.ts`; each becomes an environment variable of the same name, from Secrets Manager. */
  secrets?: readonly string[];
  /** Overrides of the archetype's promises, see `slosOf` in `archetypes.ts`. */
  slos?: Partial<Slos>;
  /** Application metrics of the contract (`metrics.ts`) that it exports beyond those that `metricsOf` derives. */
  metrics?: readonly ContractMetricName[];
  /** Markets on which it trades or whose data it carries. */
  markets?: readonly Market[];
  /** True when it places orders: adds the executions SLO and the trading alerts. */
  executesTrades?: boolean;
  /**
   * Steps of a release.
   * @default 10, 50 and 100 % with five minutes of analysis each
   */
  canary?: readonly CanaryStep[];
  /**
   * Seconds that the service may take to finish its work when it is stopped.
   * @default 30; the archetype may give more
   */
  shutdownSeconds?: number;
  /** Settings in clear, as environment variables; secrets do not belong here. */
  settings?: Readonly<Record<string, string>>;
}

/** A Kafka topic. */
export interface Topic {
  name: string;
  description: string;
  /** Team that decides on its schema. */
  owner: string;
  /** Name in `schemas.ts` of the values; keys are plain text. */
  schema: string;
  /** Partitions; can grow, never shrink. */
  partitions: number;
  /** Hours that messages are kept. */
  retentionHours: number;
  /** `delete` drops old messages, `compact` keeps the last one per key. */
  cleanup: "delete" | "compact";
}

/** A queue of the message broker; always durable, of type quorum, with a dead-letter queue `<name>.dead`. */
export interface Queue {
  name: string;
  description: string;
  owner: string;
  /** Deliveries of one message before it goes to the dead-letter queue. */
  deliveryLimit: number;
  /** Most messages that wait; publishers are refused beyond. */
  maximumLength: number;
}

/** A bucket that services share. */
export interface SharedBucket {
  /** Purpose, part of the physical name. */
  name: string;
  description: string;
  owner: string;
  sensitivity: Sensitivity;
}

/** A field of an event. Types are those of Avro; `decimal` is a string of digits, never a floating number. */
export interface SchemaField {
  type: "string" | "long" | "int" | "boolean" | "double" | "decimal" | "timestamp" | readonly string[];
  description: string;
  /** May be absent; new fields must be optional for old readers. */
  optional?: boolean;
}

/** The shape of an event, rendered as an Avro record for the schema registry. */
export interface EventSchema {
  name: string;
  description: string;
  fields: Readonly<Record<string, SchemaField>>;
}

/** One end point of an exchange. */
export interface ExchangeHost {
  host: string;
  port: number;
  protocol: "https" | "websocket" | "tls";
}

/** An exchange and its hosts, for real money and for trials. */
export interface Exchange {
  name: string;
  description: string;
  markets: readonly Market[];
  /** Hosts where orders count. */
  live: readonly ExchangeHost[];
  /** Hosts for trials; the same as `live` where the exchange has no sandbox. */
  test: readonly ExchangeHost[];
}

/** A secret value by name: which property of which entry of Secrets Manager. */
export interface SecretRef {
  name: string;
  description: string;
  /** Path of the entry, for `Names.secret(path)`. */
  path: string;
  /** Property of the entry's JSON. */
  property: string;
}

/** Everything that the business runs. Services are sorted by name. */
export interface Catalog {
  services: readonly Service[];
  topics: readonly Topic[];
  queues: readonly Queue[];
  buckets: readonly SharedBucket[];
  schemas: readonly EventSchema[];
  exchanges: readonly Exchange[];
  secrets: readonly SecretRef[];
}
