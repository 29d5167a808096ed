/** A value that something reads by name: one property of one entry in Secrets Manager. */
export interface SecretValueRef {
  /** Path of the entry, for `Names.secret(path)`. */
  path: string;
  /** Property of the entry's JSON. */
  property: string;
  /** What the value is. */
  description: string;
}

/** One entry of Secrets Manager: a JSON map whose properties are read together. */
export interface SecretEntry {
  path: string;
  /** Properties that the JSON must have, in the order in which they were named. */
  properties: string[];
}

/** The entries that hold the values, sorted by path, each property once. */
export function secretEntries(values: readonly SecretValueRef[]): SecretEntry[] {
  const properties = new Map<string, Set<string>>();
  for (const { path, property } of values) {
    properties.set(path, (properties.get(path) ?? new Set()).add(property));
  }
  return [...properties]
    .map(([path, names]) => ({ path, properties: [...names] }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Logical name of an entry: `exchanges/binance` → `exchanges-binance`. */
export function entryName(path: string): string {
  return path.replace(/[^a-zA-Z0-9]+/g, "-").toLowerCase();
}

/** Longest description that Secrets Manager takes. */
const longestDescription = 2048;

/** What a person reads who is to fill the entry. */
export function entryDescription({ properties }: SecretEntry): string {
  return `JSON with ${properties.join(", ")}; put there by hand or by a rotation`.slice(0, longestDescription);
}
