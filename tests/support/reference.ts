import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/**
 * Directory with each chart's own values.yaml, values.schema.json and crds/, as the charts were released: beside the
 * project, or where CHART_REFERENCE says (`helm show values` and `helm show crds` fill it).
 */
export const referenceDirectory =
  process.env.CHART_REFERENCE ?? fileURLToPath(new URL("../../../shared/charts", import.meta.url));

/** True when the charts' own files are there to check against. */
export function referenceAvailable(): boolean {
  return existsSync(referenceDirectory);
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
  { present, ci }: ReferenceState = { present: referenceAvailable(), ci: process.env.CI === "true" },
): void {
  if (present) return;
  const message = `The charts' own values and CRDs are absent (${referenceDirectory}): values and custom resources were NOT checked.`;
  if (ci) throw new Error(`${message} In CI that is a failure: set CHART_REFERENCE.`);
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

const defaults = new Map<string, Tree>();

/** A chart's default values, with those of its subcharts under their keys. */
export function chartDefaults(chart: string): Tree {
  const known = defaults.get(chart);
  if (known !== undefined) return known;
  const path = join(referenceDirectory, chart, "values.yaml");
  if (!existsSync(path)) throw new Error(`There is no ${path}: the values of the chart "${chart}" cannot be checked.`);
  let values: Tree = parse(readFileSync(path, "utf8")) ?? {};
  for (const [key, subchart] of Object.entries(subcharts[chart] ?? {})) {
    values = { ...values, [key]: overlay({ global: {}, ...chartDefaults(subchart) }, (values[key] ?? {}) as Tree) };
  }
  defaults.set(chart, values);
  return values;
}

/** A chart's JSON schema for its values, when it has one. */
export function chartSchema(chart: string): Tree | undefined {
  const path = join(referenceDirectory, chart, "values.schema.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
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

let texts: Map<string, string> | undefined;
const definitions = new Map<string, Definition>();

/** Finds the definition of a custom resource; undefined when no reference CRD defines it. Parsed only when asked for. */
export function definition(group: string, kind: string): Definition | undefined {
  texts ??= readDefinitions();
  const id = `${group}/${kind}`;
  const known = definitions.get(id);
  if (known !== undefined) return known;
  const text = texts.get(id);
  if (text === undefined) return undefined;
  const { spec } = parse(text, { maxAliasCount: -1 });
  const found: Definition = { group, kind, scope: spec.scope, versions: spec.versions };
  definitions.set(id, found);
  return found;
}

function readDefinitions(): Map<string, string> {
  const found = new Map<string, string>();
  for (const chart of readdirSync(referenceDirectory)) {
    for (const directory of ["crds", "standard"]) {
      const folder = join(referenceDirectory, chart, directory);
      if (!existsSync(folder)) continue;
      for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
        const text = readFileSync(join(folder, file), "utf8");
        for (const document of text.split(/^---.*$/m)) {
          const group = /^ {2}group: *"?([\w.-]+)"?/m.exec(document)?.[1];
          const kind = /^ {2}names:\n(?: {4}.*\n)*? {4}kind: *(\w+)/m.exec(document)?.[1];
          if (group !== undefined && kind !== undefined) found.set(`${group}/${kind}`, document);
        }
      }
    }
  }
  return found;
}
