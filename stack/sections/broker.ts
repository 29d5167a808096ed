import { z } from "zod";

/** The message broker: Amazon MQ for RabbitMQ. */
export const brokerSchema = z.strictObject({
  /** Version of RabbitMQ; those allowed are in data/versions.json. */
  version: z
    .string({ error: 'a version in quotes, for example "4.2"' })
    .default("4.2")
    .describe('version in quotes, for example "4.2"'),
  /** Instance type with the prefix `mq.`; RabbitMQ 4.2 runs on mq.m7g only. */
  instanceType: z
    .string()
    .regex(/^mq\.[a-z0-9]+\.[a-z0-9]+$/, "an instance type of Amazon MQ, for example mq.m7g.medium")
    .describe("instance type, for example mq.m7g.medium"),
  /** `single`: one instance in one zone; `cluster`: three nodes in up to three zones. */
  deployment: z.enum(["single", "cluster"]).describe("single or cluster"),
  /** When Amazon MQ may restart the broker; lasts two hours. */
  maintenanceStart: z
    .strictObject({
      day: z
        .enum(["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"])
        .default("SUNDAY")
        .describe("day of the week"),
      time: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time in UTC, for example "07:30"')
        .default("07:30")
        .describe("time in UTC"),
    })
    .prefault({}),
});

/** Settings of the section `broker`, complete. */
export type BrokerSettings = z.output<typeof brokerSchema>;
