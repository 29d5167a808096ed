import type { EventSchema, SchemaField } from "../../catalog/types.ts";
import type { ElasticSettings } from "../../stack/sections/elastic.ts";
import {
  auditDataStream,
  type ElasticPlatformUser,
  elasticNamespace,
  elasticUserSecretPath,
  jaegerIndexPrefix,
} from "./elasticNames.ts";
import { elasticUserSecret } from "./elasticResources.ts";
import type { ExternalSecretPlan } from "./secretManifests.ts";

/** One request of the setup job, which may be sent any number of times. */
export interface SetupRequest {
  target: "elasticsearch" | "kibana";
  /** `put` writes over; `create` is sent only while the resource is missing. */
  mode: "put" | "create";
  method: "PUT" | "POST";
  path: string;
  /** File name of the body, without `.json`; for a creating POST also the id of what is made. */
  body?: { name: string; content: object };
}

/** What the setup is made of. */
export interface ElasticSetupPlan {
  settings: ElasticSettings;
  /** Bucket of the snapshots. */
  snapshotBucket: string;
  /** Shape of the audit events, from the catalog. */
  auditSchema: EventSchema;
  /** Shape of the candles, from the catalog; absent: the catalog has none. */
  klineSchema?: EventSchema;
}

const repository = "s3";
const snapshotPolicy = "daily";
const space = "trade-audit";

/** Everything that Elasticsearch and Kibana are told: snapshots, lifecycles, templates, the data stream, the space. */
export function elasticSetupRequests(plan: ElasticSetupPlan): SetupRequest[] {
  const { settings, auditSchema, klineSchema } = plan;
  return [
    // Without trying it: that comes last, so that a refused bucket does not keep the rest from being set up.
    put(`/_snapshot/${repository}?verify=false`, "repository", snapshotRepository(plan.snapshotBucket)),
    put(`/_slm/policy/${snapshotPolicy}`, "snapshot-policy", snapshotLifecycle(settings)),
    put(`/_ilm/policy/${auditDataStream}`, "audit-lifecycle", auditLifecycle(settings)),
    put(
      `/_index_template/${auditDataStream}`,
      "audit-template",
      dataStreamTemplate(auditDataStream, auditSchema, settings),
    ),
    { target: "elasticsearch", mode: "create", method: "PUT", path: `/_data_stream/${auditDataStream}` },
    ...(klineSchema === undefined
      ? []
      : [
          put("/_ilm/policy/klines", "kline-lifecycle", klineLifecycle(settings)),
          put(
            "/_index_template/klines",
            "kline-template",
            dataStreamTemplate("klines", klineSchema, settings, "klines-*"),
          ),
        ]),
    kibana("create", "POST", "/api/spaces/space", space, kibanaSpace()),
    kibana("put", "PUT", `/api/spaces/space/${space}`, `${space}-space`, kibanaSpace()),
    kibana("put", "POST", `/s/${space}/api/data_views/data_view`, "audit-view", dataView()),
    { target: "elasticsearch", mode: "put", method: "POST", path: `/_snapshot/${repository}/_verify` },
  ];
}

function put(path: string, name: string, content: object): SetupRequest {
  return { target: "elasticsearch", mode: "put", method: "PUT", path, body: { name, content } };
}

function kibana(
  mode: SetupRequest["mode"],
  method: SetupRequest["method"],
  path: string,
  name: string,
  content: object,
) {
  return { target: "kibana", mode, method, path, body: { name, content } } satisfies SetupRequest;
}

function snapshotRepository(bucket: string) {
  return { type: "s3", settings: { bucket, base_path: "elasticsearch", server_side_encryption: false } };
}

function snapshotLifecycle(settings: ElasticSettings) {
  return {
    schedule: quartzSchedule(settings.snapshotSchedule),
    name: "<daily-{now/d}>",
    repository,
    config: { indices: ["*"], include_global_state: true },
    // Elasticsearch deletes its own snapshots: they share files, so the bucket's lifecycle must not touch them.
    retention: { expire_after: `${settings.snapshotRetentionDays}d`, min_count: 3 },
  };
}

/** Turns a cron expression of five fields into Quartz' six, of which one of the two days must be a question mark. */
export function quartzSchedule(cron: string): string {
  const [minute, hour, day, month, weekday] = cron.trim().split(/\s+/);
  return weekday === "*"
    ? `0 ${minute} ${hour} ${day} ${month} ?`
    : `0 ${minute} ${hour} ${day === "*" ? "?" : day} ${month} ${weekday}`;
}

/**
 * Hot while it is written and asked for, warm and read-only afterwards, deleted only when a snapshot holds it. Hot and
 * warm are tiers of the same nodes until somebody adds nodes of their own for the warm one.
 */
function auditLifecycle({ audit }: ElasticSettings) {
  return lifecycle({
    hot: { actions: { rollover: { max_age: "1d", max_primary_shard_size: "25gb" }, set_priority: { priority: 100 } } },
    warm: {
      min_age: `${audit.hotDays}d`,
      actions: { readonly: {}, forcemerge: { max_num_segments: 1 }, set_priority: { priority: 50 } },
    },
    delete: {
      min_age: `${audit.searchDays}d`,
      actions: { wait_for_snapshot: { policy: snapshotPolicy }, delete: {} },
    },
  });
}

