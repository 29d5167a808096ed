import { lineLocator } from "../stack/load.ts";
import { nearest } from "../stack/nearest.ts";
import { type Problem, ProblemsError, showValue } from "../stack/problem.ts";
import type { OptionalSystem } from "../stack/sections/platform.ts";
import type { Settings } from "../stack/settings.ts";
import { archetypes } from "./archetypes.ts";
import { applyOverrides, type OverrideSource } from "./overrides.ts";
import type { Catalog, Service } from "./types.ts";

/** What the catalog needs to know of an environment. */
export type CatalogSettings = Pick<Settings, "services" | "workloads" | "platform" | "kafka" | "elastic">;

/**
 * The catalog as one environment sees it: what its stack file changes about services, held against the systems that it
 * leaves out and the topics that it names.
 *
 * @throws ProblemsError naming file, line, value, what is allowed and what to do
 */
export function environmentCatalog(catalog: Catalog, settings: CatalogSettings, source: OverrideSource): Catalog {
  const changed = applyOverrides(catalog, settings.services, source, settings.workloads);
  const problems = [...missingSystems(changed, settings), ...unknownTopics(changed, settings)];
  if (problems.length === 0) return changed;
  const locate = lineLocator({ project: source.project ?? "", text: source.project && source.text });
  throw new ProblemsError(
    problems.map((problem) => ({ ...problem, file: source.file, line: locate(problem.key.split(".")) })),
  );
}

type Found = Omit<Problem, "file" | "line">;

/** Systems that services cannot be without, and how one sees that a service is one of those. */
const needs: { system: OptionalSystem; why: string; needed: (service: Service) => boolean }[] = [
  { system: "kafka", why: "topics of Kafka", needed: ({ uses }) => uses?.topics !== undefined },
  { system: "elastic", why: "Elasticsearch", needed: ({ uses }) => uses?.elasticsearch !== undefined },
  // Every service of the cluster is a Rollout, whose analysis asks Prometheus.
  { system: "argo-rollouts", why: "canary releases", needed: ({ kind }) => archetypes[kind].inCluster },
  { system: "monitoring", why: "the analysis of its releases", needed: ({ kind }) => archetypes[kind].inCluster },
];

function missingSystems({ services }: Catalog, { platform }: CatalogSettings): Found[] {
  return needs.flatMap(({ system, why, needed }) => {
    const index = platform.without.indexOf(system);
    const users = services.filter(needed).map(({ name }) => name);
    if (index < 0 || users.length === 0) return [];
    const some = users.length > 3 ? `${users.slice(0, 3).join(", ")} and ${users.length - 3} more` : users.join(", ");
    return [
      {
        key: `platform.without.${index}`,
        found: showValue(system),
        allowed: `systems that no service needs: ${some} ${users.length === 1 ? "needs" : "need"} ${why}`,
        hint: `Keep ${system}, or set services.<name>.enabled: false for ${users.length === 1 ? "it" : "them"}.`,
      },
    ];
  });
}

function unknownTopics({ topics }: Catalog, { kafka, elastic, platform }: CatalogSettings): Found[] {
  const names = topics.map(({ name }) => name);
  const unknown = (key: string, found: string, name: string): Found[] =>
    names.includes(name)
      ? []
      : [
          {
            key,
            found,
            allowed: `topics of the catalog: ${names.join(", ")}`,
            nearest: nearest(name, names),
            hint: "Mend the name, or add the topic to catalog/topics.ts.",
          },
        ];
  const { topic } = elastic.audit;
  return [
    ...Object.keys(kafka.topics).flatMap((name) => unknown(`kafka.topics.${name}`, "set", name)),
    ...(platform.without.includes("elastic") ? [] : unknown("elastic.audit.topic", showValue(topic), topic)),
  ];
}
