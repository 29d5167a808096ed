import { nearest } from "../stack/nearest.ts";
import { type Problem, showValue } from "../stack/problem.ts";
import { looksSecret } from "../stack/secretText.ts";
import { archetypes, canaryOf, latencyBucketsMilliseconds, slosOf } from "./archetypes.ts";
import { startupCycles } from "./order.ts";
import { reservedProblems } from "./reserved.ts";
import type { Catalog, Service } from "./types.ts";

/** Adds a problem about a field of one service. */
type Report = (service: Service, problem: Omit<Problem, "file">) => void;

/** Everything that is wrong between the entries of a catalog whose entries are each well-formed. */
export function checkCatalog(catalog: Catalog): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (service, problem) =>
    problems.push({ file: `catalog/services/${service.name}.ts`, ...problem });
  const known = indexCatalog(catalog);
  for (const service of catalog.services) {
    checkReferences(service, known, report);
    checkCapacity(service, report);
    checkPromises(service, known.byName, report);
    checkKind(service, report);
    checkSettings(service, report);
    for (const problem of reservedProblems(service)) report(service, problem);
  }
  checkCollisions(catalog.services, report);
  for (const bot of catalog.services.filter(({ kind }) => kind === "bot").slice(1))
    report(bot, { key: "kind", found: showValue(bot.kind), allowed: "one bot: EC2 runs exactly one" });
  checkSchemas(catalog.services, report);
  checkStreams(catalog.services, known, report);
  for (const cycle of startupCycles(catalog.services)) {
    report(known.byName.get(cycle[0]!)!, {
      key: "uses.services",
      found: [...cycle, cycle[0]].join(" → "),
      allowed: "startup needs without a cycle",
      hint: 'None of these could ever start. Turn one of the needs into "requests" or "optional".',
    });
  }
  problems.push(...checkShared(catalog));
  return problems;
}

/** Names to look up; sets, so that a thousand services are checked in linear time. */
interface Known {
  byName: ReadonlyMap<string, Service>;
  topics: ReadonlySet<string>;
  queues: ReadonlySet<string>;
  buckets: ReadonlySet<string>;
  exchanges: ReadonlySet<string>;
  secrets: ReadonlySet<string>;
  cachePrefixes: ReadonlySet<string>;
}

function indexCatalog(catalog: Catalog): Known {
  const namesOf = (entries: readonly { name: string }[]) => new Set(entries.map((entry) => entry.name));
  return {
    byName: new Map(catalog.services.map((service) => [service.name, service])),
    topics: namesOf(catalog.topics),
    queues: namesOf(catalog.queues),
    buckets: namesOf(catalog.buckets),
    exchanges: namesOf(catalog.exchanges),
    secrets: namesOf(catalog.secrets),
    cachePrefixes: new Set(catalog.services.flatMap((service) => service.uses?.cache?.prefix ?? [])),
  };
}

/** Every name that a service mentions must exist. */
function checkReferences(service: Service, known: Known, report: Report): void {
  const { uses = {}, secrets = [] } = service;
  type Names = Pick<ReadonlySet<string>, "has" | "keys">;
  const lists: [key: string, found: readonly string[], candidates: Names, home: string][] = [
    ["uses.topics.produce", uses.topics?.produce ?? [], known.topics, "catalog/topics.ts"],
    ["uses.topics.consume", uses.topics?.consume ?? [], known.topics, "catalog/topics.ts"],
    ["uses.queues.publish", uses.queues?.publish ?? [], known.queues, "catalog/queues.ts"],
    ["uses.queues.consume", uses.queues?.consume ?? [], known.queues, "catalog/queues.ts"],
    ["uses.buckets", (uses.buckets ?? []).map(({ bucket }) => bucket), known.buckets, "catalog/buckets.ts"],
    ["uses.exchanges", uses.exchanges ?? [], known.exchanges, "catalog/exchanges.ts"],
    ["uses.cache.reads", uses.cache?.reads ?? [], known.cachePrefixes, "the cache prefixes of other services"],
    ["uses.services", Object.keys(uses.services ?? {}), known.byName, "catalog/services/"],
    ["secrets", secrets, known.secrets, "catalog/secrets.ts"],
  ];
  for (const [key, found, candidates, home] of lists) {
    for (const name of found) {
      if (candidates.has(name)) continue;
      report(service, {
        key,
        found: showValue(name),
        allowed: `a name of ${home}`,
        nearest: nearest(name, [...candidates.keys()]),
      });
    }
  }
  for (const name of Object.keys(uses.services ?? {})) {
    const target = known.byName.get(name);
    if (name === service.name) {
      report(service, { key: "uses.services", found: showValue(name), allowed: "other services, never itself" });
    } else if (target && !archetypes[target.kind].serves) {
      report(service, {
        key: "uses.services",
        found: showValue(name),
        allowed: `services that serve HTTP; ${name} is of kind ${target.kind}`,
        hint: "Talk to it through a topic or a queue.",
      });
    }
  }
}

