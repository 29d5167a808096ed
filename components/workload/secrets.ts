import type { SecretRef, Service } from "../../catalog/types.ts";
import { secretStore } from "../platform/externalSecrets.ts";
import { type AccountSystem, accountsOf, passwordVariable } from "./accounts.ts";
import { credentialsPath, metadataOf, secretName, type WorkloadContext } from "./context.ts";

/** ClusterSecretStore through which External Secrets reads Secrets Manager. */
const store = { kind: "ClusterSecretStore", name: secretStore };

/**
 * The ExternalSecret of a service: its passwords and the secrets that it asks for by name, each as the environment
 * variable of that name, in one Kubernetes Secret that the service's pods alone read.
 */
export function serviceSecret(
  service: Service,
  secrets: ReadonlyMap<string, SecretRef>,
  context: Pick<WorkloadContext, "names">,
) {
  const made = accountsOf(service).map((system) => ({
    secretKey: passwordVariable(system),
    remoteRef: { key: context.names.secret(credentialsPath(service)), property: passwordVariable(system) },
  }));
  const asked = (service.secrets ?? []).map((name) => {
    const { path, property } = secrets.get(name)!;
    return { secretKey: name, remoteRef: { key: context.names.secret(path), property } };
  });
  if (made.length + asked.length === 0) return undefined;
  return externalSecret(metadataOf(service, secretName(service)), [...made, ...asked]);
}

/** Name of the Secret that hands one password of a service to the system that must know it. */
export function accountSecretName(service: Pick<Service, "name">, system: AccountSystem): string {
  return `${service.name}-${system}-account`;
}

/** An ExternalSecret in the namespace of a system, with the password of one service's account there as `password`. */
export function accountSecret(
  service: Service,
  system: AccountSystem,
  namespace: string,
  context: Pick<WorkloadContext, "names">,
) {
  const metadata = { ...metadataOf(service, accountSecretName(service, system)), namespace };
  const remoteRef = { key: context.names.secret(credentialsPath(service)), property: passwordVariable(system) };
  return externalSecret(metadata, [{ secretKey: "password", remoteRef }]);
}

/** An ExternalSecret that fills a Secret of the same name. */
export function externalSecret<Key>(
  metadata: { name: string; namespace: string; labels?: Record<string, string> },
  data: { secretKey: string; remoteRef: { key: Key; property: string } }[],
) {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata,
    spec: {
      refreshInterval: "1h",
      secretStoreRef: store,
      // A store that cannot be reached must not take the running services' secrets away.
      target: { name: metadata.name, creationPolicy: "Owner", deletionPolicy: "Retain" },
      data,
    },
  };
}
