import { z } from "zod";
import { environmentSchema } from "./sections/environment.ts";
import { gatewaySchema } from "./sections/gateway.ts";
import { notificationsSchema } from "./sections/notifications.ts";
import { platformSchema } from "./sections/platform.ts";
import { routingSchema } from "./sections/routing.ts";

/**
 * All that a stack file may say: one strict object per section, `trading-platform:<section>:` in `Pulumi.<stack>.yaml`.
 * A key that is not here is an error, with the nearest known key named.
 */
export const settingsSchema = z.strictObject({
  environment: environmentSchema,
  routing: routingSchema,
  notifications: notificationsSchema,
  platform: platformSchema,
  gateway: gatewaySchema,
});

/** The settings of one environment, complete: defaults filled in, every check passed. */
export type Settings = z.output<typeof settingsSchema>;
