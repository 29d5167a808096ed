import type { Catalog } from "../../../catalog/types.ts";
import type { AlertSettings } from "../../../stack/sections/alerts.ts";
import { alertServices } from "./services.ts";
import type { AlertContext } from "./types.ts";

/**
 * What the alerts of an environment are computed from.
 *
 * @param grafanaUrl address that people type, without a slash at the end
 */
export function alertContext(
  settings: AlertSettings,
  catalog: Pick<Catalog, "services" | "topics">,
  grafanaUrl: string,
): AlertContext {
  return {
    settings,
    services: alertServices(catalog),
    topics: catalog.topics.map(({ name }) => name),
    grafanaUrl,
  };
}
