import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type PlatformContext, readiness } from "./context.ts";
import { type ExternalSecretPlan, externalSecret } from "./secretManifests.ts";

/**
 * Creates an ExternalSecret and waits for its Secret, so that what reads it starts only when it is there.
 *
 * @param plan `waits: false` for an entry that a person fills some day: nothing may wait for that
 */
export function createExternalSecret(
  name: string,
  context: Pick<PlatformContext, "names" | "waitForReadiness">,
  plan: ExternalSecretPlan & { waits?: boolean },
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const manifest = externalSecret(context, plan);
  return new kubernetes.apiextensions.CustomResource(
    name,
    {
      ...manifest,
      metadata: {
        ...manifest.metadata,
        annotations: {
          ...manifest.metadata.annotations,
          ...(plan.waits === false ? { "pulumi.com/skipAwait": "true" } : readiness(context, "condition=Ready")),
        },
      },
    },
    opts,
  );
}
