import { z } from "zod";

const duration = z
  .string()
  .regex(/^(?=\d)(\d+h)?(\d+m)?(\d+s)?$/, "hours, minutes, seconds, for example 5m or 23h30m")
  .describe("duration in hours, minutes, seconds");

const addresses = z.array(z.email("an e-mail address")).describe("e-mail addresses that receive the message");

const channel = z
  .string()
  .regex(/^#[a-z0-9_-]{1,79}$/, "a Slack channel with its #, for example #alerts")
  .optional()
  .describe('Slack channel in quotes, for example "#alerts": without them # begins a comment');

/** When a group of alerts is first sent, when it may be sent again because it changed, and when because it did not. */
const timing = (groupWait: string, groupInterval: string, repeatInterval: string) =>
  z
    .strictObject({
      groupWait: duration.default(groupWait),
      groupInterval: duration.default(groupInterval),
      /**
       * A multiple of `groupInterval`, ten times as long at least: Alertmanager only looks once per group interval and
       * repeats one of them late, so this is how exactly the time is kept.
       */
      repeatInterval: duration.default(repeatInterval),
    })
    .prefault({});

/** Who is told about alerts, by which way and how often. Credentials are in Secrets Manager, never here. */
export const routingSchema = z.strictObject({
  /** Service down, data loss, security breach: at once and again every five minutes until it is over. */
  critical: z.strictObject({
    slack: channel,
    email: addresses,
    /** Publish to the SNS topic of critical alerts, to whose subscribers (SMS, pager) it goes on. */
    sns: z.boolean().describe("publish to the SNS topic of critical alerts"),
    timing: timing("0s", "15s", "5m"),
  }),
  /** Degradation, approaching limits: after 30 seconds, again every 30 minutes. */
  warning: z.strictObject({ slack: channel, email: addresses, timing: timing("30s", "2m", "30m") }),
  /** Everything of severity info in one message a day. */
  digest: z.strictObject({
    slack: channel,
    email: addresses,
    /** Time of day, in UTC, at which the digest is sent. */
    time: z
      .string()
      .regex(/^([01]\d|2[0-2]):[0-5]\d$/, 'a time of day between 00:00 and 22:59, in quotes, for example "08:00"')
      .default("08:00")
      .describe("time of the daily digest, UTC"),
    /** Repeat interval below 24 hours: at 24 hours exactly, a delay of one second would skip a day. */
    timing: timing("5m", "5m", "23h30m"),
  }),
  /** Beat of the Watchdog to a service outside, which calls people when the beat stops. */
  heartbeat: z
    .strictObject({
      /** Send the beat to the address in Secrets Manager. */
      external: z.boolean().default(true).describe("send the beat to an external dead man's switch"),
      timing: timing("0s", "15s", "5m"),
    })
    .prefault({}),
  /** Mail server that accepts the alerts; STARTTLS is required. */
  smtp: z.strictObject({
    host: z.hostname("a host name").describe("host name of the mail server"),
    port: z.number().int().min(1).max(65535).default(587).describe("port with STARTTLS"),
    from: z.email("an e-mail address").describe("sender of the alerts"),
    username: z.string().min(1).describe("user name at the mail server; the password is in Secrets Manager"),
  }),
});

/** Settings of the section `routing`, complete. */
export type RoutingSettings = z.output<typeof routingSchema>;
