import type { SecretRef, Service } from "../../catalog/types.ts";
import { schemaRegistrySecretPath } from "../platform/kafkaNames.ts";
import { externalSecret, type SecretSource } from "../platform/secretManifests.ts";
import { type AccountSystem, accountsOf, passwordSource, passwordVariable, schemaRegistryUser } from "./accounts.ts";
import { labelsOf, secretName, tradingNamespace, type WorkloadContext } from "./context.ts";

/**
 * The ExternalSecret of a service: its passwords and the secrets that it asks for by name, each as the environment
 * variable of that name, in one Kubernetes Secret that the service's pods alone read. Undefined when it has none.
 */
export function serviceSecret(
  service: Service,
  secrets: ReadonlyMap<string, SecretRef>,
  context: Pick<WorkloadContext, "names">,
) {
  const data: Record<string, SecretSource> = {};
  for (const system of accountsOf(service)) data[passwordVariable(system)] = passwordSource(service, system);
  if (service.uses?.topics)
    data.SCHEMA_REGISTRY_PASSWORD = { path: schemaRegistrySecretPath, property: schemaRegistryUser };
  for (const name of service.secrets ?? []) {
    const { path, property } = secrets.get(name)!;
    data[name] = { path, property };
  }
  if (Object.keys(data).length === 0) return undefined;
  return labelled(service, externalSecret(context, { name: secretName(service), namespace: tradingNamespace, data }));
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
  const data = { password: passwordSource(service, system) };
  return labelled(service, externalSecret(context, { name: accountSecretName(service, system), namespace, data }));
}

function labelled<Manifest extends { metadata: object }>(service: Service, manifest: Manifest) {
  return { ...manifest, metadata: { ...manifest.metadata, labels: labelsOf(service) } };
}
