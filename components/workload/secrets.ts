import type * as pulumi from "@pulumi/pulumi";
import type { SecretRef, Service } from "../../catalog/types.ts";
import { schemaRegistrySecretPath } from "../platform/kafkaNames.ts";
import { externalSecret, type SecretSource, secretOfVersion } from "../platform/secretManifests.ts";
import { type AccountSystem, accountsOf, passwordSource, passwordVariable, schemaRegistryUser } from "./accounts.ts";
import { labelsOf, secretName, tradingNamespace, type WorkloadContext } from "./context.ts";

/** True for a service that has something secret to read: pods wait for ever for a Secret that nobody makes. */
export function hasSecret(service: Service): boolean {
  return accountsOf(service).length > 0 || (service.secrets ?? []).length > 0;
}

/**
 * The ExternalSecret of a service: its passwords and the secrets that it asks for by name, each as the environment
 * variable of that name, in one Kubernetes Secret that the service's pods alone read. Undefined when it has none.
 *
 * @param version of the passwords: with another one they are read again at once
 */
export function serviceSecret(
  service: Service,
  secrets: ReadonlyMap<string, SecretRef>,
  context: Pick<WorkloadContext, "names">,
  version?: pulumi.Input<string>,
) {
  if (!hasSecret(service)) return undefined;
  const data: Record<string, SecretSource> = {};
  for (const system of accountsOf(service)) data[passwordVariable(system)] = passwordSource(service, system);
  if (service.uses?.topics)
    data.SCHEMA_REGISTRY_PASSWORD = { path: schemaRegistrySecretPath, property: schemaRegistryUser };
  for (const name of service.secrets ?? []) {
    const { path, property } = secrets.get(name)!;
    data[name] = { path, property };
  }
  const plan = { name: secretName(service), namespace: tradingNamespace, data, version };
  return labelled(service, externalSecret(context, plan));
}

/** Name of the Secret that hands one password of a service to the system that must know it. */
export function accountSecretName(service: Pick<Service, "name">, system: AccountSystem): string {
  return `${service.name}-${system}-account`;
}

/**
 * An ExternalSecret in the namespace of a system, with the password of one service's account there as `password`.
 *
 * @param version of the password
 * @param secretName of the Secret, where it is not the same for all versions
 */
export function accountSecret(
  service: Service,
  system: AccountSystem,
  namespace: string,
  context: Pick<WorkloadContext, "names">,
  version: pulumi.Input<string>,
  secretName?: pulumi.Input<string>,
) {
  const data = { password: passwordSource(service, system) };
  const plan = { name: accountSecretName(service, system), namespace, data, version, secretName };
  return labelled(service, externalSecret(context, plan));
}

/** The Secret that a job reads, by its version. */
export function accountSecretOfVersion(service: Service, system: AccountSystem, version: pulumi.Input<string>) {
  return secretOfVersion(accountSecretName(service, system), version);
}

function labelled<Manifest extends { metadata: object }>(service: Service, manifest: Manifest) {
  return { ...manifest, metadata: { ...manifest.metadata, labels: labelsOf(service) } };
}
