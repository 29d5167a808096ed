import { lineLocator } from "../stack/load.ts";
import { nearest } from "../stack/nearest.ts";
import { type Problem, ProblemsError, showValue } from "../stack/problem.ts";
import type { ServiceOverride, ServiceOverrides } from "../stack/sections/services.ts";
import { archetypes } from "./archetypes.ts";
import type { Catalog, Service } from "./types.ts";

/** Where the overrides were written, for messages. */
export interface OverrideSource {
  /** For example `Pulumi.staging.yaml`. */
  file: string;
  /** Project name and text of the file, to name lines; leave out when the file is not at hand. */
  project?: string;
  text?: string;
}

/**
 * The catalog as one environment sees it: replicas, resources and bounds overridden, disabled services gone.
 *
 * @throws ProblemsError for unknown services and for overrides that do not fit the service, all at once
 */
export function applyOverrides(
  catalog: Catalog,
  overrides: ServiceOverrides,
  source: OverrideSource,
  { requireDigest }: { requireDigest: boolean },
): Catalog {
  const problems = overrideProblems(catalog, overrides, source, requireDigest);
  if (problems.length > 0) {
    const locate = lineLocator({ project: source.project ?? "", text: source.project && source.text });
    throw new ProblemsError(problems.map((problem) => ({ ...problem, line: locate(problem.key.split(".")) })));
  }
  const services = catalog.services
    .filter(({ name }) => overrides[name]?.enabled ?? true)
    .map((service) => overridden(service, overrides[service.name]));
  return { ...catalog, services };
}

/**
 * The services of which something runs: those with an image, and those that have their image elsewhere. Alerts and
 * dashboards are made for these only; an alert on a service that was never released would fire from its first minute.
 */
export function releasedOnly(catalog: Catalog, overrides: ServiceOverrides): Catalog {
  const runs = ({ name, kind }: Service) => !archetypes[kind].inCluster || overrides[name]?.image !== undefined;
  return { ...catalog, services: catalog.services.filter(runs) };
}

/** One service with what an environment changes about it. */
export function overridden(service: Service, override: ServiceOverride | undefined): Service {
  if (override === undefined) return service;
  const { replicas, resources, autoscaling } = override;
  const changed: Service = {
    ...service,
    replicas: replicas ?? service.replicas,
    resources: { ...service.resources, ...resources },
    ...(service.autoscaling && { autoscaling: { ...service.autoscaling, ...autoscaling } }),
  };
  if (changed.autoscaling === undefined || replicas !== undefined) return changed;
  // Whoever only moves the bounds means the replicas to follow.
  const { minimum, maximum } = changed.autoscaling;
  return { ...changed, replicas: Math.min(Math.max(changed.replicas, minimum), maximum) };
}

function overrideProblems(
  catalog: Catalog,
  overrides: ServiceOverrides,
  { file }: OverrideSource,
  requireDigest: boolean,
): Problem[] {
  const problems: Problem[] = [];
  const byName = new Map(catalog.services.map((service) => [service.name, service]));
  for (const [name, override] of Object.entries(overrides)) {
    const report = (key: string, problem: Omit<Problem, "file" | "key">) =>
      problems.push({ file, key: `services.${name}${key}`, ...problem });
    const service = byName.get(name);
    if (service === undefined) {
      report("", {
        found: "set",
        allowed: "services of catalog/services/",
        nearest: nearest(name, [...byName.keys()]),
      });
      continue;
    }
    checkOverride(service, override, requireDigest, report);
  }
  const schemaOwners = schemaOwnersOf(catalog.services);
  for (const service of catalog.services) {
    if (overrides[service.name]?.enabled === false) continue;
    for (const [need, how] of Object.entries(service.uses?.services ?? {})) {
      if (how === "optional" || overrides[need]?.enabled !== false) continue;
      problems.push({
        file,
        key: `services.${need}.enabled`,
        found: "false",
        allowed: `true while ${service.name} needs it`,
        hint: `Disable ${service.name} too, or make its need "optional" in catalog/services/${service.name}.ts.`,
      });
    }
    for (const schema of Object.keys(service.uses?.postgres?.schemas ?? {})) {
      const owner = schemaOwners.get(schema);
      if (owner === undefined || overrides[owner]?.enabled !== false) continue;
      const need = service.uses?.services?.[owner];
      if (need !== undefined && need !== "optional") continue; // Said above.
      problems.push({
        file,
        key: `services.${owner}.enabled`,
        found: "false",
        allowed: `true while ${service.name} uses its database schema ${schema}`,
        hint: `Disable ${service.name} too: nobody else creates the tables of that schema.`,
      });
    }
  }
  return problems;
}

/** The service that owns each database schema. */
function schemaOwnersOf(services: readonly Service[]): Map<string, string> {
  return new Map(
    services.flatMap(({ name, uses }) =>
      Object.entries(uses?.postgres?.schemas ?? {})
        .filter(([, access]) => access === "own")
        .map(([schema]) => [schema, name] as const),
    ),
  );
}

function checkOverride(
  service: Service,
  override: ServiceOverride,
  requireDigest: boolean,
  report: (key: string, problem: Omit<Problem, "file" | "key">) => void,
): void {
  const { image, replicas, resources } = override;
  if (!archetypes[service.kind].inCluster) {
    // Defaults are there too: what was not written is no problem.
    for (const [key, value] of Object.entries(override)) {
      if (value === undefined || (key === "enabled" && value === true)) continue;
      report(`.${key}`, {
        found: showValue(value),
        allowed: "overrides of services in the cluster",
        hint: "The bot's settings are tradingBot.imageTag and its neighbours.",
      });
    }
    return;
  }
  if (image !== undefined && image.digest === undefined && requireDigest) {
    report(".image", {
      found: showValue(image),
      allowed: "an image with a digest, for workloads.requireDigest is true",
      hint: `npm run release -- ${service.name} <tag>@sha256:<digest>`,
    });
  }
  const { autoscaling, replicas: rest } = overridden(service, override);
  if (override.autoscaling !== undefined && service.autoscaling === undefined) {
    report(".autoscaling", { found: showValue(override.autoscaling), allowed: "bounds of a service that may scale" });
  } else if (autoscaling !== undefined && autoscaling.minimum > autoscaling.maximum) {
    report(".autoscaling.minimum", {
      found: showValue(autoscaling.minimum),
      allowed: `at most the maximum, ${autoscaling.maximum}`,
    });
  } else if (
    autoscaling !== undefined &&
    replicas !== undefined &&
    (rest < autoscaling.minimum || rest > autoscaling.maximum)
  ) {
    report(".replicas", {
      found: showValue(replicas),
      allowed: `a number from ${autoscaling.minimum} to ${autoscaling.maximum}, as autoscaling says`,
    });
  }
  const limits = { ...service.resources, ...resources };
  const pairs = [
    ["cpuRequestMillicores", limits.cpuRequestMillicores, limits.cpuMillicores],
    ["memoryRequestMebibytes", limits.memoryRequestMebibytes, limits.memoryMebibytes],
  ] as const;
  for (const [key, request, limit] of pairs) {
    if (request !== undefined && request > limit)
      report(`.resources.${key}`, { found: showValue(request), allowed: `at most the limit, ${limit}` });
  }
}
