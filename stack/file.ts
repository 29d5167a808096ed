import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** What the rest of the program needs of `Pulumi.<stack>.yaml`. */
export interface StackFile {
  /** Name of the stack, for example `staging`. */
  stack: string;
  /** File name, for messages. */
  file: string;
  /** The text, to point at lines. */
  text: string;
  /** `config:` of the file; an encrypted value stands as the text of `encryptedValue`. */
  config: Record<string, unknown>;
}

/** Stands in for a value that is encrypted in the stack file and cannot be read without its key. */
export const encryptedValue = "[encrypted in the stack file]";

/** Names of the stacks that have a file in `directory`, sorted. */
export function listStacks(directory: string): string[] {
  return readdirSync(directory)
    .map((file) => /^Pulumi\.([a-z0-9][a-zA-Z0-9-]*)\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined)
    .sort();
}

/** Reads a stack file; undefined when there is none of that name. */
export function readStackFile(directory: string, stack: string): StackFile | undefined {
  const file = `Pulumi.${stack}.yaml`;
  const path = join(directory, file);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8");
  const content = parse(text) as { config?: Record<string, unknown> } | null;
  return { stack, file, text, config: withoutCiphertext(content?.config ?? {}) as Record<string, unknown> };
}

/**
 * The settings as the Pulumi CLI hands them over, with the stack file's text to point at lines.
 *
 * @param config the whole configuration, as `pulumi.runtime.allConfig()` returns it
 */
export function stackSource(directory: string, project: string, stack: string, config: Record<string, string>) {
  return { project, file: `Pulumi.${stack}.yaml`, text: readStackFile(directory, stack)?.text, config };
}

function withoutCiphertext(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCiphertext);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secure") return encryptedValue;
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutCiphertext(inner)]));
}
