import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import { didYouMean } from "./nearest.ts";
import { type Problem, ProblemsError, showValue } from "./problem.ts";

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
  /** File of another stack with the same environment in the same account, when there is one. */
  twin?: string;
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

/** Says that a stack has no file, and which have one. */
export function noSuchStack(directory: string, stack: string): string {
  const stacks = listStacks(directory);
  const guess = didYouMean(stack.replace(/^Pulumi\.|\.yaml$/g, ""), stacks);
  return `There is no stack "${stack}": no file Pulumi.${stack}.yaml.${guess} Stacks here: ${stacks.join(", ")}.`;
}

/**
 * Reads a stack file; undefined when there is none of that name.
 *
 * @throws ProblemsError when the file is no YAML, or holds no map under `config:`
 */
export function readStackFile(directory: string, stack: string): StackFile | undefined {
  const file = `Pulumi.${stack}.yaml`;
  const path = join(directory, file);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8");
  const config = withoutCiphertext(configOf(file, text)) as Record<string, unknown>;
  return { stack, file, text, config, twin: twinOf(directory, file, config) };
}

/** What a copied file leaves as it was when nobody thinks of it. */
function twinOf(directory: string, file: string, config: Record<string, unknown>): string | undefined {
  const own = identity(config);
  const others = listStacks(directory).map((stack) => `Pulumi.${stack}.yaml`);
  return others.find((other) => {
    if (other === file || own === undefined) return false;
    try {
      return identity(configOf(other, readFileSync(join(directory, other), "utf8"))) === own;
    } catch {
      return false; // Its own plan says what is wrong with it.
    }
  });
}

/** Account and name, of which the names of buckets, keys and the cluster are made. */
function identity(config: Record<string, unknown>): string | undefined {
  const [, environment] = Object.entries(config).find(([key]) => key.endsWith(":environment")) ?? [];
  if (!isMap(environment) || environment.name === undefined) return undefined;
  return `${environment.accountId} ${environment.name}`;
}

/** What stands under `config:`. */
function configOf(file: string, text: string): Record<string, unknown> {
  const lines = new LineCounter();
  // As the Pulumi CLI reads it, for which a date without quotes is no text.
  const document = parseDocument(text, { lineCounter: lines, customTags: ["timestamp"] });
  // What follows the first fault of the syntax follows from it.
  const fault = document.errors.find(({ code }) => code !== "DUPLICATE_KEY");
  const faults = fault === undefined ? document.errors : [fault];
  const problems = faults.map(({ message, pos }) => notYaml(file, text, message, lines.linePos(pos[0]).line));
  if (problems.length > 0) throw new ProblemsError(problems);
  const content = contentOf(document, file, text);
  const config = isMap(content) ? content.config : content;
  if (isMap(config)) return config;
  throw new ProblemsError([
    {
      file,
      key: "config",
      found: config === undefined || config === null ? undefined : showValue(config),
      allowed: "a map of sections: trading-platform:environment, trading-platform:network and so on",
      hint: "Begin with a copy of the file of another stack and change its values.",
    },
  ]);
}

function contentOf(document: Document, file: string, text: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // An alias without its anchor shows only now.
    throw new ProblemsError([notYaml(file, text, (error as Error).message)]);
  }
}

/** A line that is no YAML. Only what stands before its colon is shown: the rest may be a secret. */
function notYaml(file: string, text: string, message: string, line?: number): Problem {
  const content = line === undefined ? "" : (text.split("\n")[line - 1] ?? "").trim();
  const key = /^[\w-]+:[\w-]+(?=:$)/.exec(content)?.[0] ?? content.split(":")[0]!;
  return {
    file,
    line,
    key: line === undefined ? "the file" : `line ${line}`,
    found: key === "" ? "no YAML" : `"${key}: …"`,
    // The parser repeats the place and the lines, values included, behind its first sentence.
    allowed: `YAML; the parser says: ${message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "")}`,
  };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The settings as the Pulumi CLI hands them over, with the stack file's text to point at lines.
 *
 * @param config the whole configuration, as `pulumi.runtime.allConfig()` returns it
 */
export function stackSource(directory: string, project: string, stack: string, config: Record<string, string>) {
  return { project, file: `Pulumi.${stack}.yaml`, ...readStackFile(directory, stack), config };
}

function withoutCiphertext(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCiphertext);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secure") return encryptedValue;
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutCiphertext(inner)]));
}
