import { exporters } from "../catalog/metrics.ts";
import type { Catalog } from "../catalog/types.ts";
import { alertContext } from "../components/observability/alerts/context.ts";
import type { AlertContext } from "../components/observability/alerts/types.ts";
import { alertsSchema } from "../stack/sections/alerts.ts";
import type { Settings } from "../stack/settings.ts";

/** The alerts' context of a stack. */
export function stackAlertContext(settings: Pick<Settings, "alerts" | "environment">, catalog: Catalog): AlertContext {
  return alertContext(settings.alerts, catalog, `https://grafana.${settings.environment.domain}`);
}

/** The context of the committed pages: default thresholds, every exporter, the catalog's services; no environment. */
export function documentationContext(catalog: Catalog): AlertContext {
  const settings = alertsSchema.parse({
    runbookBaseUrl: "https://runbooks.example.com",
    exporters: exporters.map(({ name }) => name),
  });
  return alertContext(settings, catalog, "https://grafana.example.com");
}
