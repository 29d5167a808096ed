import type * as pulumi from "@pulumi/pulumi";
import { histogramBucketsSeconds, latencyBucketsMilliseconds, shutdownSecondsOf } from "../../catalog/archetypes.ts";
import type { Exchange, Service } from "../../catalog/types.ts";
import { elasticsearchUrl } from "../platform/elasticNames.ts";
import { kafkaBootstrapServers, schemaRegistryUrl } from "../platform/kafkaNames.ts";
import { brokerSettings, databaseSettings, schemaRegistryUser } from "./accounts.ts";
import { type Endpoints, urlOf, type WorkloadContext } from "./context.ts";

/** Where files of configuration are mounted, for the kinds that read files. */
export const applicationDirectory = "/etc/trading-platform/configuration";

/** Directory in which the services find the authority of the cluster's own certificates. */
export const trustDirectory = "/etc/trading-platform/trust";

/** The authority of the cluster's own certificates, under which Kafka, its schema registry and Elasticsearch answer. */
const authority = `${trustDirectory}/ca.crt`;

/** What the settings of a service are made of. */
export interface ConfigurationPlan {
  context: WorkloadContext;
  service: Service;
  endpoints: Endpoints;
  /** Port of every catalogued service, for the addresses of those that this one calls. */
  ports: ReadonlyMap<string, number>;
  exchanges: ReadonlyMap<string, Exchange>;
}

/** Settings in clear, by environment variable. Nothing secret is here: passwords come from the service's Secret. */
export function configuration(plan: ConfigurationPlan): Record<string, pulumi.Input<string>> {
  const { service, context } = plan;
  return {
    SERVICE_NAME: service.name,
    PORT: String(service.port),
    ENVIRONMENT: context.environment,
    AWS_REGION: context.region,
    LOG_FORMAT: "json",
    SHUTDOWN_SECONDS: String(shutdownSecondsOf(service)),
    HISTOGRAM_BUCKETS_SECONDS: histogramBucketsSeconds,
    ...(service.kind === "springBoot" && {
      SPRING_CONFIG_ADDITIONAL_LOCATION: `file:${applicationDirectory}/`,
      // A quarter, Java's own choice, would leave most of the memory unused; without a heap a restart is all that helps.
      JAVA_TOOL_OPTIONS: "-XX:MaxRAMPercentage=70 -XX:+ExitOnOutOfMemoryError",
    }),
    ...storeSettings(plan),
    ...messagingSettings(plan),
    ...neighbourSettings(plan),
    ...service.settings,
  };
}

function storeSettings({ service, endpoints, context }: ConfigurationPlan): Record<string, pulumi.Input<string>> {
  const { postgres, cache, elasticsearch, buckets = [] } = service.uses ?? {};
  return {
    ...(postgres && databaseSettings(postgres, endpoints.database)),
    ...(cache && {
      CACHE_HOST: endpoints.cache.host,
      CACHE_PORT: String(endpoints.cache.port),
      CACHE_TLS: "true",
      CACHE_USER: service.name,
      CACHE_PREFIX: `${cache.prefix}:`,
    }),
    ...(elasticsearch && {
      ELASTICSEARCH_URL: elasticsearchUrl,
      ELASTICSEARCH_USER: service.name,
      ELASTICSEARCH_CA: authority,
    }),
    // AWS's SDKs for Python and Java otherwise ask for a bucket of us-east-1 by its old name without a region, which the policy
    // for the way out does not allow; Python's takes the region from its own variable alone.
    ...(buckets.length > 0 && {
      AWS_DEFAULT_REGION: context.region,
      AWS_S3_US_EAST_1_REGIONAL_ENDPOINT: "regional",
    }),
    ...Object.fromEntries(buckets.map(({ bucket }) => [`BUCKET_${variable(bucket)}`, context.names.bucket(bucket)])),
  };
}

function messagingSettings({ service, endpoints }: ConfigurationPlan): Record<string, pulumi.Input<string>> {
  const { topics, queues } = service.uses ?? {};
  return {
    ...(queues && brokerSettings(service, endpoints.broker)),
    ...(topics && {
      KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers,
      KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
      KAFKA_SASL_MECHANISM: "SCRAM-SHA-512",
      KAFKA_USER: service.name,
      KAFKA_GROUP: service.name,
      KAFKA_CA: authority,
      SCHEMA_REGISTRY_URL: schemaRegistryUrl,
      SCHEMA_REGISTRY_USER: schemaRegistryUser,
      SCHEMA_REGISTRY_CA: authority,
    }),
  };
}

function neighbourSettings({ service, context, ports, exchanges }: ConfigurationPlan): Record<string, string> {
  const { services = {}, exchanges: used = [] } = service.uses ?? {};
  const neighbours = Object.keys(services).map((name) => [
    `SERVICE_${variable(name)}_URL`,
    urlOf({ name, port: ports.get(name)! }),
  ]);
  const hosts = used.map((name) => [
    `EXCHANGE_${variable(name)}_HOSTS`,
    exchanges
      .get(name)!
      [context.settings.exchangeHosts].map(({ host, port }) => `${host}:${port}`)
      .join(","),
  ]);
  return Object.fromEntries([...neighbours, ...hosts]);
}

/** File names of the files that a service of this kind reads. */
export function configurationFiles(service: Service): string[] {
  return service.kind === "springBoot" ? ["application.properties"] : [];
}

/** Contents of those files. Values in clear and secret ones stay environment variables, named here by placeholders. */
export function configurationFileData(service: Service): Record<string, string> {
  if (service.kind !== "springBoot") return {};
  const lines = Object.entries(springProperties(service)).map(([key, value]) => `${key}=${value}`);
  return { "application.properties": `${lines.join("\n")}\n` };
}