function klineLifecycle({ klineSearchDays }: ElasticSettings) {
  return lifecycle({
    hot: { actions: { rollover: { max_age: "7d", max_primary_shard_size: "25gb" } } },
    delete: { min_age: `${klineSearchDays}d`, actions: { delete: {} } },
  });
}

function lifecycle(phases: object) {
  return { policy: { phases } };
}

/** Template of a data stream with the fields of a schema; what a schema does not know is kept but not searchable. */
function dataStreamTemplate(policy: string, schema: EventSchema, settings: ElasticSettings, pattern = `${policy}*`) {
  const fields = Object.entries(schema.fields).map(([name, field]) => [name, fieldMapping(field)]);
  return {
    index_patterns: [pattern],
    data_stream: {},
    // Above Elastic's own templates, which end at 200.
    priority: 500,
    template: {
      settings: {
        "index.lifecycle.name": policy,
        "index.number_of_shards": 1,
        "index.number_of_replicas": settings.shardReplicas,
        "index.codec": "best_compression",
      },
      mappings: {
        dynamic: false,
        properties: {
          "@timestamp": { type: "date" },
          tags: { type: "keyword" },
          source: {
            properties: {
              topic: { type: "keyword" },
              partition: { type: "integer" },
              offset: { type: "long" },
              id: { type: "keyword" },
            },
          },
          ...Object.fromEntries(fields),
        },
      },
    },
    _meta: { description: schema.description, owner: "platform" },
  };
}

/** The type of a field in Elasticsearch. */
export function fieldMapping({ type }: SchemaField): { [setting: string]: unknown } {
  if (typeof type !== "string") return { type: "keyword" };
  switch (type) {
    case "timestamp":
      return { type: "date", format: "epoch_millis||strict_date_time" };
    case "decimal":
      // Eight places, as exchanges give them; the text itself is kept and shown.
      return { type: "scaled_float", scaling_factor: 100_000_000 };
    case "string":
      return { type: "keyword", ignore_above: 1024 };
    case "int":
      return { type: "integer" };
    default:
      return { type };
  }
}

function kibanaSpace() {
  return {
    id: space,
    name: "Trade audit",
    description: "Every order and its outcome",
    color: "#54B399",
    initials: "TA",
    disabledFeatures: ["fleet", "ml"],
  };
}

function dataView() {
  return {
    override: true,
    data_view: { id: auditDataStream, name: "Trade events", title: auditDataStream, timeFieldName: "@timestamp" },
  };
}

/** Files of the ConfigMap that the setup job reads: the list of requests, and their bodies. */
export function setupFiles(requests: readonly SetupRequest[]): { [file: string]: string } {
  const lines = requests.map(({ target, mode, method, path, body }) =>
    [target, mode, method, path, body === undefined ? "-" : `${body.name}.json`].join(" "),
  );
  const bodies = requests.flatMap(({ body }) =>
    body === undefined ? [] : [[`${body.name}.json`, JSON.stringify(body.content, undefined, 2)]],
  );
  return { "requests.txt": `${lines.join("\n")}\n`, ...Object.fromEntries(bodies) };
}

/** What a role may do with indices of a pattern. */
interface IndexRights {
  names: string[];
  privileges: string[];
}

/** Roles of the platform's users, each as much as its task needs. */
export const elasticRoles: { [user in ElasticPlatformUser]: { cluster: string[]; indices: IndexRights[] } } = {
  jaeger: {
    cluster: ["monitor", "manage_index_templates"],
    // `manage` lets the cleaner delete indices whose days are over.
    indices: [
      {
        names: [`${jaegerIndexPrefix}-jaeger-*`],
        privileges: ["create_index", "write", "read", "view_index_metadata", "manage"],
      },
    ],
  },
  logstash: {
    cluster: ["monitor"],
    // New documents only: nobody who holds this login can change the trail.
    indices: [
      {
        names: [auditDataStream, `${auditDataStream}*`],
        privileges: ["create_doc", "auto_configure", "view_index_metadata"],
      },
    ],
  },
  exporter: {
    cluster: ["monitor", "monitor_snapshot"],
    indices: [{ names: ["*"], privileges: ["monitor", "view_index_metadata"] }],
  },
  grafana: {
    cluster: ["monitor"],
    indices: [{ names: [`${auditDataStream}*`, "klines-*"], privileges: ["read", "view_index_metadata"] }],
  },
};

/** Name of a platform user's role. */
function elasticRoleName(user: ElasticPlatformUser): string {
  return `platform-${user}`;
}

/** The roles as the file that Elasticsearch reads; JSON, which is YAML. */
export function elasticRolesFile(): string {
  const roles = Object.entries(elasticRoles).map(([user, role]) => [
    elasticRoleName(user as ElasticPlatformUser),
    role,
  ]);
  return JSON.stringify(Object.fromEntries(roles), undefined, 2);
}

/** The Secret by which the operator puts a platform user into its file realm. */
export function elasticUserExternalSecret(user: ElasticPlatformUser): ExternalSecretPlan {
  const path = elasticUserSecretPath(user);
  return {
    name: elasticUserSecret(user),
    namespace: elasticNamespace,
    data: { username: { path, property: "username" }, password: { path, property: "password" } },
    template: {
      type: "kubernetes.io/basic-auth",
      data: { username: "{{ .username }}", password: "{{ .password }}", roles: elasticRoleName(user) },
    },
  };
}
