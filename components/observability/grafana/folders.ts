/**
 * Folders of Grafana. Their uids are constants; folders and dashboards share one space of uids, hence the prefix.
 */
export const folders = {
  /** Dashboards of the business: trading, risk, execution, market data. */
  trading: { uid: "folder-trading", title: "Trading" },
  /** Dashboards of the platform: health, infrastructure, capacity, cost, logs. */
  platform: { uid: "folder-platform", title: "Platform" },
  /** Dashboards of one service each. */
  services: { uid: "folder-services", title: "Services" },
  /** Grafana-managed alert rules. */
  alerts: { uid: "folder-alerts", title: "Alerts on logs and AWS" },
} as const;
