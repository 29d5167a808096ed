import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { hasBudget } from "./pods.ts";

/** The pods that a disruption budget is about. */
export interface DisruptionBudgetPlan {
  name: string;
  namespace: string;
  matchLabels: { [label: string]: string };
  /** Number of pods; one gets no budget, for it would only keep its node from draining. */
  replicas: number;
}

/** Lets one pod at a time be taken away on purpose, for what no operator or chart gives a budget. */
export function createDisruptionBudget(logicalName: string, plan: DisruptionBudgetPlan, parent: pulumi.Resource): void {
  const { name, namespace, matchLabels, replicas } = plan;
  if (!hasBudget(replicas)) return;
  new kubernetes.policy.v1.PodDisruptionBudget(
    logicalName,
    { metadata: { name, namespace }, spec: { maxUnavailable: 1, selector: { matchLabels } } },
    { parent },
  );
}
