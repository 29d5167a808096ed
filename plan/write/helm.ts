import type { PlannedResource } from "../resource.ts";
import type { Files } from "./write.ts";
import { toJson } from "./write.ts";
import { toYaml } from "./yaml.ts";

/** Type token of a Helm release. */
export const releaseType = "kubernetes:helm.sh/v3:Release";

/** `helm/<release>/release.json` (chart, repository, version, namespace) and `values.yaml` for each release. */
export function helmFiles(resources: readonly PlannedResource[]): Files {
  const files: Files = {};
  for (const { type, name, inputs } of resources) {
    if (type !== releaseType) continue;
    const release = String(inputs.name ?? name);
    const repository = (inputs.repositoryOpts as { repo?: string } | undefined)?.repo;
    files[`helm/${release}/release.json`] = toJson({
      release,
      chart: inputs.chart,
      repository,
      version: inputs.version,
      namespace: inputs.namespace,
    });
    files[`helm/${release}/values.yaml`] = toYaml(inputs.values ?? {});
  }
  return files;
}
