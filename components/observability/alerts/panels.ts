import { hash } from "node:crypto";
import type { DashboardKey, PanelReference } from "./types.ts";

/** Uids of the dashboards: constants, so that a link in an old message still opens the right page. */
export const dashboardUids: Readonly<Record<DashboardKey, string>> = {
  systemHealth: "trading-system-health",
  infrastructure: "trading-infrastructure",
  tradingSystem: "trading-system",
  riskManagement: "trading-risk",
  executionQuality: "trading-execution",
  klineData: "trading-kline-data",
  dataPlatform: "trading-data-platform",
  security: "trading-security",
  serviceDetail: "trading-service-detail",
  errorBudgets: "trading-error-budgets",
  alertHealth: "trading-alert-health",
  capacity: "trading-capacity",
  logs: "trading-logs",
  cost: "trading-cost",
};

/**
 * Id of a panel, from the dashboard's uid and the panel's title: it does not move when panels are added or reordered.
 * Grafana wants a positive 32-bit number; 31 bits of a hash make a clash within one dashboard unlikely, a test checks it.
 */
export function panelId(reference: PanelReference): number {
  const digest = hash("sha256", `${dashboardUids[reference.dashboard]}/${reference.panel}`);
  return Number.parseInt(digest.slice(0, 8), 16) & 0x7fffffff || 1;
}

/** Address of the panel that shows an alert; `variables` become the dashboard's variables, templates included. */
export function panelLink(
  grafanaUrl: string,
  reference: PanelReference,
  variables: Readonly<Record<string, string>> = {},
): string {
  const chosen = Object.entries(variables).map(([name, value]) => `&var-${name}=${value}`);
  return `${grafanaUrl}/d/${dashboardUids[reference.dashboard]}?viewPanel=${panelId(reference)}${chosen.join("")}`;
}
