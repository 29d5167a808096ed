import * as pulumi from "@pulumi/pulumi";

/** A value that may stand in Helm values or in a custom resource: plain data, known while planning. */
export type PlainValue = string | number | boolean | null | undefined | PlainValue[] | { [key: string]: PlainValue };

/** Values of a chart: a map of plain data. */
export type ChartValues = { [key: string]: PlainValue };

/**
 * Refuses what is not known while planning: one unknown among a release's values makes Helm skip the rendering, and the
 * preview then says that everything changes (pulumi-kubernetes #3699, #758).
 *
 * @throws Error naming the path of every Output or Promise among the values
 */
export function assertPlain(where: string, values: unknown): void {
  const found: string[] = [];
  visit(values, "", found);
  if (found.length === 0) return;
  throw new Error(
    `${where}: the value of ${found.join(", ")} is a Pulumi output. Values must be known while planning: take physical names from ` +
      "Names, put secrets into Secrets Manager and refer to the Kubernetes Secret that an ExternalSecret makes.",
  );
}

function visit(value: unknown, path: string, found: string[]): void {
  if (pulumi.Output.isInstance(value) || value instanceof Promise || typeof value === "function") {
    found.push(path === "" ? "(the whole)" : path);
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => void visit(item, `${path}[${index}]`, found));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) visit(item, path === "" ? key : `${path}.${key}`, found);
  }
}

/** True when a null stands somewhere among the values: a null deletes the chart's own default. */
export function holdsNull(value: PlainValue): boolean {
  if (value === null) return true;
  return typeof value === "object" && Object.values(value).some((item) => holdsNull(item as PlainValue));
}

/** Merges maps deeply, the later one winning; lists are replaced whole, as Helm does. `undefined` counts as absent. */
export function mergeValues(...layers: ChartValues[]): ChartValues {
  const result: ChartValues = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      const before = result[key];
      result[key] = isMap(before) && isMap(value) ? mergeValues(before, value) : value;
    }
  }
  return result;
}

/** True for a map of values, false for lists, scalars and null. */
export function isMap(value: PlainValue): value is { [key: string]: PlainValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
