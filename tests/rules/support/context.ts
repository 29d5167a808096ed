import { contract, exporters } from "../../../catalog/metrics.ts";
import type { AlertContext, AlertService, ServiceObjective } from "../../../components/observability/alerts/types.ts";
import { alertsSchema } from "../../../stack/sections/alerts.ts";

const runbookBaseUrl = "https://runbooks.example.com";

/** Settings as production would have them. */
export const completeSettings = alertsSchema.parse({
  runbookBaseUrl,
  holidays: { nse: ["2026-01-26"], usEquities: ["2026-11-26"] },
});

const objectives: readonly ServiceObjective[] = [
  { indicator: "api-availability", objective: 0.999, windowDays: 30 },
  { indicator: "api-latency", objective: 0.99, windowDays: 30, thresholdSeconds: 0.1 },
  { indicator: "database-latency", objective: 0.95, windowDays: 30, thresholdSeconds: 0.05 },
  { indicator: "cache-hits", objective: 0.9, windowDays: 7 },
  { indicator: "executions", objective: 0.95, windowDays: 30 },
  { indicator: "market-data", objective: 0.995, windowDays: 30 },
];

/** A service that exports and promises everything, so that every alert of the catalogue exists once. */
export const completeService: AlertService = {
  name: "complete",
  owner: "trading",
  tier: "critical",
  metrics: contract.metrics.map(({ name }) => name),
  objectives,
  tradesOn: ["crypto", "nse"],
};

/** A service without requests: its promise is uptime. */
export const workerService: AlertService = {
  name: "worker",
  owner: "data-platform",
  tier: "supporting",
  metrics: [],
  objectives: [{ indicator: "uptime", objective: 0.999, windowDays: 30 }],
  tradesOn: [],
};

/** The whole catalogue with every exporter that it knows, each alert with its own cases; thresholds are the defaults that the cases are written for. */
export const completeContext: AlertContext = {
  settings: completeSettings,
  exporters: exporters.map(({ name }) => name),
  without: [],
  services: [completeService, workerService],
  topics: ["kline-events", "system-health", "trading-signals"],
  brokers: 3,
  cacheNodes: 2,
  grafanaUrl: "https://grafana.example.com",
};
