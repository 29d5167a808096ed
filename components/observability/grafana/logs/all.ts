import type { GrafanaAlert, GrafanaRuleContext } from "../types.ts";
import { criticalLogAlerts } from "./critical.ts";
import { dataLogAlerts } from "./data.ts";
import { performanceLogAlerts } from "./performance.ts";
import { securityLogAlerts } from "./security.ts";
import { tradingLogAlerts } from "./trading.ts";

/** Every alert that reads logs. */
export function logAlerts(context: Pick<GrafanaRuleContext, "criticalServices">): readonly GrafanaAlert[] {
  return [
    ...criticalLogAlerts,
    ...performanceLogAlerts,
    ...tradingLogAlerts,
    ...dataLogAlerts(context),
    ...securityLogAlerts,
  ];
}
