import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Usage } from "./programs/reportUsage.ts";

/**
 * Measures the offline plan as ratios, which mean the same on any machine: against a program that only imports the
 * SDKs, and against itself with ten times as many services. What is compared runs in turns, so that a machine that is
 * slow for a while is slow for all, and the best of the turns counts, for noise only adds.
 */

const directory = mkdtempSync(join(tmpdir(), "bench-"));
const root = join(import.meta.dirname, "..");
const turns = Number(process.argv[2] ?? 5);

/** As in the npm scripts: a plan makes much garbage and keeps little, so a small nursery saves memory. */
const flags = ["--max-semi-space-size=8"];

/** The best of several runs. */
interface Measure extends Usage {
  /** Wall time, milliseconds. */
  milliseconds: number;
  /** What the last run printed. */
  printed: string;
}

/** Runs each program once per turn. The memory is the largest of the turns, for it must fit each time. */
function measure(programs: readonly (readonly string[])[]): Measure[] {
  const best = programs.map((): Measure => {
    const never = Number.POSITIVE_INFINITY;
    return { milliseconds: never, processorMilliseconds: never, bytes: 0, printed: "" };
  });
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, words] of programs.entries()) {
      const { milliseconds, processorMilliseconds, bytes, printed } = run(words);
      const measured = best[index]!;
      measured.milliseconds = Math.min(measured.milliseconds, milliseconds);
      measured.processorMilliseconds = Math.min(measured.processorMilliseconds, processorMilliseconds);
      measured.bytes = Math.max(measured.bytes, bytes);
      measured.printed = printed;
    }
  }
  return best;
}

function run(words: readonly string[]): Measure {
  const file = join(directory, "usage.json");
  const started = performance.now();
  const printed = execFileSync(process.execPath, [...flags, "--import", "./bench/programs/reportUsage.ts", ...words], {
    cwd: root,
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
  row("synthetic services", "wall", "processor", "resources", "memory");
  const counts = [0, 10, 100, 1000];
  const growth = measure(counts.map((count) => ["bench/programs/synthetic.ts", String(count)]));
  for (const [index, { milliseconds, processorMilliseconds, bytes, printed }] of growth.entries())
    row(String(counts[index]), seconds(milliseconds), seconds(processorMilliseconds), printed.trim(), megabytes(bytes));
  const increment = (of: (measure: Measure) => number) => {
    const [none, , hundred, thousand] = growth.map(of) as [number, number, number, number];
    return ((thousand - none) / (hundred - none)).toFixed(1);
  };
  const wall = increment(({ milliseconds }) => milliseconds);
  const processor = increment(({ processorMilliseconds }) => processorMilliseconds);
  console.log(
    `\n1000 services add ${wall} times the wall time that 100 add, ${processor} times the processor time (10.0 is linear, 12 is the limit).`,
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