/** Spring Boot's settings for what the platform promises: health paths, graceful stop, histogram buckets, stores. */
export function springProperties(service: Service): Record<string, string> {
  const { postgres, cache, queues, topics, elasticsearch } = service.uses ?? {};
  const buckets = latencyBucketsMilliseconds.map((bucket) => `${bucket}ms`).join(",");
  return {
    "server.port": "${PORT}",
    "server.shutdown": "graceful",
    "spring.lifecycle.timeout-per-shutdown-phase": "${SHUTDOWN_SECONDS}s",
    // One JSON object a line with `level`, `message` and `trace_id`, as the log pipeline reads it.
    "logging.structured.format.console": "logstash",
    "management.endpoints.web.exposure.include": "health,info,prometheus",
    "management.endpoint.health.probes.enabled": "true",
    // A group that is named here has all indicators unless told otherwise: in that of liveness the database would
    // restart every pod.
    "management.endpoint.health.group.liveness.include": "livenessState",
    "management.endpoint.health.group.readiness.include": ["readinessState", postgres && "db", cache && "redis"]
      .filter(Boolean)
      .join(","),
    "management.endpoint.health.group.liveness.additional-path": "server:/health/live",
    "management.endpoint.health.group.readiness.additional-path": "server:/health/ready",
    "management.metrics.distribution.slo.http.server.requests": buckets,
    "management.metrics.distribution.slo.db.query.duration": buckets,
    ...(postgres && {
      // With the last two the driver says as it connects what it would SET afterwards, which ties a connection of RDS Proxy to
      // one client for good (AWS' "Considerations for connecting to PostgreSQL").
      "spring.datasource.url":
        "jdbc:postgresql://${DATABASE_HOST}:${DATABASE_PORT}/${DATABASE_NAME}?sslmode=${DATABASE_SSL_MODE}&assumeMinServerVersion=9.0&ApplicationName=${SERVICE_NAME}",
      "spring.datasource.username": "${DATABASE_USER}",
      "spring.datasource.password": "${DATABASE_PASSWORD}",
      "spring.datasource.hikari.maximum-pool-size": "${DATABASE_POOL_SIZE}",
    }),
    ...(cache && {
      // Spring's own caches begin their keys with the cache's name, which the service's user may not touch.
      "spring.cache.redis.key-prefix": "${CACHE_PREFIX}",
      "spring.data.redis.host": "${CACHE_HOST}",
      "spring.data.redis.port": "${CACHE_PORT}",
      "spring.data.redis.username": "${CACHE_USER}",
      "spring.data.redis.password": "${CACHE_PASSWORD}",
      "spring.data.redis.ssl.enabled": "true",
    }),
    ...(queues && {
      "spring.rabbitmq.host": "${BROKER_HOST}",
      "spring.rabbitmq.port": "${BROKER_PORT}",
      "spring.rabbitmq.username": "${BROKER_USER}",
      "spring.rabbitmq.password": "${BROKER_PASSWORD}",
      "spring.rabbitmq.ssl.enabled": "true",
    }),
    ...(topics && {
      "spring.kafka.bootstrap-servers": "${KAFKA_BOOTSTRAP_SERVERS}",
      "spring.kafka.consumer.group-id": "${KAFKA_GROUP}",
      "spring.kafka.properties.security.protocol": "${KAFKA_SECURITY_PROTOCOL}",
      "spring.kafka.properties.sasl.mechanism": "${KAFKA_SASL_MECHANISM}",
      "spring.kafka.properties.sasl.jaas.config":
        'org.apache.kafka.common.security.scram.ScramLoginModule required username="${KAFKA_USER}" password="${KAFKA_PASSWORD}";',
      "spring.kafka.properties.ssl.truststore.type": "PEM",
      "spring.kafka.properties.ssl.truststore.location": "${KAFKA_CA}",
      "spring.kafka.properties.schema.registry.url": "${SCHEMA_REGISTRY_URL}",
      "spring.kafka.properties.schema.registry.ssl.truststore.type": "PEM",
      "spring.kafka.properties.schema.registry.ssl.truststore.location": "${SCHEMA_REGISTRY_CA}",
      "spring.kafka.properties.basic.auth.credentials.source": "USER_INFO",
      "spring.kafka.properties.basic.auth.user.info": "${SCHEMA_REGISTRY_USER}:${SCHEMA_REGISTRY_PASSWORD}",
    }),
    ...(topics?.produce?.length && {
      // Schemas are the catalog's: its job registers them, and a service writes by the newest.
      "spring.kafka.producer.properties.auto.register.schemas": "false",
      "spring.kafka.producer.properties.use.latest.version": "true",
    }),
    ...(elasticsearch && {
      "spring.elasticsearch.uris": "${ELASTICSEARCH_URL}",
      "spring.elasticsearch.username": "${ELASTICSEARCH_USER}",
      "spring.elasticsearch.password": "${ELASTICSEARCH_PASSWORD}",
      // Java knows the public authorities only; Elasticsearch answers under the cluster's own.
      "spring.ssl.bundle.pem.platform.truststore.certificate": "file:${ELASTICSEARCH_CA}",
      "spring.elasticsearch.restclient.ssl.bundle": "platform",
    }),
  };
}

/** `binance-data-storage` → `BINANCE_DATA_STORAGE`. */
function variable(name: string): string {
  return name.replaceAll("-", "_").toUpperCase();
}
