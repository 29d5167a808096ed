import { z } from "zod";

const subscription = z
  .discriminatedUnion(
    "protocol",
    [
      z.strictObject({ protocol: z.literal("email"), endpoint: z.email("an e-mail address") }),
      z.strictObject({
        protocol: z.literal("sms"),
        endpoint: z.string().regex(/^\+[1-9]\d{6,14}$/, 'a telephone number in quotes, for example "+15555550100"'),
      }),
      z.strictObject({
        protocol: z.literal("https"),
        endpoint: z.url({ protocol: /^https$/, error: "an https address" }),
      }),
    ],
    { error: "email, sms or https (SNS would send http in clear)" },
  )
  .describe("subscriber: email, sms or https");

/** Who subscribes to the SNS topics of AWS's own alarms and of critical alerts; e-mail subscribers confirm by hand. */
export const notificationsSchema = z.strictObject({
  /** Subscribers of the topic of critical alarms. Empty where nobody is to be paged. */
  critical: z.array(subscription).describe("subscribers of critical alarms"),
  /** Subscribers of the topic of warnings. */
  warning: z.array(subscription).describe("subscribers of warnings"),
});

/** Settings of the section `notifications`, complete. */
export type NotificationSettings = z.output<typeof notificationsSchema>;
