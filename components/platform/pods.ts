import { mebibytesOf } from "../../stack/memory.ts";
import { poolLabel } from "../compute/nodePoolManifests.ts";
import type { PlatformContext } from "./context.ts";

/** Pod security context that Pod Security level "restricted" takes; the user is the image's own unless given. */
export function restrictedPod(user?: number) {
  return {
    runAsNonRoot: true,
    ...(user === undefined ? {} : { runAsUser: user, runAsGroup: user, fsGroup: user }),
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** Container security context that Pod Security level "restricted" takes. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** Requests and limits of a container. Processor time has no limit: throttling hurts latency and saves nothing. */
export interface Resources {
  [key: string]: { [key: string]: string } | undefined;
  requests: { cpu: string; memory: string };
  limits: { memory: string };
}

/**
 * Resources with a memory limit.
 *
 * @param cpu request, for example `100m`
 * @param memory request, for example `256Mi`
 * @param memoryLimit limit; the request when absent, so that a node's memory is never promised twice
 */
export function resources(cpu: string, memory: string, memoryLimit: string = memory): Resources {
  return { requests: { cpu, memory }, limits: { memory: memoryLimit } };
}

/**
 * The same for a chart that limits processor time by itself: null takes that limit away. Helm lays our map over the chart's,
 * and a limit that stayed below our request would make the API server refuse the pods.
 *
 * @param chosen what `resources` gives
 */
export function withoutProcessorLimit({ requests, limits }: Resources) {
  return { requests, limits: { ...limits, cpu: null } };
}

/**
 * Topology spread of a replicated system: over zones as a hard rule where the settings say so, as a wish elsewhere.
 * Empty for a single replica, which cannot be spread.
 *
 * Nodes with a taint do not count: those of a lost zone stay registered for many minutes, and the rule would hold every pod
 * back for a zone in which none can start.
 */
export function topologySpread(
  context: Pick<PlatformContext, "topologySpread">,
  replicas: number,
  matchLabels: { [key: string]: string },
) {
  if (replicas < 2) return [];
  return [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: context.topologySpread ? "DoNotSchedule" : "ScheduleAnyway",
      nodeTaintsPolicy: "Honor",
      labelSelector: { matchLabels },
    },
  ];
}

/**
 * Choice of the nodes for a pod with a volume: those of the pool that the settings name, which are given back only when
 * they are empty. Elsewhere Auto Mode would move brokers and shards about to save half a node. Empty without such a pool.
 */
export function onStatefulNodes({ statefulPool }: Pick<PlatformContext, "statefulPool">): {
  nodeSelector?: { [label: string]: string };
} {
  return statefulPool === undefined ? {} : { nodeSelector: { [poolLabel]: statefulPool } };
}

/** True when a disruption budget makes sense: with one replica it would only keep nodes from draining. */
export function hasBudget(replicas: number): boolean {
  return replicas >= 2;
}

/** Annotation of a Deployment, StatefulSet or DaemonSet that Reloader restarts when one of these Secrets changes. */
export function reloadOn(...secrets: string[]): { [annotation: string]: string } {
  return { "secret.reloader.stakater.com/reload": secrets.join(",") };
}

/** Memory at which a Go program begins to collect harder, as `GOMEMLIMIT` wants it: four fifths of the container's limit. */
export function goMemoryLimit(memoryLimit: string): { name: string; value: string } {
  return { name: "GOMEMLIMIT", value: `${Math.floor(mebibytesOf(memoryLimit) * 0.8)}MiB` };
}
