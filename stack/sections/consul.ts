import { z } from "zod";
import { cron, gibibytes, kubernetesMemory } from "./quantities.ts";

/** HashiCorp Consul: service registry and key-value store. */
export const consulSchema = z.strictObject({
  /** Raft servers; odd, for an even number survives no more failures than one fewer. */
  replicas: z.number().int().min(1).max(7).describe("Raft servers, odd"),
  /** Size of each server's volume in GiB. */
  storageGibibytes: gibibytes(1).default(10),
  /** Memory limit of one server; the chart's own 200Mi is too little for a catalogue of hundreds of services. */
  memory: kubernetesMemory.default("512Mi"),
  /**
   * Install the sidecar injector of the service mesh, still opt-in by pod annotation. Off by default: the injector's
   * webhook can stop pods from starting, and transparent proxies need capabilities that restricted namespaces refuse.
   */
  serviceMesh: z.boolean().default(false).describe("install the sidecar injector"),
  /** Namespaces whose Services are copied into the registry. */
  syncNamespaces: z
    .array(z.string().regex(/^[a-z0-9-]+$/))
    .min(1)
    .default(["trading"])
    .describe("namespaces to copy"),
  /** When a snapshot is copied to S3, as a cron expression in UTC. */
  snapshotSchedule: cron.default("45 */6 * * *"),
  /** Days that snapshots are kept in S3; the bucket's lifecycle removes them. */
  snapshotRetentionDays: z.number().int().min(1).max(3650).default(30).describe("days that snapshots are kept"),
});

/** Settings of the section `consul`, complete. */
export type ConsulSettings = z.output<typeof consulSchema>;
