import type { ExporterName } from "../../../catalog/metrics.ts";
import type { Catalog } from "../../../catalog/types.ts";
import type { AlertSettings } from "../../../stack/sections/alerts.ts";
import type { OptionalSystem } from "../../../stack/sections/platform.ts";
import { type ExporterSettings, runningExporters } from "./exporters.ts";
import { alertServices } from "./services.ts";
import type { AlertContext } from "./types.ts";

/** The sections of a stack file that alerts read: what they compare with, and how much of a system there is. */
export interface WatchedSettings {
  alerts: AlertSettings;
  kafka: { brokers: number };
  cache: { nodes: number };
}

/** What runs in an environment, as far as alerts ask: who exports metrics, and which systems are left out. */
export interface Running {
  readonly exporters: readonly ExporterName[];
  readonly without: readonly OptionalSystem[];
}

/** What runs in an environment, by its stack file. */
export function runningIn(settings: ExporterSettings): Running {
  return { exporters: runningExporters(settings), without: settings.platform.without };
}

/**
 * What the alerts of an environment are computed from.
 *
 * @param running what runs there, see `runningIn`
 * @param grafanaUrl address that people type, without a slash at the end
 */
export function alertContext(
  { alerts, kafka, cache }: WatchedSettings,
  running: Running,
  catalog: Pick<Catalog, "services" | "topics">,
  grafanaUrl: string,
): AlertContext {
  return {
    settings: alerts,
    ...running,
    services: alertServices(catalog),
    topics: catalog.topics.map(({ name }) => name),
    brokers: kafka.brokers,
    cacheNodes: cache.nodes,
    grafanaUrl,
  };
}
