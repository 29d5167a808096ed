import { z } from "zod";
import { cron, gibibytes, kubernetesMemory } from "./quantities.ts";

/** HashiCorp Vault: how many servers, how large, how often it is copied to S3. */
export const vaultSchema = z.strictObject({
  /** Raft servers; odd, for an even number survives no more failures than one fewer. */
  replicas: z.number().int().min(1).max(7).describe("Raft servers, odd"),
  /** Size of each server's data volume in GiB. */
  dataGibibytes: gibibytes(1).default(10),
  /** Size of each server's audit volume in GiB; a quarter of it is one file, of which the last three are kept. */
  auditGibibytes: gibibytes(1).default(10),
  /** Memory of one server: request and limit are equal, for Raft suffers from a killed leader. */
  memory: kubernetesMemory.default("512Mi"),
  /** Parts into which the recovery key is split (auto-unseal needs none to start). */
  recoveryShares: z.number().int().min(1).max(10).default(5).describe("parts of the recovery key"),
  /** Parts of the recovery key that are needed together. */
  recoveryThreshold: z.number().int().min(1).max(10).default(3).describe("parts needed together"),
  /** When a Raft snapshot is copied to S3, as a cron expression in UTC. */
  snapshotSchedule: cron.default("15 */6 * * *"),
  /** Days that snapshots are kept in S3; the bucket's lifecycle removes them. */
  snapshotRetentionDays: z.number().int().min(1).max(3650).default(30).describe("days that snapshots are kept"),
});

/** Settings of the section `vault`, complete. */
export type VaultSettings = z.output<typeof vaultSchema>;
