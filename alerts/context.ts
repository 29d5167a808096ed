import { exporters } from "../catalog/metrics.ts";
import type { Catalog } from "../catalog/types.ts";
import { alertContext, runningIn } from "../components/observability/alerts/context.ts";
import type { AlertContext } from "../components/observability/alerts/types.ts";
import { alarmPlan } from "../components/operations/alarms/plan.ts";
import { alarmTargets } from "../components/operations/alarms/targets.ts";
import type { Alarm } from "../components/operations/alarms/types.ts";
import { projectName } from "../plan/plan.ts";
import { createNames } from "../stack/naming.ts";
import { alertsSchema } from "../stack/sections/alerts.ts";
import type { Settings } from "../stack/settings.ts";

/** The alerts' context of a stack. */
export function stackAlertContext(settings: Settings, catalog: Catalog): AlertContext {
  return alertContext(settings, runningIn(settings), catalog, `https://grafana.${settings.environment.domain}`);
}

/** AWS's own alarms of a stack, with its limits. Names that only AWS knows are of no use to a list. */
export function stackAlarms(settings: Settings): Alarm[] {
  const { environment, security, dns } = settings;
  const names = createNames({ ...environment, project: projectName(), environment: environment.name });
  const checked = dns.zone !== "none" && dns.healthChecks.enabled ? dns.healthChecks.hosts : [];
  const targets = alarmTargets({
    settings,
    names,
    botMetricNamespace: "TradingPlatform/TradingBot",
    healthChecks: Object.fromEntries(checked.map((host) => [host, ""])),
    auditLogGroup: security.auditTrail.enabled ? "audit trail" : undefined,
  });
  return alarmPlan({ ...targets, topics: { critical: "", warning: "", heartbeat: "" } }, settings.alarms);
}

/** The context of the committed pages: default thresholds, every exporter, the catalog's services; no environment. */
export function documentationContext(catalog: Catalog): AlertContext {
  const alerts = alertsSchema.parse({ runbookBaseUrl: "https://runbooks.example.com" });
  const everything = { exporters: exporters.map(({ name }) => name), without: [] };
  const settings = { alerts, kafka: { brokers: 3 }, cache: { nodes: 2 } };
  return alertContext(settings, everything, catalog, "https://grafana.example.com");
}
