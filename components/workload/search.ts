import type { Service } from "../../catalog/types.ts";

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
