import type { WrongCase } from "./types.ts";

const section = "trading-platform:alerts";

/** Wrong stack files about the alerts' numbers and calendars. */
export const alertsCases: WrongCase[] = [
  {
    name: "a warning at the threshold of the page",
    change: (config) => {
      config[section].thresholds.resources.diskWarning = 0.95;
    },
    expect: { key: "alerts.thresholds.resources.diskWarning", allowed: /less than diskCritical \(0\.95\)/ },
  },
  {
    name: "a page that comes before its warning",
    change: (config) => {
      config[section].thresholds.resources.diskWarning = 0.96;
    },
    expect: { key: "alerts.thresholds.resources.diskWarning", allowed: /less than diskCritical \(0\.95\)/ },
  },
  {
    name: "an objective's window that Prometheus does not remember",
    change: (config) => {
      config[section].slo.windowDays = 30;
    },
    expect: { key: "alerts.slo.windowDays", allowed: /at most monitoring\.prometheus\.retentionDays \(7\)/ },
  },
  {
    name: "a holiday on a Saturday, a slip in the year",
    change: (config) => {
      config[section].holidays = { usEquities: ["2026-12-26"] };
    },
    expect: { key: "alerts.holidays.usEquities.0", allowed: /a weekday/ },
  },
  {
    name: "a threshold in percent where a share is meant",
    change: (config) => {
      config[section].thresholds.service = { errorRatio: 5 };
    },
    expect: { key: "alerts.thresholds.service.errorRatio", allowed: /1/ },
  },
  {
    name: "a time without its unit, which YAML reads as a number",
    change: (config) => {
      config[section].thresholds.resources.cpuWarning = { above: 0.85, for: 15 };
    },
    expect: { key: "alerts.thresholds.resources.cpuWarning.for", allowed: /^a Prometheus duration, for example 10m/ },
  },
  {
    name: "a threshold that does not exist",
    change: (config) => {
      config[section].thresholds.service = { errorRate: 0.02 };
    },
    expect: { key: "alerts.thresholds.service.errorRate", allowed: /errorRatio/, nearest: "errorRatio" },
  },
];
