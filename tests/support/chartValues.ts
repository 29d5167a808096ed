import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { acceptedKeys, kubernetesKeys } from "./chartKeys.ts";
import { chartDefaults, chartSchema, isTree, overlay, type Tree } from "./reference.ts";

/**
 * Checks values against the chart's own: every key that is set exists there or lies under a free-form key, and the
 * whole fits the chart's JSON schema. Returns one line per problem.
 */
export function checkValues(chart: string, values: Tree): string[] {
  const problems: string[] = [];
  checkKeys(chart, values, chartDefaults(chart), "", problems);
  const validate = validator(chart);
  if (validate !== undefined && !validate(overlay(chartDefaults(chart), values))) {
    for (const error of validate.errors ?? []) {
      problems.push(`${chart}: ${error.instancePath || "/"} ${error.message} ${JSON.stringify(error.params)}`);
    }
  }
  return problems;
}

function checkKeys(chart: string, values: Tree, defaults: Tree, path: string, problems: string[]): void {
  for (const [key, value] of Object.entries(values)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (value === undefined || accepted(chart, at)) continue;
    if (!Object.hasOwn(defaults, key)) {
      problems.push(`${chart}: ${at} is not a key of the chart's values.yaml`);
      continue;
    }
    const standard = defaults[key];
    if (kubernetesKeys.has(key) || isFree(standard)) continue;
    if (value === null) continue;
    if (isTree(standard)) {
      if (isTree(value)) checkKeys(chart, value, standard, at, problems);
      else problems.push(`${chart}: ${at} is a map in the chart's values.yaml, not ${kindOf(value)}`);
    } else if (kindOf(standard) !== kindOf(value)) {
      problems.push(`${chart}: ${at} is ${kindOf(standard)} in the chart's values.yaml, not ${kindOf(value)}`);
    }
  }
}

/**
 * Empty maps and lists and null say nothing of what may stand there; an empty string often stands for "template it", and
 * HashiCorp's charts write "-" for "as the global setting".
 */
function isFree(standard: unknown): boolean {
  if (standard === null || standard === undefined || standard === "" || standard === "-") return true;
  if (Array.isArray(standard)) return false;
  return isTree(standard) && Object.keys(standard).length === 0;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isTree(value)) return "a map";
  return `a ${typeof value}`;
}

function accepted(chart: string, at: string): boolean {
  return Object.keys(acceptedKeys[chart] ?? {}).some((pattern) => {
    // A key may itself hold a dot (grafana.ini), so whole strings are compared first.
    if (at === pattern || at.startsWith(`${pattern}.`)) return true;
    const parts = pattern.split(".");
    const keys = at.split(".");
    return keys.length >= parts.length && parts.every((part, index) => part === "*" || part === keys[index]);
  });
}

const validators = new Map<string, ValidateFunction | undefined>();

function validator(chart: string): ValidateFunction | undefined {
  if (!validators.has(chart)) validators.set(chart, compile(chart));
  return validators.get(chart);
}

function compile(chart: string): ValidateFunction | undefined {
  const schema = chartSchema(chart);
  if (schema === undefined) return undefined;
  const { $schema, $id: _id, ...body } = schema;
  const Validator = String($schema).includes("2020-12") ? Ajv2020 : Ajv;
  return new Validator({ strict: false, allErrors: true, validateFormats: false, logger: false }).compile(body);
}
