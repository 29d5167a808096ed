import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidArgumentError } from "commander";
import { parse } from "yaml";
import { npmCommand } from "../../plan/command.ts";
import { planOf, stacks } from "./plans.ts";
import { type ChartReference, type Definition, isTree, recordedDirectory, subcharts, type Tree } from "./reference.ts";

/**
 * Keeps of the charts' own files what the checks read: default values, the schema of the values, and the definitions of
 * the custom resources that the stacks make. Prose is left out.
 *
 * @param directory one folder for each chart, with Chart.yaml, values.yaml, values.schema.json, crds/ or standard/
 * @param kinds custom resources to keep, as `group/Kind`
 */
export function reduceCharts(directory: string, kinds: ReadonlySet<string>): Map<string, ChartReference> {
  const reduced = new Map<string, ChartReference>();
  for (const chart of readdirSync(directory).sort()) reduced.set(chart, reduceChart(join(directory, chart), kinds));
  return reduced;
}

function reduceChart(directory: string, kinds: ReadonlySet<string>): ChartReference {
  const read = (name: string) => {
    const path = join(directory, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  };
  const about = parse(read("Chart.yaml") ?? "{}");
  const schema = read("values.schema.json");
  return {
    version: String(about.version ?? ""),
    appVersion: String(about.appVersion ?? ""),
    values: parse(read("values.yaml") ?? "{}") ?? {},
    schema: schema === undefined ? undefined : (withoutProse(JSON.parse(schema)) as Tree),
    definitions: definitionsBelow(directory, kinds),
  };
}

function definitionsBelow(directory: string, kinds: ReadonlySet<string>): { [id: string]: Definition } {
  const found: { [id: string]: Definition } = {};
  for (const folder of ["crds", "standard"].map((name) => join(directory, name)).filter(existsSync)) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
      for (const document of readFileSync(join(folder, file), "utf8").split(/^---.*$/m)) {
        const group = /^ {2}group: *"?([\w.-]+)"?/m.exec(document)?.[1];
        const kind = /^ {2}names:\n(?: {4}.*\n)*? {4}kind: *(\w+)/m.exec(document)?.[1];
        if (group === undefined || kind === undefined || !kinds.has(`${group}/${kind}`)) continue;
        const { spec } = parse(document, { maxAliasCount: -1 });
        const versions = (spec.versions as Definition["versions"])
          .filter(({ served }) => served)
          .map(({ name, served, schema }) => ({ name, served, schema: withoutProse(schema) as typeof schema }));
        found[`${group}/${kind}`] = { group, kind, scope: spec.scope, versions };
      }
    }
  }
  return found;
}

/** A schema without descriptions, titles, examples and the rules in CEL, which no check here reads. */
function withoutProse(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutProse);
  if (!isTree(schema)) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) =>
      !(["description", "title", "$comment"].includes(key) && typeof value === "string") &&
      !(["x-kubernetes-validations", "examples"].includes(key) && Array.isArray(value)),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutProse(value)]));
}

/** The custom resources that the real stacks make, as `group/Kind`. */
export async function plannedKinds(): Promise<Set<string>> {
  const kinds = new Set<string>();
  for (const stack of stacks) {
    for (const { type, inputs } of (await planOf(stack)).resources) {
      const group = String(inputs.apiVersion ?? "").split("/");
      if (type.startsWith("kubernetes:") && group.length === 2) kinds.add(`${group[0]}/${inputs.kind}`);
    }
  }
  return kinds;
}

/** The charts that are pinned, and the parts of them whose values stand under a key of theirs. */
export function isNeeded(chart: string, pinned: readonly string[], reference: ChartReference): boolean {
  const parts = Object.values(subcharts).flatMap((each) => Object.values(each));
  return pinned.includes(chart) || parts.includes(chart) || Object.keys(reference.definitions).length > 0;
}

/** The bytes of one chart's file. */
export function serialize(reference: ChartReference): string {
  return `${JSON.stringify(reference, undefined, 1)}\n`;
}

async function record(directory: string): Promise<void> {
  const { chartNames } = await import("../../components/platform/charts.ts");
  const charts = [...reduceCharts(directory, await plannedKinds())].filter(([chart, reference]) =>
    isNeeded(chart, chartNames, reference),
  );
  const missing = chartNames.filter((name) => charts.every(([chart]) => chart !== name));
  if (missing.length > 0) {
    process.stderr.write(`Nothing was recorded: ${directory} has no folder for ${missing.join(", ")}.\n`);
    process.exitCode = 2;
    return;
  }
  rmSync(recordedDirectory, { recursive: true, force: true });
  mkdirSync(recordedDirectory, { recursive: true });
  for (const [chart, reference] of charts) {
    writeFileSync(join(recordedDirectory, `${chart}.json`), serialize(reference));
    process.stdout.write(`${chart} ${reference.version}: ${Object.keys(reference.definitions).length} definitions\n`);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [directory] = npmCommand("reference")
    .description("Record below tests/reference/ what the checks read of the charts: values, schemas, definitions.")
    .argument("<directory>", "one folder for each chart: Chart.yaml, values.yaml, values.schema.json, crds/", existing)
    .parse().processedArgs as [string];
  await record(directory);
}

function existing(directory: string): string {
  if (existsSync(directory)) return directory;
  throw new InvalidArgumentError("There is no such directory.");
}
