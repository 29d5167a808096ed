import type { PlannedResource } from "../resource.ts";
import { releaseType } from "./helm.ts";
import type { Files } from "./write.ts";
import { toYaml } from "./yaml.ts";

/** A Kubernetes object as it would be sent to the cluster. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [key: string]: unknown };
  [key: string]: unknown;
}

/** Folder of objects that belong to no namespace. */
const clusterScoped = "_cluster";

/** The Kubernetes objects of a plan; releases, bundles and components left aside. */
export function kubernetesObjects(resources: readonly PlannedResource[]): KubernetesObject[] {
  return resources
    .filter(
      ({ type, custom, inputs }) =>
        custom && type.startsWith("kubernetes:") && type !== releaseType && inputs.kind !== undefined,
    )
    .map(({ name, inputs }) => {
      const { apiVersion, kind, metadata, ...rest } = inputs as unknown as KubernetesObject;
      return { apiVersion, kind, metadata: { ...metadata, name: metadata?.name ?? name }, ...rest };
    });
}

/** `kubernetes/<namespace>/<kind>-<name>.yaml` for each object and custom resource. */
export function kubernetesFiles(resources: readonly PlannedResource[]): Files {
  const files: Files = {};
  for (const object of kubernetesObjects(resources)) {
    const folder = object.metadata.namespace ?? clusterScoped;
    files[`kubernetes/${folder}/${object.kind.toLowerCase()}-${object.metadata.name}.yaml`] = toYaml(object);
  }
  return files;
}