function checkCapacity(service: Service, report: Report): void {
  const { autoscaling, replicas, resources } = service;
  if (autoscaling && autoscaling.minimum > autoscaling.maximum) {
    report(service, {
      key: "autoscaling.minimum",
      found: showValue(autoscaling.minimum),
      allowed: `at most autoscaling.maximum, ${autoscaling.maximum}`,
    });
  } else if (autoscaling && (replicas < autoscaling.minimum || replicas > autoscaling.maximum)) {
    report(service, {
      key: "replicas",
      found: showValue(replicas),
      allowed: `a number from ${autoscaling.minimum} to ${autoscaling.maximum}, as autoscaling says`,
    });
  }
  const pairs = [
    ["cpuRequestMillicores", resources.cpuRequestMillicores, resources.cpuMillicores],
    ["memoryRequestMebibytes", resources.memoryRequestMebibytes, resources.memoryMebibytes],
  ] as const;
  for (const [key, request, limit] of pairs) {
    if (request !== undefined && request > limit) {
      report(service, { key: `resources.${key}`, found: showValue(request), allowed: `at most the limit, ${limit}` });
    }
  }
  const weights = canaryOf(service).map((step) => step.weightPercent);
  if (weights.at(-1) !== 100 || weights.some((weight, index) => index > 0 && weight <= weights[index - 1]!)) {
    report(service, { key: "canary", found: showValue(weights), allowed: "growing weights that end at 100" });
  }
}

/** No promise above that of what the service cannot do without; thresholds where a bucket lies. */
function checkPromises(service: Service, byName: ReadonlyMap<string, Service>, report: Report): void {
  const slos = slosOf(service);
  for (const [name, need] of Object.entries(service.uses?.services ?? {})) {
    const target = byName.get(name);
    if (need === "optional" || target === undefined) continue;
    const promised = slosOf(target).availability.objectivePercent;
    if (slos.availability.objectivePercent > promised) {
      report(service, {
        key: "slos.availability.objectivePercent",
        found: showValue(slos.availability.objectivePercent),
        allowed: `at most ${promised}, the availability of ${name}, which it cannot do without`,
        hint: 'Promise less, let the other promise more, or make the need "optional".',
      });
    }
  }
  for (const key of ["latency", "database"] as const) {
    const threshold = slos[key]?.thresholdMilliseconds;
    if (threshold !== undefined && !latencyBucketsMilliseconds.includes(threshold)) {
      report(service, {
        key: `slos.${key}.thresholdMilliseconds`,
        found: showValue(threshold),
        allowed: `a bucket of the histograms: ${latencyBucketsMilliseconds.join(", ")}`,
        hint: "Between buckets nothing is counted, and the indicator would be silent.",
      });
    }
  }
}

function checkKind(service: Service, report: Report): void {
  const archetype = archetypes[service.kind];
  if (service.public && !archetype.serves) {
    report(service, {
      key: "public",
      found: showValue(service.public.path),
      allowed: `a route only for kinds that serve; ${service.kind} does not`,
    });
  }
  if (!archetype.inCluster && service.autoscaling) {
    report(service, {
      key: "autoscaling",
      found: showValue(service.autoscaling),
      allowed: "autoscaling inside the cluster only; the bot is always one",
    });
  }
  const unreachable = (["postgres", "cache", "queues", "topics", "elasticsearch", "services"] as const).filter(
    (key) => !archetype.inCluster && service.uses?.[key] !== undefined,
  );
  for (const key of unreachable) {
    report(service, {
      key: `uses.${key}`,
      found: showValue(service.uses?.[key]),
      allowed: "exchanges and buckets only: the bot runs apart from the cluster and its databases",
    });
  }
  if (service.executesTrades && (service.markets ?? []).length === 0) {
    report(service, { key: "markets", allowed: "at least one market for a service that executes trades" });
  }
}

