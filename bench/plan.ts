import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { npmCommand } from "../plan/command.ts";
import { projectDirectory } from "../plan/projectDirectory.ts";
import type { Usage } from "./programs/reportUsage.ts";

/**
 * Measures the offline plan as ratios, which mean the same on any machine: against a program that only imports the
 * SDKs, and against itself with ten times as many services. What is compared runs in turns, so that a machine that is
 * slow for a while is slow for all, and the median of the turns counts: the best would favour the short programs, which
 * find a quiet moment sooner. What a program allocates is the measure that no noise reaches.
 */

const [turns] = npmCommand("bench")
  .description(
    "Measure the plan's time and memory as ratios to a program that only imports the SDKs, and their growth.",
  )
  .argument("[turns]", "how often each program runs", positive, 5)
  .parse().processedArgs as [number];
const directory = mkdtempSync(join(tmpdir(), "bench-"));

/** As in the npm scripts: a plan makes much garbage and keeps little, so a small nursery saves memory. */
const flags = ["--max-semi-space-size=8"];

/** One run of a program, or the median of several. */
interface Measure extends Usage {
  /** Wall time, milliseconds. */
  milliseconds: number;
  /** What it printed. */
  printed: string;
}

/** Runs each program once per turn. The memory is the largest of the turns, for it must fit each time. */
function measure(programs: readonly (readonly string[])[]): Measure[] {
  const runs = programs.map((): Measure[] => []);
  for (let turn = 0; turn < turns; turn++)
    for (const [index, words] of programs.entries()) runs[index]!.push(run(words));
  return runs.map((measures) => ({
    milliseconds: median(measures.map(({ milliseconds }) => milliseconds)),
    processorMilliseconds: median(measures.map(({ processorMilliseconds }) => processorMilliseconds)),
    allocatedBytes: median(measures.map(({ allocatedBytes }) => allocatedBytes)),
    bytes: Math.max(...measures.map(({ bytes }) => bytes)),
    printed: measures[0]!.printed,
  }));
}

function positive(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Allowed is a whole number from 1.");
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1]!;
}

function run(words: readonly string[]): Measure {
  const file = join(directory, "usage.json");
  const started = performance.now();
  const printed = execFileSync(process.execPath, [...flags, "--import", "./bench/programs/reportUsage.ts", ...words], {
    cwd: projectDirectory,
    encoding: "utf8",
    env: { ...process.env, BENCH_USAGE: file },
    maxBuffer: 1 << 30,
  });
  const milliseconds = performance.now() - started;
  return { ...(JSON.parse(readFileSync(file, "utf8")) as Usage), milliseconds, printed };
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
const row = (...cells: string[]) =>
  console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(24) : cell.padStart(12))).join(""));

try {
  row("program", "wall", "ratio", "processor", "ratio", "memory");
  const programs = [
    ["import the SDKs only", "bench/programs/importOnly.ts"],
    ["plan staging", "plan/main.ts", "staging", "--quiet", "--out", directory],
    ["plan production", "plan/main.ts", "production", "--quiet", "--out", directory],
  ] as const;
  const measured = measure(programs.map(([, ...words]) => words));
  const [yardstick] = measured as [Measure];
  for (const [index, [name]] of programs.entries()) {
    const { milliseconds, processorMilliseconds, bytes } = measured[index]!;
    const wall = (milliseconds / yardstick.milliseconds).toFixed(2);
    const processor = (processorMilliseconds / yardstick.processorMilliseconds).toFixed(2);
    row(name, seconds(milliseconds), wall, seconds(processorMilliseconds), processor, megabytes(bytes));
  }

  console.log();
  row("synthetic services", "wall", "processor", "allocated", "memory", "resources");
  const counts = [0, 10, 100, 1000];
  const growth = measure(counts.map((count) => ["bench/programs/synthetic.ts", String(count)]));
  for (const [index, { milliseconds, processorMilliseconds, allocatedBytes, bytes, printed }] of growth.entries()) {
    const times = [milliseconds, processorMilliseconds].map(seconds);
    row(String(counts[index]), ...times, ...[allocatedBytes, bytes].map(megabytes), printed.trim());
  }
  const increment = (of: (measure: Measure) => number) => {
    const [none, , hundred, thousand] = growth.map(of) as [number, number, number, number];
    return ((thousand - none) / (hundred - none)).toFixed(1);
  };
  row(
    "1000 add, to 100",
    increment(({ milliseconds }) => milliseconds),
    increment(({ processorMilliseconds }) => processorMilliseconds),
    increment(({ allocatedBytes }) => allocatedBytes),
    increment(({ bytes }) => bytes),
    increment(({ printed }) => Number(printed)),
  );
  console.log("\nThe last row is 10.0 where growth is linear; 12 is the limit of the wall time.");
} finally {
  rmSync(directory, { recursive: true, force: true });
}
