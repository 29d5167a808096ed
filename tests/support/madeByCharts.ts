import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ClusterParts, partsOf } from "./clusterParts.ts";
import { type OperatorMade, operatorMade } from "./operatorMade.ts";
import type { Tree } from "./reference.ts";

/**
 * What each release puts into the cluster, as far as others refer to it: recorded by rendering the charts with Helm, for
 * checks where there is no Helm. `tests/platform/rendered.test.ts` compares the record with the charts and writes it
 * anew with RECORD=1, see docs/operations/charts.md.
 */
export type MadeByCharts = { [stack: string]: { [release: string]: ReleaseParts } };

/** Parts of one release, those that operators make of its custom resources included. */
export type ReleaseParts = ClusterParts & Pick<OperatorMade, "policies">;

/** Where the record is. */
export const madeByChartsFile = fileURLToPath(new URL("../rendered/record.json", import.meta.url));

/** Reads the record. */
export function madeByCharts(): MadeByCharts {
  return existsSync(madeByChartsFile) ? JSON.parse(readFileSync(madeByChartsFile, "utf8")) : {};
}

/** Reduces what Helm rendered to the parts that others refer to. */
export function reduceRelease(objects: readonly Tree[], namespace: string): ReleaseParts {
  // Helm puts what names no namespace into the release's own; kinds without namespaces do not mind.
  const placed = objects.map((object) => ({
    ...object,
    metadata: { namespace, ...(object.metadata as Tree) },
  }));
  const parts = partsOf(placed);
  const made = operatorMade(placed);
  return {
    ...parts,
    services: [...parts.services, ...made.services],
    secrets: [...parts.secrets, ...made.secrets],
    serviceAccounts: [...parts.serviceAccounts, ...made.serviceAccounts],
    pods: [...parts.pods, ...made.pods],
    policies: [...placed.filter((object) => (object as Tree).kind === "NetworkPolicy"), ...made.policies],
  };
}
