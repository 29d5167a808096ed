import type { Catalog } from "../../../catalog/types.ts";
import type { AlertSettings } from "../../../stack/sections/alerts.ts";
import { alertServices } from "./services.ts";
import type { AlertContext } from "./types.ts";

/** The sections of a stack file that alerts read: what they compare with, and how much of a system there is. */
export interface WatchedSettings {
  alerts: AlertSettings;
  kafka: { brokers: number };
  cache: { nodes: number };
}

/**
 * What the alerts of an environment are computed from.
 *
 * @param grafanaUrl address that people type, without a slash at the end
 */
export function alertContext(
  { alerts, kafka, cache }: WatchedSettings,
  catalog: Pick<Catalog, "services" | "topics">,
  grafanaUrl: string,
): AlertContext {
  return {
    settings: alerts,
    services: alertServices(catalog),
    topics: catalog.topics.map(({ name }) => name),
    brokers: kafka.brokers,
    cacheNodes: cache.nodes,
    grafanaUrl,
  };
}
