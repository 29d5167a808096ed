import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { issuerReference } from "./certManager.ts";
import { type PlatformContext, readiness } from "./context.ts";
import { type CertificatePlan, type ExternalSecretPlan, externalSecret, insideCertificate } from "./secretManifests.ts";

/** Brings entries of Secrets Manager into the cluster as one Secret; ready when the Secret is there. */
export function createExternalSecret(
  name: string,
  plan: ExternalSecretPlan,
  context: Pick<PlatformContext, "names" | "waitForReadiness">,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  return createWhenReady(name, externalSecret(context, plan), context, opts);
}

/** Asks the cluster's own authority for a certificate; ready when the Secret is there. */
export function createInsideCertificate(
  name: string,
  plan: CertificatePlan,
  context: Pick<PlatformContext, "waitForReadiness">,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  return createWhenReady(name, insideCertificate(issuerReference("internal"), plan), context, opts);
}

function createWhenReady(
  name: string,
  manifest: { apiVersion: string; kind: string; metadata: { name: string; annotations?: object }; spec: object },
  context: Pick<PlatformContext, "waitForReadiness">,
  opts: pulumi.CustomResourceOptions,
) {
  return new kubernetes.apiextensions.CustomResource(
    name,
    {
      ...manifest,
      metadata: {
        ...manifest.metadata,
        annotations: { ...manifest.metadata.annotations, ...readiness(context, "condition=Ready") },
      },
    },
    opts,
  );
}
