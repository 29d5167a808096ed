import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { checks, type Finding } from "./checks.ts";
import { findingsOf, type Path, valueAt } from "./issues.ts";
import { nearest } from "./nearest.ts";
import { type Problem, ProblemsError, showValue } from "./problem.ts";
import { isSecretText, looksSecret } from "./secretText.ts";
import { type Settings, settingsSchema } from "./settings.ts";

/** Where settings come from: the configuration as Pulumi hands it over, and the file's text to point into. */
export interface SettingsSource {
  /** Project name: the namespace of our keys, for example `trading-platform`. */
  project: string;
  /** File name for messages, for example `Pulumi.staging.yaml`. */
  file: string;
  /** Configuration by full key (`trading-platform:network`); maps and lists may be JSON text, as Pulumi passes them. */
  config: Readonly<Record<string, unknown>>;
  /** Text of the file, to name lines; leave out when the file is not at hand. */
  text?: string;
  /** File of another stack with the same environment in the same account, when there is one. */
  twin?: string;
}

/**
 * Reads, completes and checks the settings of a stack.
 *
 * @throws ProblemsError naming all problems at once, each with file, line, key, value found and what is allowed
 */
export function loadSettings(source: SettingsSource): Settings {
  const raw = sectionsOf(source);
  const problems = foreignKeys(source);
  const locate = lineLocator(source);
  const parsed = settingsSchema.safeParse(raw);
  const findings = parsed.success
    ? checks.flatMap((check) => check(parsed.data))
    : [
        ...issuesOnce(parsed.error.issues).flatMap((issue) => findingsOf(settingsSchema, issue, raw)),
        ...checkWhole(raw),
      ];
  if (source.twin !== undefined)
    findings.push({
      path: ["environment", "name"],
      allowed: `a name of its own in this account: ${source.twin} has this one`,
      hint: "Two stacks of one name would own the same buckets, keys and cluster.",
    });
  const named = new Set(findings.map(({ path }) => path.join(".")));
  findings.push(...secretTexts(raw).filter(({ path }) => !named.has(path.join("."))));
  for (const finding of findings) problems.push(problemOf(finding, source, { raw, complete: parsed.data }, locate));
  if (problems.length > 0) throw new ProblemsError(problems);
  return parsed.data as Settings;
}

/** Each issue, but of a value of a wrong type only that: its length, for one, says nothing. */
function issuesOnce(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const wrongTypes = new Set(issues.filter(({ code }) => code === "invalid_type").map(({ path }) => path.join(".")));
  return issues.filter(({ code, path }) => code === "invalid_type" || !wrongTypes.has(path.join(".")));
}

/** Texts that only secrets look like, in fields that take any text. */
function secretTexts(value: unknown, path: Path = []): Finding[] {
  if (isSecretText(value)) return [{ path, allowed: "text that anybody may read" }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretTexts(inner, [...path, key]));
}

/** A check has asked for a section that does not fit its schema. */
class BrokenSection extends Error {}

/** The findings of the checks that need only sections that fit their schema: so that all is told at once. */
function checkWhole(raw: Readonly<Record<string, unknown>>): Finding[] {
  const settings = {} as Settings;
  for (const [name, schema] of Object.entries(settingsSchema.shape)) {
    const section = schema.safeParse(raw[name]);
    // A broken section is not listed among the others, and whoever asks for it by name is stopped.
    if (section.success) Object.defineProperty(settings, name, { value: section.data, enumerable: true });
    else
      Object.defineProperty(settings, name, {
        get: () => {
          throw new BrokenSection(name);
        },
      });
  }
  return checks.flatMap((check) => {
    try {
      return check(settings);
    } catch (error) {
      if (error instanceof BrokenSection) return [];
      throw error;
    }
  });
}

/** The configuration under our namespace, with JSON text (Pulumi's form of maps and lists) turned back into values. */
function sectionsOf({ project, config }: SettingsSource): Record<string, unknown> {
  const prefix = `${project}:`;
  const sections: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    if (key.startsWith(prefix))
      sections[key.slice(prefix.length)] = typeof value === "string" ? parseJson(value) : value;
  }
  return sections;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Keys of others. A section under a misspelt namespace or none is told so; provider configuration such as `aws:region`
 * would be ignored, since every provider here is explicit.
 */
function foreignKeys({ project, file, config }: SettingsSource): Problem[] {
  return Object.keys(config)
    .filter((key) => !key.startsWith(`${project}:`) && !key.startsWith("pulumi:"))
    .map((key) => {
      const section = nearest(key.replace(/^.*:/, ""), Object.keys(settingsSchema.shape));
      return {
        file,
        key,
        ...shown([key], config[key]),
        allowed: `keys that begin with "${project}:" or "pulumi:"`,
        ...(section === undefined
          ? {
              hint: "All providers are explicit here and read their settings from the section `environment`; this key has no effect.",
            }
          : { nearest: `${project}:${section}` }),
      };
    });
}

function problemOf(
  finding: Finding,
  source: SettingsSource,
  values: { raw: unknown; complete: unknown },
  locate: (path: Path) => number | undefined,
): Problem {
  const written = valueAt(values.raw, finding.path);
  const value = written === undefined ? valueAt(values.complete, finding.path) : written;
  const { found, hint } = shown(finding.path, value);
  return {
    file: source.file,
    line: locate(finding.path),
    key: finding.path.join("."),
    found: found !== undefined && written === undefined ? `${found} (the default)` : found,
    allowed: finding.allowed,
    nearest: finding.nearest,
    hint: hint ?? finding.hint,
  };
}

/** A value for a message; of what looks like a secret, only that it is there. */
function shown(path: Path, value: unknown): { found?: string; hint?: string } {
  if (value === undefined) return {};
  if (value === null) return { found: "empty" };
  if (!looksSecret(path.at(-1), value)) return { found: showValue(value) };
  return {
    found: "a text that looks like a secret and is not shown",
    hint: "Secrets do not belong in a stack file: put them into Secrets Manager (docs/operations/secrets.md), and change this one.",
  };
}

/** Finds the line of a path in the stack file; falls back to the nearest parent that is written there. */
export function lineLocator({
  project,
  text,
}: Pick<SettingsSource, "project" | "text">): (path: Path) => number | undefined {
  if (text === undefined) return () => undefined;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, keepSourceTokens: false });
  return (path) => {
    for (let depth = path.length; depth > 0; depth--) {
      const [section, ...rest] = path.slice(0, depth);
      const node = document.getIn(["config", `${project}:${section}`, ...rest], true) as
        | { range?: [number, number, number] }
        | undefined;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  };
}
