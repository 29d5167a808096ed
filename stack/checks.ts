import { checkAlerts } from "./checks/alerts.ts";
import { checkBackups, checkBuckets } from "./checks/backups.ts";
import { checkBroker } from "./checks/broker.ts";
import { checkCache } from "./checks/cache.ts";
import { checkCluster } from "./checks/cluster.ts";
import { checkDns, checkEdge } from "./checks/edge.ts";
import { checkEnvironment } from "./checks/environment.ts";
import { checkLists } from "./checks/lists.ts";
import { checkNetwork } from "./checks/network.ts";
import { checkLogging, checkMonitoring, checkTracing } from "./checks/observability.ts";
import { checkPlatform } from "./checks/platform.ts";
import { checkPostgres } from "./checks/postgres.ts";
import { checkRouting } from "./checks/routing.ts";
import { checkSecurity } from "./checks/security.ts";
import { checkConsul, checkElastic, checkKafka, checkVault } from "./checks/statefulSystems.ts";
import { checkTradingBot } from "./checks/tradingBot.ts";
import type { Settings } from "./settings.ts";

/** A problem found by a check: where (as a path into the settings) and what is allowed there. */
export interface Finding {
  /** Path into the settings, for example `["environment", "zones", 0]`. */
  path: readonly (string | number)[];
  /** What is allowed, completing the sentence "allowed is …". */
  allowed: string;
  /** Known value nearest to what was written. */
  nearest?: string;
  /** What to do, when `allowed` does not say it already. */
  hint?: string;
}

/** A rule about combinations that one field's schema cannot express; runs only on settings that fit the schema. */
export type Check = (settings: Settings) => Finding[];

/** Every check, in the order in which its findings are reported. */
export const checks: readonly Check[] = [
  checkEnvironment,
  checkLists,
  checkNetwork,
  checkDns,
  checkEdge,
  checkSecurity,
  checkRouting,
  checkAlerts,
  checkPlatform,
  checkVault,
  checkConsul,
  checkKafka,
  checkElastic,
  checkMonitoring,
  checkLogging,
  checkTracing,
  checkPostgres,
  checkCache,
  checkBroker,
  checkBuckets,
  checkBackups,
  checkCluster,
  checkTradingBot,
];
