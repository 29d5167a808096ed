import { z } from "zod";
import { dailyWindow, weeklyWindow } from "./windows.ts";

const instanceClass = z
  .string()
  .regex(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, "a class of RDS, for example db.t4g.large or db.r8g.xlarge");

/** PostgreSQL on RDS: the one relational database of the platform. */
export const postgresSchema = z.strictObject({
  /** Major version; RDS chooses and renews the minor one. Those allowed are in data/versions.json. */
  version: z
    .string({ error: 'a major version in quotes, for example "17"' })
    .describe('major version in quotes, for example "17"'),
  /** Instance class with the prefix `db.`, of a family that RDS offers for PostgreSQL. */
  instanceClass: instanceClass.describe("instance class, for example db.t4g.large"),
  /** Name of the database that all services share, each in schemas of its own. */
  databaseName: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, "1 to 63 lower-case letters, digits and underscores, beginning with a letter")
    .default("binance")
    .describe("name of the database"),
  /** Disk at the start, in GiB; from 400 GiB on gp3 brings 12 000 operations a second. */
  storageGibibytes: z.number().int().min(20).max(65_536).describe("disk at the start, GiB"),
  /** Size up to which RDS may grow the disk by itself, in GiB; it never shrinks. */
  maximumStorageGibibytes: z.number().int().min(22).max(65_536).describe("size up to which the disk may grow, GiB"),
  /** Keep a synchronous standby in a second zone and fail over to it in one to two minutes. */
  multiAz: z.boolean().describe("synchronous standby in a second zone"),
  /** Number of asynchronous copies for reading. */
  readReplicas: z.number().int().min(0).max(5).describe("copies for reading, 0 to 5"),
  /** Class of the copies. @default the primary's */
  replicaInstanceClass: instanceClass.optional().describe("instance class of the copies"),
  /** Days that RDS keeps automated backups and can restore any second of. */
  backupRetentionDays: z.number().int().min(1).max(35).describe("days of automated backups, 1 to 35"),
  /** Replicate the automated backups to the recovery region. */
  crossRegionBackups: z.boolean().describe("replicate automated backups to the recovery region"),
  /** When RDS takes its daily snapshot; keep it clear of the maintenance window and two hours after the backup plan's starts. */
  backupWindow: dailyWindow.default("22:00-22:45"),
  /** When RDS may restart the instance for patches. */
  maintenanceWindow: weeklyWindow.default("sun:04:45-sun:05:45"),
  /** `standard`: 7 days of query statistics, free; `advanced`: 15 months, charged for each vCPU. */
  insights: z.enum(["standard", "advanced"]).describe("standard or advanced"),
  /** Interval of operating system metrics, in seconds; 0 turns them off. */
  monitoringIntervalSeconds: z
    .literal([0, 1, 5, 10, 15, 30, 60])
    .default(60)
    .describe("interval of operating system metrics, seconds"),
  /** Queries that take longer are logged, in milliseconds. */
  slowQueryMilliseconds: z.number().int().min(50).max(5000).default(1000).describe("log queries above, milliseconds"),
  /** Pooling of connections by RDS Proxy. */
  proxy: z.strictObject({
    /** Put the proxy between services and database. */
    enabled: z.boolean().describe("put RDS Proxy in front"),
    /** How clients prove who they are to the proxy: by their cloud identity, or by name and password. */
    authentication: z.enum(["iam", "secret"]).default("secret").describe("iam or secret"),
    /** Share of the database's connections that the proxy may take, in percent. */
    connectionsPercent: z.number().int().min(10).max(100).default(90).describe("share of connections, percent"),
    /** Seconds after which an idle client is let go. */
    idleTimeoutSeconds: z.number().int().min(60).max(28_800).default(1800).describe("idle client timeout, seconds"),
  }),
});

/** Settings of the section `postgres`, complete. */
export type PostgresSettings = z.output<typeof postgresSchema>;
