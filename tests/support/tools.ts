/**
 * Finds the programs of the Prometheus project that the tests drive, without root and without a person:
 * on the PATH, else the official release archive (pinned version and checksum), else the package of the Debian or
 * Ubuntu distribution unpacked into a cache folder. Every step has a time limit, so a machine without a network
 * loses seconds, not the test run.
 */
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isExecutable } from "./executable.ts";
import { installFromDistribution } from "./toolDistribution.ts";
import { installFromRelease, pinnedReleases, type Release } from "./toolRelease.ts";

/** The programs that the tests use. */
export type ToolName = "promtool" | "amtool" | "prometheus" | "alertmanager";

/** A program that was found and answered to `--version`. */
export interface Tool {
  name: ToolName;
  /** Absolute path of the executable. */
  path: string;
  source: "path" | "release" | "distribution";
  /** As the program itself reports it, for example `2.42.0+ds`. */
  version: string;
  /** Folder that the program must be started in; only the distribution's Alertmanager asks for one. */
  workingDirectory?: string;
}

/** What an installation step hands back. */
export interface Installed {
  path: string;
  workingDirectory?: string;
}

/** What a search depends on; the tests of the search put their own in. */
export interface ToolSearch {
  /** @default process.env */
  environment?: Record<string, string | undefined>;
  /** @default node_modules/.cache/trading-platform-tools */
  cacheDirectory?: string;
  /** @default the pinned official releases */
  releases?: readonly Release[];
}

/** What running a tool gave. */
export interface ToolResult {
  /** Exit code; 1 also when the tool ran out of its time. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Debian calls the server of the package `prometheus-alertmanager` by the package's name. */
const executables: Record<ToolName, readonly string[]> = {
  promtool: ["promtool"],
  amtool: ["amtool"],
  prometheus: ["prometheus"],
  alertmanager: ["alertmanager", "prometheus-alertmanager"],
};

const defaultCache = fileURLToPath(new URL("../../node_modules/.cache/trading-platform-tools", import.meta.url));
const found = new Map<ToolName, Promise<{ tool?: Tool; reasons: string[] }>>();

/** Returns the tool, or undefined where none can be had; never rejects. Searches once per process. */
export async function findTool(name: ToolName): Promise<Tool | undefined> {
  return (await searchOnce(name)).tool;
}

/**
 * For a test or a `before` hook: returns the tool. Without one, says loudly what does not run and skips; in CI it fails,
 * because a green run that proved nothing is worse than a red one.
 */
export async function requireTool(name: ToolName, context: Mocha.Context): Promise<Tool> {
  context.timeout(300_000);
  const { tool, reasons } = await searchOnce(name);
  if (tool !== undefined) return tool;
  return withoutTool(name, reasons, context, process.env, (text) => console.error(text));
}

/** Ends a test whose tool is missing: with an error in CI, elsewhere by skipping it after saying so. */
export function withoutTool(
  name: ToolName,
  reasons: readonly string[],
  context: Mocha.Context,
  environment: Record<string, string | undefined>,
  say: (text: string) => void,
): never {
  const what = context.test?.parent?.fullTitle() || context.test?.fullTitle() || "a test";
  const message = [
    `NOT RUN: "${what}" needs ${name}, and it could not be had:`,
    ...reasons.map((reason) => `  - ${reason}`),
    "  Install the packages prometheus and prometheus-alertmanager, or put the official release on the PATH.",
  ].join("\n");
  // Every system of continuous integration sets CI, though not all to the same word.
  if (![undefined, "", "0", "false"].includes(environment.CI)) throw new Error(message);
  say(`\n\x1b[1;33m${message}\x1b[0m`);
  return context.skip();
}

/** Runs a tool to its end; a non-zero exit code is a result, not an exception. */
export function runTool(
  tool: Tool,
  args: readonly string[],
  { timeout = 60_000, input }: { timeout?: number; input?: string } = {},
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const child = execFile(
      tool.path,
      [...args],
      { timeout, maxBuffer: 64 << 20, cwd: tool.workingDirectory, env: toolEnvironment() },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, stdout, stderr: code !== 0 && stderr === "" ? String(error) : stderr });
      },
    );
    // A tool that reads no input may be gone before it is written: its exit code says what came of it.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input ?? "");
  });
}

/** The process environment without `AWS_CA_BUNDLE`: some Alertmanagers refuse to notify SNS where it is set. */
export function toolEnvironment(): Record<string, string> {
  const { AWS_CA_BUNDLE: _unset, ...rest } = process.env;
  return rest as Record<string, string>;
}

/** Searches for a tool and tells the reasons for each way that did not work. */
export async function searchTool(name: ToolName, search: ToolSearch = {}): Promise<{ tool?: Tool; reasons: string[] }> {
  const environment = search.environment ?? process.env;
  const cache = search.cacheDirectory ?? defaultCache;
  const ways: [Tool["source"], () => Promise<Installed>][] = [
    ["path", async () => onPath(name, environment.PATH ?? "")],
    ["release", () => installFromRelease(name, cache, environment, search.releases ?? pinnedReleases)],
    ["distribution", () => installFromDistribution(name, executables[name], cache, environment)],
  ];
  const reasons: string[] = [];
  for (const [source, install] of ways) {
    try {
      const installed = await install();
      return { tool: { name, source, ...installed, version: await versionOf(installed) }, reasons };
    } catch (error) {
      reasons.push(`${source}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { reasons };
}

function searchOnce(name: ToolName) {
  const search = found.get(name) ?? searchTool(name);
  found.set(name, search);
  return search;
}

function onPath(name: ToolName, path: string): Installed {
  for (const directory of path.split(delimiter).filter((entry) => entry !== "")) {
    for (const executable of executables[name]) {
      const candidate = join(directory, executable);
      if (isExecutable(candidate)) return { path: candidate };
    }
  }
  throw new Error(`no ${executables[name].join(" or ")} in any of its folders`);
}

/** A file that does not answer to `--version` (another architecture, a broken download) is no tool. */
function versionOf({ path, workingDirectory }: Installed): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(path, ["--version"], { timeout: 15_000, cwd: workingDirectory }, (error, stdout, stderr) => {
      const answer = stdout + stderr;
      if (error !== null || !/\bversion\b/.test(answer)) reject(new Error(`${path} does not answer to --version`));
      // A program that somebody built himself may not know its version.
      else resolve(/version (\d\S*)/.exec(answer)?.[1] ?? "unknown");
    });
  });
}
