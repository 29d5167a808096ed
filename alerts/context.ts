import { exporters } from "../catalog/metrics.ts";
import type { Catalog } from "../catalog/types.ts";
import { alertServices } from "../components/observability/alerts/services.ts";
import type { AlertContext } from "../components/observability/alerts/types.ts";
import { alertsSchema } from "../stack/sections/alerts.ts";
import type { Settings } from "../stack/settings.ts";

/** What the alerts of an environment are computed from: its settings and the catalog. */
export function alertContext(settings: Pick<Settings, "alerts" | "environment">, catalog: Catalog): AlertContext {
  return {
    settings: settings.alerts,
    services: alertServices(catalog),
    topics: catalog.topics.map(({ name }) => name),
    grafanaUrl: `https://grafana.${settings.environment.domain}`,
  };
}

/** The context of the committed pages: default thresholds, every exporter, the catalog's services; no environment. */
export function documentationContext(catalog: Catalog): AlertContext {
  return {
    settings: alertsSchema.parse({
      runbookBaseUrl: "https://runbooks.example.com",
      exporters: exporters.map(({ name }) => name),
    }),
    services: alertServices(catalog),
    topics: catalog.topics.map(({ name }) => name),
    grafanaUrl: "https://grafana.example.com",
  };
}
