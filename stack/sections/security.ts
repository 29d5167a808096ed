import { z } from "zod";
import { type KeyPurpose, keyPurposes } from "../../components/security/keyPolicies.ts";

/** What GuardDuty can watch beyond its basis. */
const threatFeatures = [
  "EBS_MALWARE_PROTECTION",
  "EKS_AUDIT_LOGS",
  "LAMBDA_NETWORK_LOGS",
  "RDS_LOGIN_EVENTS",
  "RUNTIME_MONITORING",
  "S3_DATA_EVENTS",
] as const;

/** Keys, secrets, the audit trail and what looks for intruders. */
export const securitySchema = z.strictObject({
  keys: z
    .strictObject({
      /** Days between two rotations of the key material. */
      rotationDays: z.int().min(90).max(2560).default(365),
      /** Days between the order to delete a key and its end. */
      deletionWindowDays: z.int().min(7).max(30).default(30),
      /** Keys with a replica in the recovery region; chosen when a key is created, 1 USD a month each. */
      replicated: z.array(z.enum(keyPurposes as unknown as [KeyPurpose, ...KeyPurpose[]])).default(["backups"]),
    })
    .prefault({})
    .describe("customer keys"),
  secrets: z
    .strictObject({
      /** Days in which a deleted secret can be brought back: 7 to 30, or 0 to free its name at once. */
      recoveryWindowDays: z
        .int()
        .refine((days) => days === 0 || (days >= 7 && days <= 30), "0, or a whole number from 7 to 30")
        .default(30),
      /** Copy every secret to the recovery region; needs the key `secrets` replicated. */
      replicated: z.boolean().default(false),
      /** Lambda functions that rotate secrets, by the secret's path in catalog/secrets.ts, for example exchanges/binance. */
      rotations: z
        .record(
          z.string(),
          z.strictObject({
            functionArn: z
              .string()
              .regex(/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:.+$/, "the ARN of a Lambda function"),
            everyDays: z.int().min(1).max(365).default(90),
          }),
        )
        .default({}),
    })
    .prefault({})
    .describe("Secrets Manager"),
  auditTrail: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** GOVERNANCE: who may, can still delete. COMPLIANCE: nobody can, not even root, and the bucket stays until then. */
      lockMode: z.enum(["GOVERNANCE", "COMPLIANCE"]),
      /** Days for which every entry is locked. */
      lockDays: z.int().min(1).max(3653),
      /** Record reads and writes of objects in this environment's buckets too; 0.10 USD per 100,000 events. */
      objectEvents: z.boolean().default(false),
    })
    .describe("CloudTrail and its object-locked bucket"),
  threatDetection: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** How soon repeated findings are published. */
      publishing: z.enum(["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"]).default("SIX_HOURS"),
      features: z.array(z.enum(threatFeatures)).default([]),
    })
    .prefault({})
    .describe("GuardDuty"),
  /** Account-wide switches: encrypted disks by default, no public buckets, access analyser. Off where the account is shared. */
  accountBaseline: z.boolean().default(true).describe("account-wide safety switches"),
});
