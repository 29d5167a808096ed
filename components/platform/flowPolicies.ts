import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { FlowPlan } from "./monitoringFlows.ts";
import { allowFlows } from "./networkPolicies.ts";

/** Creates the network policies of a plan, each named after what it is about. */
export function createFlowPolicies(
  name: string,
  plan: FlowPlan,
  parent: pulumi.Resource,
): kubernetes.networking.v1.NetworkPolicy[] {
  return Object.entries(plan).map(
    ([system, flows]) =>
      new kubernetes.networking.v1.NetworkPolicy(`${name}-flows-${system}`, allowFlows(system, flows), { parent }),
  );
}
