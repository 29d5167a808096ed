/** What others must know about Kafka and its schema registry: addresses, names, and where credentials lie. */

/** Namespace of the operator, the cluster and the schema registry. */
export const kafkaNamespace = "kafka";

/** Name of the Kafka resource. */
export const kafkaCluster = "trading";

/** Port of the listener for clients: TLS by the cluster's own authority, login by SCRAM-SHA-512. */
export const kafkaPort = 9094;

/** Bootstrap address of that listener. */
export const kafkaBootstrapServers = `${kafkaCluster}-kafka-bootstrap.${kafkaNamespace}.svc:${kafkaPort}`;

/** Port of the schema registry: HTTPS with basic authentication. */
export const schemaRegistryPort = 8081;

/** Address of the schema registry. */
export const schemaRegistryUrl = `https://schema-registry.${kafkaNamespace}.svc:${schemaRegistryPort}`;

/** Who logs in to the schema registry; the name is also the property of the password in Secrets Manager. */
export const schemaRegistryUsers = ["workloads", "logstash", "operations"] as const;

/** A user of the schema registry. */
export type SchemaRegistryUser = (typeof schemaRegistryUsers)[number];

/** Path of the passwords of the schema registry's users, for `Names.secret(path)`. */
export const schemaRegistrySecretPath = "kafka/schema-registry";

/** Users of Kafka that belong to the platform; those of the services are made with the services. */
export const kafkaPlatformUsers = ["schema-registry", "logstash"] as const;

/** A Kafka user of the platform. */
export type KafkaPlatformUser = (typeof kafkaPlatformUsers)[number];

/** Path of a platform user's password (property `password`), for `Names.secret(path)`. */
export function kafkaUserSecretPath(user: KafkaPlatformUser): string {
  return `kafka/users/${user}`;
}

/** Labels of everything that belongs to the Kafka cluster. */
export const kafkaLabels = { "strimzi.io/cluster": kafkaCluster };
