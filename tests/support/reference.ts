import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Directory with each chart's own values.yaml, values.schema.json and crds/, as the charts were released: beside the
 * project, or where CHART_REFERENCE says (`helm show values` and `helm show crds` fill it). `npm run reference` keeps
 * of them what the checks read.
 */
export const chartFilesDirectory =
  process.env.CHART_REFERENCE ?? fileURLToPath(new URL("../../../shared/charts", import.meta.url));

/** Where the project keeps what the checks read of the charts' own files. */
export const recordedDirectory = fileURLToPath(new URL("../reference", import.meta.url));

/** What the checks read of one chart. */
export interface ChartReference {
  version: string;
  appVersion: string;
  /** The default values. */
  values: Tree;
  /** JSON schema of the values. */
  schema?: Tree;
  /** Definitions of custom resources by `group/Kind`. */
  definitions: { [id: string]: Definition };
}

/** What `needReference` goes by; tests of the check give their own. */
export interface ReferenceState {
  /** The charts' files are there. */
  present: boolean;
  /** This is CI, where nothing may be skipped. */
  ci: boolean;
}

/**
 * For a `before` hook or a test: says loudly that a check was skipped for want of reference data; in CI that is a failure.
 *
 * @param context the mocha context, `this`
 */
export function needReference(
  context: Pick<Mocha.Context, "skip">,
  { present, ci }: ReferenceState = { present: existsSync(recordedDirectory), ci: process.env.CI === "true" },
): void {
  if (present) return;
  const message = `The charts' own values and CRDs are absent (${recordedDirectory}): values and custom resources were NOT checked.`;
  if (ci) throw new Error(`${message} In CI that is a failure: npm run reference -- <directory of the charts' files>.`);
  process.stderr.write(`\nSKIPPED: ${message}\n`);
  context.skip();
}

/** A parsed YAML map. */
export type Tree = { [key: string]: unknown };

/** True for a map. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Charts that are installed as a part of another: the values under this key are theirs. */
export const subcharts: { [chart: string]: { [key: string]: string } } = {
  "kube-prometheus-stack": {
    grafana: "grafana",
    "kube-state-metrics": "kube-state-metrics",
    "prometheus-node-exporter": "prometheus-node-exporter",
  },
};

const references = new Map<string, ChartReference>();

/** What is kept of a chart. */
export function chartReference(chart: string): ChartReference {
  const known = references.get(chart);
  if (known !== undefined) return known;
  const path = join(recordedDirectory, `${chart}.json`);
  if (!existsSync(path)) {
    throw new Error(
      `There is no ${path}: the chart "${chart}" cannot be checked. docs/operations/charts.md says how to record it.`,
    );
  }
  const reference: ChartReference = JSON.parse(readFileSync(path, "utf8"));
  references.set(chart, reference);
  return reference;
}

/** A chart's default values, with those of its subcharts under their keys. */
export function chartDefaults(chart: string): Tree {
  let { values } = chartReference(chart);
  for (const [key, subchart] of Object.entries(subcharts[chart] ?? {})) {
    values = { ...values, [key]: overlay({ global: {}, ...chartDefaults(subchart) }, (values[key] ?? {}) as Tree) };
  }
  return values;
}

/** A chart's JSON schema for its values, when it has one. */
export function chartSchema(chart: string): Tree | undefined {
  return chartReference(chart).schema;
}

/** Lays one map over another as Helm does: lists replaced, null deletes. */
export function overlay(under: Tree, over: Tree): Tree {
  const result: Tree = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === null || value === undefined) delete result[key];
    else result[key] = isTree(result[key]) && isTree(value) ? overlay(result[key], value) : value;
  }
  return result;
}

/** One definition of a custom resource. */
export interface Definition {
  group: string;
  kind: string;
  scope: string;
  versions: { name: string; served: boolean; schema?: { openAPIV3Schema: Tree } }[];
}

let definitions: Map<string, Definition> | undefined;

/** Finds the definition of a custom resource; undefined when none is kept. */
export function definition(group: string, kind: string): Definition | undefined {
  definitions ??= new Map(
    readdirSync(recordedDirectory)
      .map((file) => chartReference(file.replace(/\.json$/, "")).definitions)
      .flatMap((each) => Object.entries(each)),
  );
  return definitions.get(`${group}/${kind}`);
}
