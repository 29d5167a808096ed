import type { z } from "zod";

interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  element?: z.ZodType;
  keyType?: z.ZodType;
  valueType?: z.ZodType;
  entries?: Record<string, string>;
  options?: z.ZodType[];
  in?: z.ZodType;
}

/** The keys that a schema allows at a path; empty where the schema takes any key or none. */
export function knownKeys(schema: z.ZodType, path: readonly (string | number)[]): string[] {
  const found = descend(schema, path);
  return [...new Set(found.map(definition).flatMap(({ shape, keyType }) => Object.keys(shape ?? namesOf(keyType))))];
}

/** The names that the keys of a map may have, where they are listed. */
function namesOf(keyType?: z.ZodType): object {
  return (keyType && definition(keyType).entries) ?? {};
}

/** What the schema says of the field at a path (`.describe`), when it says something. */
export function describedAt(schema: z.ZodType, path: readonly (string | number)[]): string | undefined {
  return descend(schema, path, false)
    .map(descriptionOf)
    .find((text) => text !== undefined);
}

/** A default or the like hides what it is wrapped around, description and all. */
function descriptionOf(schema: z.ZodType): string | undefined {
  const { innerType } = definition(schema);
  return schema.description ?? (innerType && descriptionOf(innerType));
}

/** What a value would have to be at a path to be taken: the schemas that stand there. */
export function schemasAt(schema: z.ZodType, path: readonly (string | number)[]): z.ZodType[] {
  return descend(schema, path, false);
}

/** Follows a path through objects, lists and records; a union fans out into all of its options. */
function descend(schema: z.ZodType, path: readonly (string | number)[], bare = true): z.ZodType[] {
  if (path.length === 0 && !bare) return [schema];
  const plain = unwrap(schema);
  if (path.length === 0) return plain;
  const [key, ...rest] = path;
  return plain.flatMap((inner) => {
    const { shape, element, valueType } = definition(inner);
    const next = shape?.[String(key)] ?? element ?? valueType;
    return next === undefined ? [] : descend(next, rest, bare);
  });
}

/** Strips what changes nothing about keys: optional, default, nullable, transforms, unions. */
function unwrap(schema: z.ZodType): z.ZodType[] {
  const { type, innerType, options, in: input } = definition(schema);
  if (innerType !== undefined) return unwrap(innerType);
  if (type === "pipe" && input !== undefined) return unwrap(input);
  if (options !== undefined) return options.flatMap(unwrap);
  return [schema];
}

function definition(schema: z.ZodType): Definition {
  return (schema as unknown as { def: Definition }).def;
}
