import { looksSecret } from "./secretText.ts";

/**
 * What is wrong with something that a person wrote (a stack file, a catalog entry), said so that the person can mend it.
 */
export interface Problem {
  /** File to open, relative to the project, for example `Pulumi.staging.yaml`. */
  file: string;
  /** Line in that file, counted from 1; absent when the place cannot be told (a missing key). */
  line?: number;
  /** Path of the key, dotted, for example `network.cidr` or `services.dashboard.replicas`. */
  key: string;
  /** The value found there, as the person wrote it; absent when the key is missing. */
  found?: string;
  /** What is allowed, completing the sentence "allowed is …". */
  allowed: string;
  /** The known key or value nearest to what was written, when one is near. */
  nearest?: string;
  /** What to do, when `allowed` does not say it already. */
  hint?: string;
}

/** Renders a problem as the two or three lines that a person reads. */
export function describeProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  const found = problem.found === undefined ? "is missing" : `is ${problem.found}`;
  const lines = [`${place}  ${problem.key} ${found}`, `    allowed: ${problem.allowed}`];
  if (problem.nearest !== undefined) lines.push(`    did you mean: ${problem.nearest}?`);
  if (problem.hint !== undefined) lines.push(`    ${problem.hint}`);
  return lines.join("\n");
}

/**
 * All problems of one load, reported together. The Pulumi CLI prints the message without a stack trace because of
 * `__pulumiRunError`, the mark by which its `RunError` is known; `stack/` stays free of Pulumi imports this way.
 */
export class ProblemsError extends Error {
  readonly __pulumiRunError = true;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`${count} found; nothing was planned or changed.\n\n${problems.map(describeProblem).join("\n\n")}`);
    this.name = "ProblemsError";
    this.problems = problems;
  }
}

/**
 * Renders any configuration value for a message: strings in quotes, lists and maps shortened to about 60 characters, and
 * nothing that looks like a secret: messages end in the logs of pipelines.
 */
export function showValue(value: unknown): string {
  const text =
    JSON.stringify(value, (key, inner) => (looksSecret(key, inner) ? "(not shown)" : inner)) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
