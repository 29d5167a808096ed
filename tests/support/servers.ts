import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { type Tool, toolEnvironment } from "./tools.ts";

/** A server that a test started. */
export interface RunningServer {
  /** What it wrote so far, for the message of a failed test. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts a server and waits until its address answers; rejects with its output when it does not within 20 seconds. */
export async function startServer(
  tool: Tool,
  args: readonly string[],
  readyUrl: string,
  environment: Record<string, string> = {},
): Promise<RunningServer> {
  const child = spawn(tool.path, [...args], {
    cwd: tool.workingDirectory,
    env: { ...toolEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-20_000);
    });
  }
  const server = { output: () => output, stop: () => stop(child) };
  try {
    await until(() => answers(readyUrl, child), 20, `${tool.name} to answer at ${readyUrl}`);
  } catch (error) {
    await server.stop();
    throw new Error(`${String(error)}\n${output}`);
  }
  return server;
}

/** Waits until the condition holds, asking often; rejects after the seconds given. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  seconds: number,
  what: string,
  explain: () => string = () => "",
): Promise<void> {
  const steps = Math.ceil(seconds / 0.05);
  for (let step = 0; step < steps; step++) {
    if (await condition()) return;
    await pause(50);
  }
  throw new Error(`waited ${seconds} s in vain for ${what}${explain()}`);
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`);
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

/** Asks politely, then not. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await Promise.race([ended, pause(3000, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await ended;
  }
}
