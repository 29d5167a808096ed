import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { Catalog } from "../catalog/types.ts";
import { noSuchStack, readStackFile, type StackFile } from "../stack/file.ts";
import type { SettingsSource } from "../stack/load.ts";
import { inProcess } from "./inProcess.ts";
import { type Mode, PlanMonitor } from "./monitor.ts";
import { projectDirectory } from "./projectDirectory.ts";
import type { PlannedResource } from "./resource.ts";

/** What to plan. */
export interface PlanRequest {
  /** Name of the stack; `Pulumi.<stack>.yaml` must exist unless `file` is given. */
  stack: string;
  /** Moment of the stack's life. @default "steady" */
  mode?: Mode;
  /** Project directory. @default the directory above `plan/` */
  directory?: string;
  /** Stack file to use in place of the one on disk; for tests. */
  file?: StackFile;
  /** Program to run instead of the project's own `index.ts`; for tests. */
  program?: Program;
  /** Catalog to plan instead of the one in `catalog/`; for tests and benches. */
  catalog?: Catalog;
  /**
   * Run the SDK with all of its habits, as under a real engine: the same plan, in more time and memory. For the test that
   * compares. @default false
   */
  unabridged?: boolean;
  /** Called as resources are registered, with their number so far. */
  onProgress?: (count: number) => void;
}

/** What the default export of `index.ts` is; Pulumi itself calls it without arguments. */
export type Program = (overrides?: { source?: SettingsSource; catalog?: Catalog }) => Promise<Record<string, unknown>>;

/** A stack planned offline. */
export interface Plan {
  project: string;
  stack: string;
  mode: Mode;
  /** Every resource, components and providers included, sorted by URN. */
  resources: PlannedResource[];
  /** Names of the stack's outputs, sorted. */
  outputs: string[];
  /** Lines that the program logged as warnings. */
  warnings: string[];
}

/** A stack was asked for that has no file. */
export class UnknownStackError extends Error {}

/** Name of the project, as `Pulumi.yaml` says. */
export function projectName(directory: string = projectDirectory): string {
  return (parse(readFileSync(join(directory, "Pulumi.yaml"), "utf8")) as { name: string }).name;
}

/**
 * Plans a stack offline: runs the very same `index.ts` under the SDK's test monitor, with no cloud, no CLI, no network.
 *
 * @throws UnknownStackError when the stack has no file, naming those that have one
 * @throws ProblemsError when the stack file is wrong
 */
export async function planStack(request: PlanRequest): Promise<Plan> {
  const { mode = "steady", directory = projectDirectory } = request;
  const file = request.file ?? readStackFile(directory, request.stack);
  if (file === undefined) throw new UnknownStackError(noSuchStack(directory, request.stack));

  const program: Program = request.program ?? (await import("../index.ts")).default;
  const work = () => planFile({ ...request, mode, program, file, project: projectName(directory) });
  return await (request.unabridged ? work() : inProcess(work));
}

interface FileRequest extends PlanRequest {
  mode: Mode;
  program: Program;
  file: StackFile;
  project: string;
}

async function planFile({ stack, mode, program, file, project, catalog, onProgress }: FileRequest): Promise<Plan> {
  const monitor = new PlanMonitor(mode, onProgress);
  await pulumi.runtime.setMocks(monitor.mocks, project, stack, mode === "first");
  pulumi.runtime.setMockOptions(monitor, project, stack, mode === "first");
  pulumi.runtime.setAllConfig(asPulumiConfig(file.config));

  const source = { project, ...file };
  const warnings: string[] = [];
  const outputs = await withWarnings(warnings, () => runToEnd(() => program({ source, catalog }))).catch((error) => {
    // What the SDK makes of a refusal has lost its words.
    throw monitor.failures[0] ?? error;
  });
  if (monitor.failures.length > 0) throw monitor.failures[0];
  return {
    project,
    stack,
    mode,
    resources: monitor.planned.sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0)),
    outputs: Object.keys(outputs ?? {}).sort(),
    warnings,
  };
}

/**
 * Runs the program as Pulumi does and waits until every registration that it began has been answered. A failure is kept
 * from the SDK, which would hand it to several promises that nobody waits for: Node would end over them with a stack trace.
 */
async function runToEnd(program: () => Promise<Record<string, unknown>>): Promise<Record<string, unknown>> {
  let failure: { error: unknown } | undefined;
  const outputs = (await pulumi.runtime.runInPulumiStack(() =>
    program().catch((error: unknown) => {
      failure = { error };
      return {};
    }),
  )) as Record<string, unknown>;
  if (failure !== undefined) throw failure.error;
  await pulumi.runtime.disconnect();
  return outputs;
}

/** Pulumi hands scalars over as they are and everything else as JSON text. */
function asPulumiConfig(config: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Collects what the program logs by `pulumi.log.warn`, which the SDK prints to standard error when no engine listens. */
async function withWarnings<T>(warnings: string[], work: () => Promise<T>): Promise<T> {
  const original = console.warn;
  const mark = "warning: [runtime] ";
  console.warn = (...parts: unknown[]) => {
    const text = parts.map(String).join(" ");
    if (text.startsWith(mark)) warnings.push(text.slice(mark.length));
    else original(...parts);
  };
  try {
    return await work();
  } finally {
    console.warn = original;
  }
}
