import { secretMark, unknownMark } from "./resource.ts";

/**
 * The SDK's wire form of special values (signatures from the SDK's runtime/rpc.ts): a map with the signature key, or
 * one constant text for a value that is not known yet.
 */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Wraps a value as a secret in wire form. */
export function asSecret(value: unknown): unknown {
  if (isSecret(value)) return value;
  return { [signatureKey]: secretSignature, value };
}

/** True for a secret in wire form. */
export function isSecret(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && (value as Record<string, unknown>)[signatureKey] === secretSignature
  );
}

/** True when the value is, or holds anywhere, a value not known before the update. */
export function holdsUnknown(value: unknown): boolean {
  if (value === unknownValue || value === unknownMark) return true;
  if (typeof value === "string") return value.includes(unknownMark);
  if (Array.isArray(value)) return value.some(holdsUnknown);
  if (typeof value === "object" && value !== null) return Object.values(value).some(holdsUnknown);
  return false;
}

/** True when the value is, or holds anywhere, something else than data in wire form: a secret, an asset, an unknown. */
export function holdsSpecial(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsSpecial);
  if (signatureKey in value) return true;
  for (const key in value) if (holdsSpecial((value as Record<string, unknown>)[key])) return true;
  return false;
}

/** The value inside a secret in wire form; any other value as it is. */
export function unwrapped(value: unknown): unknown {
  return isSecret(value) ? (value as { value: unknown }).value : value;
}

/** Under this a map of inputs keeps the names of those that are plain data with sorted keys, nobody's but the plan's. */
export const plainKeys: unique symbol = Symbol("plain");

/** Keys in order. Most maps are written that way already, and sorting was a tenth of all that a plan allocated. */
export function sortedKeys(map: object): string[] {
  const keys = Object.keys(map);
  return keys.every((key, index) => index === 0 || keys[index - 1]! <= key) ? keys : keys.sort();
}

/** Turns wire form into what a plan shows: secrets and unknown values replaced by marks, references by URNs, keys sorted. */
export function readable(value: unknown): unknown {
  if (value === unknownValue) return unknownMark;
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  const map = value as Record<string, unknown> & { [plainKeys]?: ReadonlySet<string> };
  const plain = map[plainKeys];
  switch (map[signatureKey]) {
    case secretSignature:
      return secretMark;
    case resourceSignature:
      return map.urn;
    case assetSignature:
    case archiveSignature:
      return { asset: map.text ?? map.path ?? map.uri ?? map.assets };
    default: {
      const shown: Record<string, unknown> = {};
      for (const key of sortedKeys(map)) shown[key] = plain?.has(key) ? map[key] : readable(map[key]);
      return shown;
    }
  }
}
