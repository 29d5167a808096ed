import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { issuerReference } from "./certManager.ts";
import { type PlatformContext, readiness } from "./context.ts";
import { insideCertificate } from "./secretManifests.ts";

/** Secret with the authority of the cluster's own certificates under the key `ca.crt`, in the namespaces that need it. */
export const authoritySecret = "internal-authority";

/**
 * Brings the cluster's own authority into a namespace: cert-manager writes `ca.crt` beside every certificate that it
 * issues, so a certificate that nobody serves keeps the authority there up to date.
 */
export function createAuthority(
  name: string,
  context: Pick<PlatformContext, "waitForReadiness">,
  namespace: string,
  parent: pulumi.Resource,
): kubernetes.apiextensions.CustomResource {
  const manifest = insideCertificate(issuerReference("internal"), {
    name: authoritySecret,
    namespace,
    dnsNames: [`${authoritySecret}.${namespace}.svc`],
  });
  return new kubernetes.apiextensions.CustomResource(
    `${name}-authority`,
    {
      ...manifest,
      metadata: { ...manifest.metadata, annotations: readiness(context, "condition=Ready") },
    },
    { parent },
  );
}
