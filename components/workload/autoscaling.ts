import type * as kubernetes from "@pulumi/kubernetes";
import type { Service } from "../../catalog/types.ts";
import { metadataOf, selectorOf } from "./context.ts";

/** Fewest and most replicas that a service can have. */
export function replicaBounds({ autoscaling, replicas }: Service): { minimum: number; maximum: number } {
  return { minimum: autoscaling?.minimum ?? replicas, maximum: autoscaling?.maximum ?? replicas };
}

/**
 * Most replicas while a release is on its way. Where the gateway divides the traffic, the old version stays whole until
 * the new one has all of it, so that an abort costs nothing; elsewhere the new version takes the old one's place by a
 * surge of a quarter.
 */
export function replicasInRelease(service: Service): number {
  return Math.ceil(replicaBounds(service).maximum * (service.public === undefined ? 1.25 : 2));
}

/**
 * HorizontalPodAutoscaler on the Rollout. Grows at once, by at most double; shrinks by one pod a minute after five
 * quiet minutes, so that a short lull before the next wave costs nothing. Java keeps the heap that it once took: its
 * memory tells nothing of the load, and would hold a service at its maximum for good.
 */
export function autoscaler(service: Service): kubernetes.types.input.autoscaling.v2.HorizontalPodAutoscaler {
  const { minimum, maximum } = replicaBounds(service);
  const { cpuPercent = 70, memoryPercent = service.kind === "springBoot" ? undefined : 80 } = service.autoscaling ?? {};
  return {
    metadata: metadataOf(service),
    spec: {
      scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: service.name },
      minReplicas: minimum,
      maxReplicas: maximum,
      metrics: [
        utilization("cpu", cpuPercent),
        ...(memoryPercent === undefined ? [] : [utilization("memory", memoryPercent)]),
      ],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [{ type: "Percent", value: 100, periodSeconds: 30 }],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
        },
      },
    },
  };
}

function utilization(name: "cpu" | "memory", averageUtilization: number) {
  return { type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization } } };
}

/**
 * PodDisruptionBudget: one pod at a time may go for maintenance. Undefined for a service that can be down to a single
 * replica, for which a budget would keep nodes from draining.
 */
export function disruptionBudget(service: Service): kubernetes.types.input.policy.v1.PodDisruptionBudget | undefined {
  if (replicaBounds(service).minimum < 2) return undefined;
  return {
    metadata: metadataOf(service),
    spec: {
      maxUnavailable: 1,
      // Pods that are not ready anyway may always go, else a broken release could hold a node for ever.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: selectorOf(service) },
    },
  };
}
