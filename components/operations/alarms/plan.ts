import { auditAlarms } from "./audit.ts";
import { balancerAlarms, healthCheckAlarms, natAlarm } from "./edge.ts";
import { postgresAlarms } from "./postgres.ts";
import { brokerAlarms, cacheAlarms } from "./stores.ts";
import { tradingBotAlarms } from "./tradingBot.ts";
import type { Alarm, AlarmTargets, AlarmThresholds } from "./types.ts";
import { backupAlarm, watchingAlarms } from "./watching.ts";

/**
 * Every alarm of AWS itself for what this environment has. They go to SNS, not through the cluster, so they speak when
 * the cluster cannot.
 */
export function alarmPlan(targets: AlarmTargets, thresholds: AlarmThresholds): Alarm[] {
  return [
    ...(targets.postgres ? postgresAlarms(targets.postgres, thresholds) : []),
    ...(targets.cache ? cacheAlarms(targets.cache, thresholds) : []),
    ...(targets.broker ? brokerAlarms(targets.broker) : []),
    ...(targets.tradingBot ? tradingBotAlarms(targets.tradingBot) : []),
    ...(targets.balancer ? balancerAlarms(targets.balancer, thresholds, targets.firewall) : []),
    ...(targets.nat ? [natAlarm()] : []),
    ...healthCheckAlarms(targets.healthChecks ?? {}),
    ...(targets.backupVault ? [backupAlarm(targets.backupVault)] : []),
    ...(targets.auditLogGroup ? auditAlarms() : []),
    ...watchingAlarms(targets.topics),
  ];
}
