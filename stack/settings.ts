import { z } from "zod";
import { alarmsSchema } from "./sections/alarms.ts";
import { alertsSchema } from "./sections/alerts.ts";
import { backupsSchema } from "./sections/backups.ts";
import { brokerSchema } from "./sections/broker.ts";
import { bucketsSchema } from "./sections/buckets.ts";
import { cacheSchema } from "./sections/cache.ts";
import { clusterSchema } from "./sections/cluster.ts";
import { consulSchema } from "./sections/consul.ts";
import { costsSchema } from "./sections/costs.ts";
import { dnsSchema } from "./sections/dns.ts";
import { edgeSchema } from "./sections/edge.ts";
import { elasticSchema } from "./sections/elastic.ts";
import { environmentSchema } from "./sections/environment.ts";
import { gatewaySchema } from "./sections/gateway.ts";
import { kafkaSchema } from "./sections/kafka.ts";
import { loggingSchema } from "./sections/logging.ts";
import { logsSchema } from "./sections/logs.ts";
import { monitoringSchema } from "./sections/monitoring.ts";
import { networkSchema } from "./sections/network.ts";
import { notificationsSchema } from "./sections/notifications.ts";
import { platformSchema } from "./sections/platform.ts";
import { postgresSchema } from "./sections/postgres.ts";
import { routingSchema } from "./sections/routing.ts";
import { securitySchema } from "./sections/security.ts";
import { servicesSchema } from "./sections/services.ts";
import { tracingSchema } from "./sections/tracing.ts";
import { tradingBotSchema } from "./sections/tradingBot.ts";
import { vaultSchema } from "./sections/vault.ts";
import { workloadsSchema } from "./sections/workloads.ts";

/**
 * All that a stack file may say: one strict object per section, `trading-platform:<section>:` in `Pulumi.<stack>.yaml`.
 * A key that is not here is an error, with the nearest known key named.
 */
export const settingsSchema = z.strictObject({
  environment: environmentSchema,
  network: networkSchema,
  dns: dnsSchema,
  edge: edgeSchema,
  logs: logsSchema,
  security: securitySchema,
  routing: routingSchema,
  alerts: alertsSchema,
  notifications: notificationsSchema,
  alarms: alarmsSchema.prefault({}),
  costs: costsSchema,
  platform: platformSchema,
  gateway: gatewaySchema,
  vault: vaultSchema,
  consul: consulSchema,
  kafka: kafkaSchema,
  elastic: elasticSchema,
  monitoring: monitoringSchema,
  logging: loggingSchema,
  tracing: tracingSchema,
  postgres: postgresSchema,
  cache: cacheSchema,
  broker: brokerSchema,
  buckets: bucketsSchema,
  backups: backupsSchema,
  cluster: clusterSchema,
  tradingBot: tradingBotSchema,
  workloads: workloadsSchema,
  services: servicesSchema,
});

/** The settings of one environment, complete: defaults filled in, every check passed. */
export type Settings = z.output<typeof settingsSchema>;
