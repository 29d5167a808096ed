import type { EventSchema } from "../../catalog/types.ts";
import type { PlatformContext } from "./context.ts";
import { auditBucketPurpose, auditDataStream } from "./elasticNames.ts";
import { kafkaBootstrapServers, schemaRegistryUrl } from "./kafkaNames.ts";

/** A setting of a Logstash plugin. */
type Setting = string | number | boolean | string[] | { [key: string]: string };

/** Where Logstash finds what its pipelines need: files and environment variables of its pods. */
const logstashFiles = {
  /** Trust store of the cluster's own authority, for Kafka and the schema registry. */
  trustStore: "/etc/logstash-trust/truststore.p12",
  /** On the volume that outlives the pod: files that wait for their upload. */
  uploads: "/usr/share/logstash/data/uploads",
} as const;

/** Environment variables that carry secrets into the pipelines. */
export const logstashVariables = {
  kafkaLogin: "KAFKA_LOGIN",
  trustStorePassword: "TRUST_STORE_PASSWORD",
  schemaRegistryPassword: "SCHEMA_REGISTRY_PASSWORD",
  searchPassword: "SEARCH_PASSWORD",
} as const;

/** What the audit pipeline is made of. */
export interface AuditPipelinePlan {
  context: Pick<PlatformContext, "names" | "region">;
  /** Kafka topic of the audit trail. */
  topic: string;
  /** Shape of its events, from the catalog: gives the fields their types. */
  schema: EventSchema;
}

/**
 * The pipelines of Logstash. The intake reads and types the events once and hands them to two others, each with a queue
 * on disk: when S3 does not take the copy, the search goes on, and the other way round.
 */
export function auditPipelines(plan: AuditPipelinePlan) {
  const queue = { "queue.type": "persisted", "queue.max_bytes": "1gb" };
  return [
    { "pipeline.id": "audit-intake", "queue.type": "memory", "config.string": intake(plan) },
    { "pipeline.id": "audit-search", ...queue, "config.string": search() },
    { "pipeline.id": "audit-archive", ...queue, "config.string": archive(plan) },
  ];
}

function intake({ topic, schema }: AuditPipelinePlan): string {
  const variable = (name: keyof typeof logstashVariables) => `\${${logstashVariables[name]}}`;
  const kafka = plugin("kafka", {
    id: "audit-topic",
    bootstrap_servers: kafkaBootstrapServers,
    topics: [topic],
    // The user may use groups that begin with its name.
    group_id: "logstash-audit",
    auto_offset_reset: "earliest",
    decorate_events: "basic",
    security_protocol: "SASL_SSL",
    sasl_mechanism: "SCRAM-SHA-512",
    sasl_jaas_config: variable("kafkaLogin"),
    ssl_truststore_location: logstashFiles.trustStore,
    ssl_truststore_type: "PKCS12",
    ssl_truststore_password: variable("trustStorePassword"),
    schema_registry_url: schemaRegistryUrl,
    schema_registry_key: "logstash",
    schema_registry_secret: variable("schemaRegistryPassword"),
    schema_registry_ssl_truststore_location: logstashFiles.trustStore,
    schema_registry_ssl_truststore_type: "PKCS12",
    schema_registry_ssl_truststore_password: variable("trustStorePassword"),
    // At start the registry may not be there yet; each read asks it anyway.
    schema_registry_validation: "skip",
  });
  return [
    section("input", [kafka]),
    section("filter", typedFields(schema)),
    section("output", [plugin("pipeline", { id: "hand-over", send_to: ["audit-search", "audit-archive"] })]),
  ].join("\n");
}

const conversions: { [type: string]: string } = {
  long: "integer",
  int: "integer",
  double: "float",
  boolean: "boolean",
};

/**
 * Filters that give each field its type, mark events that lack a required field, and give each its place in Kafka as
 * identity: what is read twice is stored once.
 */
