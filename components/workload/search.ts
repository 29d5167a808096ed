import type * as pulumi from "@pulumi/pulumi";
import type { Service } from "../../catalog/types.ts";
import { elasticNamespace } from "../platform/elasticNames.ts";
import { externalSecret, secretOfVersion } from "../platform/secretManifests.ts";
import { passwordSource } from "./accounts.ts";
import { labelsOf, type WorkloadContext } from "./context.ts";

/** Rights in Elasticsearch by what a service does with an index pattern. */
const privileges = {
  // `auto_configure` lets the first document make the data stream that a template describes.
  write: ["create_doc", "index", "auto_configure", "view_index_metadata"],
  read: ["read", "view_index_metadata"],
} as const;

/** The Elasticsearch role of a service: its index patterns, and nothing of the cluster. */
export function searchRole(service: Service) {
  const { read = [], write = [] } = service.uses?.elasticsearch ?? {};
  return {
    cluster: [],
    indices: [
      ...(write.length > 0 ? [{ names: [...write], privileges: [...privileges.write] }] : []),
      ...(read.length > 0 ? [{ names: [...read], privileges: [...privileges.read] }] : []),
    ],
    applications: [],
  };
}

/**
 * The requests that make a service's role and user, as a Secret: the user's password is among them, put there by
 * External Secrets. The script sends each line of `requests.txt`; all are PUT, so they may be repeated.
 *
 * @param version of the password
 */
export function searchSecret(service: Service, context: Pick<WorkloadContext, "names">, version: pulumi.Input<string>) {
  const name = `${service.name}-search-requests`;
  const requests = [
    `elasticsearch put PUT /_security/role/${service.name} role.json`,
    `elasticsearch put PUT /_security/user/${service.name} user.json`,
  ];
  const manifest = externalSecret(context, {
    name,
    version,
    secretName: secretOfVersion(name, version),
    namespace: elasticNamespace,
    data: { password: passwordSource(service, "elasticsearch") },
    template: {
      data: {
        "requests.txt": `${requests.join("\n")}\n`,
        "role.json": JSON.stringify(searchRole(service)),
        "user.json": JSON.stringify({
          password: "{{ .password }}",
          roles: [service.name],
          full_name: service.description,
        }),
      },
    },
  });
  return { ...manifest, metadata: { ...manifest.metadata, labels: labelsOf(service) } };
}