function checkSettings(service: Service, report: Report): void {
  for (const [key, value] of Object.entries(service.settings ?? {})) {
    if (looksSecret(key, value)) {
      report(service, {
        key: `settings.${key}`,
        found: "a value in clear",
        allowed: "settings that anybody may read",
        hint: "Put the value into Secrets Manager, name it in catalog/secrets.ts and list it under `secrets`.",
      });
    }
  }
}

/** What two services may not share: port, route, role, cache prefix. The later name gets the message. */
function checkCollisions(services: readonly Service[], report: Report): void {
  const taken = new Map<string, string>();
  const claim = (service: Service, key: string, value: string | undefined, shown: string) => {
    if (value === undefined) return;
    const owner = taken.get(`${key} ${value}`);
    if (owner === undefined) taken.set(`${key} ${value}`, service.name);
    else report(service, { key, found: shown, allowed: `a value of its own; ${owner} has this one` });
  };
  for (const service of services) {
    const { public: route, uses } = service;
    claim(service, "port", String(service.port), String(service.port));
    claim(service, "public.path", route && `${route.host} ${route.path}`, `${route?.path} on ${route?.host}`);
    claim(service, "uses.postgres.role", uses?.postgres?.role, showValue(uses?.postgres?.role));
    claim(service, "uses.cache.prefix", uses?.cache?.prefix, showValue(uses?.cache?.prefix));
  }
}

/** Each database schema has exactly one owner, who creates its tables. */
function checkSchemas(services: readonly Service[], report: Report): void {
  const owners = new Map<string, string>();
  const claims = services.flatMap((service) =>
    Object.entries(service.uses?.postgres?.schemas ?? {}).map(([schema, access]) => ({ service, schema, access })),
  );
  for (const { service, schema, access } of claims) {
    if (access !== "own") continue;
    const owner = owners.get(schema);
    const key = `uses.postgres.schemas.${schema}`;
    if (owner !== undefined) report(service, { key, found: '"own"', allowed: `"read" or "write"; ${owner} owns it` });
    else owners.set(schema, service.name);
  }
  for (const { service, schema, access } of claims) {
    if (access === "own" || owners.has(schema)) continue;
    report(service, {
      key: `uses.postgres.schemas.${schema}`,
      found: showValue(access),
      allowed: `a schema that a service owns: ${[...owners.keys()].sort().join(", ")}`,
      nearest: nearest(schema, [...owners.keys()]),
    });
  }
}

/** Whoever listens needs somebody who speaks; of a name that does not exist enough is said. */
function checkStreams(services: readonly Service[], known: Known, report: Report): void {
  const produced = new Set(services.flatMap((service) => service.uses?.topics?.produce ?? []));
  const published = new Set(services.flatMap((service) => service.uses?.queues?.publish ?? []));
  for (const service of services) {
    for (const topic of service.uses?.topics?.consume ?? []) {
      if (produced.has(topic) || !known.topics.has(topic)) continue;
      report(service, {
        key: "uses.topics.consume",
        found: showValue(topic),
        allowed: "topics that a service produces",
      });
    }
    for (const queue of service.uses?.queues?.consume ?? []) {
      if (published.has(queue) || !known.queues.has(queue)) continue;
      report(service, {
        key: "uses.queues.consume",
        found: showValue(queue),
        allowed: "queues that a service publishes",
      });
    }
  }
}

/** The shared lists: no name twice, every topic with a schema. */
function checkShared(catalog: Catalog): Problem[] {
  const problems: Problem[] = [];
  for (const list of ["topics", "queues", "buckets", "schemas", "exchanges", "secrets"] as const) {
    const names = catalog[list].map((entry) => entry.name);
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index)
        problems.push({
          file: `catalog/${list}.ts`,
          key: `${index}.name`,
          found: showValue(name),
          allowed: "each name once",
        });
    });
  }
  const schemaNames = catalog.schemas.map((schema) => schema.name);
  catalog.topics.forEach((topic, index) => {
    if (schemaNames.includes(topic.schema)) return;
    problems.push({
      file: "catalog/topics.ts",
      key: `${index}.schema`,
      found: showValue(topic.schema),
      allowed: "a name of catalog/schemas.ts",
      nearest: nearest(topic.schema, schemaNames),
    });
  });
  return problems;
}
