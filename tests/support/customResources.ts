import { definition, isTree, type Tree } from "./reference.ts";

/** API groups that Kubernetes serves itself: no CRD defines their kinds. */
const builtIn =
  /^($|apps$|batch$|autoscaling$|policy$|(networking|storage|scheduling|rbac\.authorization|admissionregistration|apiextensions|coordination|discovery|apiregistration)\.k8s\.io$)/;

/** Groups whose CRDs the cluster brings itself, so that no chart's reference has them. */
const providedByCluster: { [group: string]: string } = {
  "eks.amazonaws.com": "EKS Auto Mode",
  "karpenter.sh": "EKS Auto Mode",
  "networking.k8s.aws": "EKS Auto Mode",
};

/** How a check treats what cannot be looked into. */
export interface CheckOptions {
  /** True for a value that is not known while planning or is masked: it passes everywhere. */
  isOpaque?: (value: unknown) => boolean;
}

/**
 * Checks a custom resource against the schema of its CRD: unknown fields, types, required fields, enumerations, patterns
 * and limits. Kubernetes' own kinds pass unchecked. Returns one line per problem.
 */
export function checkCustomResource(object: unknown, options: CheckOptions = {}): string[] {
  if (!isTree(object)) return ["not an object"];
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return ["apiVersion or kind is missing"];
  const [group, version] = apiVersion.includes("/") ? (apiVersion.split("/") as [string, string]) : ["", apiVersion];
  if (builtIn.test(group) || Object.hasOwn(providedByCluster, group)) return [];
  const metadata = isTree(object.metadata) ? object.metadata : {};
  const where = `${kind} ${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
  const found = definition(group, kind);
  if (found === undefined) return [`${where}: no chart brings a CRD for ${apiVersion}`];
  const schema = found.versions.find(({ name, served }) => name === version && served)?.schema?.openAPIV3Schema;
  if (schema === undefined) {
    const served = found.versions.filter((each) => each.served).map(({ name }) => name);
    return [`${where}: version ${version} is not served; served are ${served.join(", ")}`];
  }
  const problems: string[] = [];
  if (found.scope === "Namespaced" && metadata.namespace === undefined) problems.push("metadata.namespace is missing");
  if (found.scope === "Cluster" && metadata.namespace !== undefined) {
    problems.push("metadata.namespace is set, yet the kind belongs to the cluster");
  }
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = object;
  const properties = { ...(schema.properties as Tree) };
  for (const key of ["apiVersion", "kind", "metadata"]) delete properties[key];
  const required = ((schema.required as string[]) ?? []).filter((key) => key in properties);
  check(rest, { ...schema, properties, required }, "", problems, options);
  return problems.map((problem) => `${where}: ${problem}`);
}

type Check = (value: unknown, schema: Tree, at: string, problems: string[], options: CheckOptions) => void;

const check: Check = (value, schema, at, problems, options) => {
  if (value === undefined || options.isOpaque?.(value)) return;
  if (value === null) {
    if (schema.nullable !== true) problems.push(`${at} is null`);
    return;
  }
  if (schema["x-kubernetes-int-or-string"] === true) {
    if (typeof value !== "number" && typeof value !== "string") problems.push(`${at} is neither number nor string`);
    return;
  }
  if (!hasType(value, schema.type)) {
    problems.push(`${at} is ${JSON.stringify(value).slice(0, 60)}, which is not of type ${schema.type}`);
    return;
  }
  checkLimits(value, schema, at, problems);
  checkAlternatives(value, schema, at, problems, options);
  if (Array.isArray(value) && isTree(schema.items)) {
    // What a list preserves its items preserve too, unless they have a schema of their own (ECK's Logstash pipelines).
    const preserve = "x-kubernetes-preserve-unknown-fields";
    const items =
      schema[preserve] === true && schema.items.properties === undefined
        ? { ...schema.items, [preserve]: true }
        : schema.items;
    value.forEach((item, index) => void check(item, items, `${at}[${index}]`, problems, options));
  } else if (isTree(value)) {
    checkFields(value, schema, at, problems, options);
  }
};

const checkFields = (value: Tree, schema: Tree, at: string, problems: string[], options: CheckOptions) => {
  const properties = (schema.properties ?? {}) as { [key: string]: Tree };
  for (const key of (schema.required as string[]) ?? []) {
    if (value[key] === undefined) problems.push(`${join(at, key)} is missing`);
  }
  for (const [key, item] of Object.entries(value)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property !== undefined) check(item, property, join(at, key), problems, options);
    else if (isTree(schema.additionalProperties)) {
      check(item, schema.additionalProperties, join(at, key), problems, options);
    } else if (schema.additionalProperties !== true && schema["x-kubernetes-preserve-unknown-fields"] !== true) {
      problems.push(`${join(at, key)} is not a field of the CRD`);
    }
  }
};

/** anyOf, oneOf, allOf and not hold value checks only: fields are told by the structural schema around them. */
const checkAlternatives = (value: unknown, schema: Tree, at: string, problems: string[], options: CheckOptions) => {
  const passes = (alternative: Tree) => {
    const own: string[] = [];
    check(value, { "x-kubernetes-preserve-unknown-fields": true, ...alternative }, at, own, options);
    return own.length === 0;
  };
  const { anyOf, oneOf, allOf, not } = schema as { anyOf?: Tree[]; oneOf?: Tree[]; allOf?: Tree[]; not?: Tree };
  if (anyOf !== undefined && !anyOf.some(passes)) problems.push(`${at} fits none of the alternatives of the CRD`);
  if (oneOf !== undefined && oneOf.filter(passes).length !== 1)
    problems.push(`${at} must fit one alternative of the CRD`);
  if (allOf !== undefined && !allOf.every(passes)) problems.push(`${at} does not fit all conditions of the CRD`);
  if (not !== undefined && passes(not)) problems.push(`${at} is what the CRD excludes`);
};

function checkLimits(value: unknown, schema: Tree, at: string, problems: string[]): void {
  const limit = (key: string) => schema[key] as number | undefined;
  const wrong = (what: string) => problems.push(`${at} ${what}`);
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    wrong(`is ${JSON.stringify(value)}; allowed are ${schema.enum.join(", ")}`);
  }
  if (typeof value === "string") {
    if (typeof schema.pattern === "string" && !new RegExp(schema.pattern).test(value)) {
      wrong(`is "${value}", which does not match ${schema.pattern}`);
    }
    if (value.length > (limit("maxLength") ?? Number.POSITIVE_INFINITY)) wrong(`is longer than ${schema.maxLength}`);
    if (value.length < (limit("minLength") ?? 0)) wrong(`is shorter than ${schema.minLength}`);
  } else if (typeof value === "number") {
    if (value > (limit("maximum") ?? Number.POSITIVE_INFINITY)) wrong(`is above ${schema.maximum}`);
    if (value < (limit("minimum") ?? Number.NEGATIVE_INFINITY)) wrong(`is below ${schema.minimum}`);
  } else if (Array.isArray(value)) {
    if (value.length > (limit("maxItems") ?? Number.POSITIVE_INFINITY)) wrong(`has more than ${schema.maxItems} items`);
    if (value.length < (limit("minItems") ?? 0)) wrong(`has fewer than ${schema.minItems} items`);
  }
}

function hasType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "object":
      return isTree(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case undefined:
      return true;
    default:
      return typeof value === type;
  }
}

function join(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}
