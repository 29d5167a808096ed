import type { z } from "zod";
import type { Finding } from "./checks.ts";
import { nearest } from "./nearest.ts";
import { describedAt, knownKeys, schemasAt } from "./schemaKeys.ts";

/** Path into settings or a catalog entry. */
export type Path = readonly (string | number)[];

/**
 * Says an issue of a schema in words for people. One issue can name several unknown keys; each becomes a finding.
 * Serves the stack file and the catalog alike.
 */
export function findingsOf(schema: z.ZodType, issue: z.core.$ZodIssue, raw: unknown): Finding[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      allowed: known.length > 0 ? `one of ${known.join(", ")}` : "no further keys",
      nearest: nearest(key, known),
    }));
  }
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    const found = valueAt(raw, path);
    return [
      {
        path,
        allowed: `one of ${values.join(", ")}`,
        nearest: typeof found === "string" ? nearest(found, values) : undefined,
      },
    ];
  }
  if (issue.code === "invalid_union") {
    return [{ path, allowed: issue.message === "Invalid input" ? allowedByUnion(issue) : issue.message }];
  }
  // The rule that a key of a map broke.
  if (issue.code === "invalid_key") return [{ path, allowed: issue.issues.map(allowedBy).join(", or ") }];
  if (issue.code === "invalid_type") return [{ path, ...wrongType(schema, issue, valueAt(raw, path)) }];
  return [{ path, allowed: allowedBy(issue) }];
}

function wrongType(schema: z.ZodType, issue: z.core.$ZodIssueInvalidType, found: unknown): Omit<Finding, "path"> {
  const path = issue.path as Path;
  const keys = knownKeys(schema, path);
  if (issue.expected === "object" && keys.length > 0) return { allowed: `a map of ${keys.join(", ")}` };
  const meaning = describedAt(schema, path);
  const explained = (allowed: string) => (meaning === undefined ? allowed : `${allowed} (${meaning})`);
  if (issue.expected !== "string" || found === undefined || found === null)
    return { allowed: explained(allowedBy(issue)) };
  // What quotes alone would not mend.
  const rest = schemasAt(schema, path).map((each) => each.safeParse(String(found)).error?.issues[0]);
  if (rest.every((next) => next !== undefined)) return { allowed: [...new Set(rest.map(allowedBy))].join(", or ") };
  return { allowed: explained("text in quotes"), hint: "Without quotes YAML reads a number: 1.10 becomes 1.1." };
}

/** Types of the schema library in words for people. */
const typeWords: Readonly<Record<string, string>> = {
  object: "a map of keys and values",
  record: "a map of keys and values",
  array: "a list",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
};

function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeWords[issue.expected as string] ?? `a ${issue.expected}`;
    case "too_small":
      return sized(
        issue.origin,
        `at least ${issue.minimum}`,
        issue.inclusive === false ? `more than ${issue.minimum}` : undefined,
      );
    case "too_big":
      return sized(
        issue.origin,
        `at most ${issue.maximum}`,
        issue.inclusive === false ? `less than ${issue.maximum}` : undefined,
      );
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    default:
      return issue.message;
  }
}

function allowedByUnion(issue: z.core.$ZodIssueInvalidUnion): string {
  const options = issue.errors.map((errors) => errors[0]).filter((first) => first !== undefined);
  return options.map((first) => allowedBy(first)).join(", or ");
}

function sized(origin: string, bound: string, strict?: string): string {
  if (origin === "array" || origin === "set") return `a list of ${bound} entries`;
  if (origin === "string") return `text of ${bound} characters`;
  return `a number of ${strict ?? bound}`;
}

/** The value at a path, undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
}