function typedFields(schema: EventSchema): string[] {
  const fields = Object.entries(schema.fields);
  const converted = fields.flatMap(([name, { type }]) =>
    typeof type === "string" && type in conversions ? [[name, conversions[type]!] as const] : [],
  );
  const required = fields.filter(([, { optional }]) => !optional).map(([name]) => name);
  const time = fields.find(([name, { type }]) => name === "at" && type === "timestamp")?.[0];
  return [
    plugin("mutate", {
      id: "identity",
      add_field: {
        "[source][topic]": "%{[@metadata][kafka][topic]}",
        "[source][partition]": "%{[@metadata][kafka][partition]}",
        "[source][offset]": "%{[@metadata][kafka][offset]}",
        "[source][id]": "%{[@metadata][kafka][topic]}-%{[@metadata][kafka][partition]}-%{[@metadata][kafka][offset]}",
      },
    }),
    ...(converted.length > 0 ? [plugin("mutate", { id: "types", convert: Object.fromEntries(converted) })] : []),
    ...(time === undefined ? [] : [plugin("date", { id: "time", match: [time, "UNIX_MS"], target: "@timestamp" })]),
    `if ${required.map((name) => `![${name}]`).join(" or ")} {\n${indent(plugin("mutate", { id: "incomplete", add_tag: ["incomplete"] }))}\n}`,
    // What the codec and the reader add of their own is not part of the event.
    plugin("mutate", { id: "own-fields", remove_field: ["@version", "event"] }),
  ];
}

function search(): string {
  return [
    section("input", [plugin("pipeline", { address: "audit-search" })]),
    section("output", [
      plugin("elasticsearch", {
        id: "search",
        hosts: ["${AUDIT_ES_HOSTS}"],
        user: "logstash",
        password: `\${${logstashVariables.searchPassword}}`,
        ssl_enabled: true,
        ssl_certificate_authorities: ["${AUDIT_ES_SSL_CERTIFICATE_AUTHORITY}"],
        // The data stream has a name of its own, so that the catalog's rights fit; only new documents, each once.
        data_stream: "false",
        index: auditDataStream,
        action: "create",
        document_id: "%{[source][id]}",
        manage_template: false,
        ilm_enabled: "false",
      }),
    ]),
  ].join("\n");
}

/** The copy that nobody can change: whole files of a quarter of an hour in a bucket with object lock. */
function archive({ context }: AuditPipelinePlan): string {
  return [
    section("input", [plugin("pipeline", { address: "audit-archive" })]),
    section("output", [
      plugin("s3", {
        id: "archive",
        region: context.region,
        bucket: context.names.bucket(auditBucketPurpose),
        prefix: `${auditDataStream}/%{+YYYY}/%{+MM}/%{+dd}`,
        codec: "json_lines",
        encoding: "gzip",
        rotation_strategy: "size_and_time",
        size_file: 67_108_864,
        time_file: 15,
        temporary_directory: logstashFiles.uploads,
        // What a crash left behind is uploaded at the next start.
        restore: true,
        // The bucket has no access lists; this is the only one that it does not refuse.
        canned_acl: "bucket-owner-full-control",
        // The role may not write a trial object to the bucket's root, and none could be deleted again.
        validate_credentials_on_root_bucket: false,
      }),
    ]),
  ].join("\n");
}

/** Renders a plugin in Logstash's language. */
export function plugin(name: string, settings: { [key: string]: Setting }): string {
  const lines = Object.entries(settings).map(([key, value]) => `  ${key} => ${render(value)}`);
  return `${name} {\n${lines.join("\n")}\n}`;
}

function render(value: Setting): string {
  if (Array.isArray(value)) return `[${value.map((item) => quote(item)).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).map(([key, item]) => `    ${quote(key)} => ${quote(item)}`);
    return `{\n${entries.join("\n")}\n  }`;
  }
  return typeof value === "string" ? quote(value) : String(value);
}

/** Logstash knows no escapes in strings unless told so: a quotation mark inside would end the string. */
function quote(text: string): string {
  if (/["\\\n]/.test(text))
    throw new Error(`Logstash cannot take ${JSON.stringify(text)} as a string: no quotes, no breaks.`);
  return `"${text}"`;
}

function section(name: string, parts: string[]): string {
  return `${name} {\n${parts.map(indent).join("\n")}\n}`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
