import { z } from "zod";

/** The trading bot on EC2: runs day and night outside the cluster. */
export const tradingBotSchema = z.strictObject({
  /** What the bot is there for; chooses the instance type from the table in components/compute/tradingBotSize.ts. */
  purpose: z
    .enum(["development", "backtesting", "live", "lowLatency"])
    .describe("development, backtesting, live or lowLatency"),
  /** Processor architecture; the image must be built for it. */
  architecture: z.enum(["arm64", "x86_64"]).default("arm64").describe("arm64 or x86_64"),
  /** Instance type in place of the table's. */
  instanceType: z
    .string()
    .regex(
      /^[a-z]+\d[a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)$/,
      "an EC2 instance type, for example c8g.large",
    )
    .optional()
    .describe("instance type in place of the table's"),
  /** Tag of the bot's image in its ECR repository; tags are immutable. */
  imageTag: z
    .string()
    .regex(/^(?!latest$)[\w][\w.-]{0,127}$/, "a tag of one build, for example 1.4.2; latest is no version")
    .describe("tag of the bot's image"),
  /** Disk in GiB. */
  diskGibibytes: z.number().int().min(20).max(1024).default(30).describe("disk, GiB"),
  /** Refuse to trade unless the traffic leaves from one of the NAT gateways' fixed addresses, which exchanges allow-list. */
  fixedEgressAddress: z.boolean().describe("trade only from a fixed address"),
  /** Trade against the exchanges' test hosts. */
  exchangeHosts: z.enum(["test", "live"]).describe("test or live"),
  /** Minutes without an answer on /health/live after which the instance is replaced. */
  replaceAfterMinutes: z.number().int().min(2).max(60).default(5).describe("minutes of silence until replacement"),
});

/** Settings of the section `tradingBot`, complete. */
export type TradingBotSettings = z.output<typeof tradingBotSchema>;
