import { type Problem, showValue } from "../stack/problem.ts";
import type { Service } from "./types.ts";

/** Accounts that the platform itself has in PostgreSQL, cache, broker, Kafka and Elasticsearch. */
const platformAccounts: ReadonlySet<string> = new Set([
  "administrator",
  "elastic",
  "exporter",
  "grafana",
  "jaeger",
  "kibana",
  "logstash",
  "platform_owner",
  "prometheus",
  "schema-registry",
]);

/** Paths that the gateway answers itself with 404: what services tell Prometheus is nobody's business outside. */
const hiddenPaths: readonly string[] = ["/metrics", "/actuator"];

/** Names and paths of a service that belong to the platform, and what it lists twice. */
export function reservedProblems(service: Service): Omit<Problem, "file">[] {
  const { name, uses = {}, public: route } = service;
  const problems: Omit<Problem, "file">[] = [];
  if (platformAccounts.has(name)) {
    problems.push({
      key: "name",
      found: showValue(name),
      allowed: "a name that no account of the platform has",
      hint: `The platform's own: ${[...platformAccounts].join(", ")}.`,
    });
  }
  const role = uses.postgres?.role;
  if (role !== undefined && (platformAccounts.has(role) || /^(pg_|rds)/.test(role))) {
    problems.push({
      key: "uses.postgres.role",
      found: showValue(role),
      allowed: "a role of its own; the platform's, pg_… and rds… are taken",
    });
  }
  for (const schema of Object.keys(uses.postgres?.schemas ?? {})) {
    if (!/^pg_|^(public|information_schema)$/.test(schema)) continue;
    problems.push({
      key: `uses.postgres.schemas.${schema}`,
      found: showValue(schema),
      allowed: "schemas of services; public, information_schema and pg_… are PostgreSQL's own",
    });
  }
  if (hiddenPaths.some((path) => route?.path === path || route?.path.startsWith(`${path}/`))) {
    problems.push({
      key: "public.path",
      found: showValue(route?.path),
      allowed: `paths other than ${hiddenPaths.join(" and ")}, which the gateway hides`,
    });
  }
  const lists: [key: string, found: readonly string[]][] = [
    ["uses.buckets", (uses.buckets ?? []).map(({ bucket }) => bucket)],
    ["uses.topics.produce", uses.topics?.produce ?? []],
    ["uses.topics.consume", uses.topics?.consume ?? []],
    ["uses.queues.publish", uses.queues?.publish ?? []],
    ["uses.queues.consume", uses.queues?.consume ?? []],
    ["uses.exchanges", uses.exchanges ?? []],
    ["secrets", service.secrets ?? []],
  ];
  for (const [key, found] of lists) {
    const twice = found.find((each, index) => found.indexOf(each) !== index);
    if (twice !== undefined) problems.push({ key, found: showValue(twice), allowed: "each name once" });
  }
  return problems;
}
