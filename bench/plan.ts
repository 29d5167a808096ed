import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Measures the offline plan as ratios, which mean the same on any machine: against a program that only imports the
 * SDKs, and against itself with ten times as many services. Wall time is the best of the runs, for noise only adds.
 */

const directory = mkdtempSync(join(tmpdir(), "bench-"));
const root = join(import.meta.dirname, "..");
const runs = Number(process.argv[2] ?? 5);

/** As in the npm scripts: a plan makes much garbage and keeps little, so a small nursery saves memory. */
const flags = ["--max-semi-space-size=8"];

interface Measure {
  /** Best wall time, milliseconds. */
  milliseconds: number;
  /** Largest peak memory, bytes. */
  bytes: number;
  /** What the last run printed. */
  printed: string;
}

function measure(program: string, words: readonly string[] = [], times: number = runs): Measure {
  const memory = join(directory, "memory");
  const result: Measure = { milliseconds: Number.POSITIVE_INFINITY, bytes: 0, printed: "" };
  for (let run = 0; run < times; run++) {
    const started = performance.now();
    result.printed = execFileSync(
      process.execPath,
      [...flags, "--import", "./bench/programs/reportMemory.ts", program, ...words],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, BENCH_MEMORY: memory },
        maxBuffer: 1 << 30,
      },
    );
    result.milliseconds = Math.min(result.milliseconds, performance.now() - started);
    result.bytes = Math.max(result.bytes, Number(readFileSync(memory, "utf8")));
  }
  return result;
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
const row = (...cells: string[]) =>
  console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(34) : cell.padStart(12))).join(""));

try {
  row("program", "wall", "ratio", "memory");
  const yardstick = measure("bench/programs/importOnly.ts");
  row("import the SDKs only", seconds(yardstick.milliseconds), "1.00", megabytes(yardstick.bytes));
  for (const stack of ["staging", "production"]) {
    const { milliseconds, bytes } = measure("plan/main.ts", [stack, "--quiet", "--out", directory]);
    row(`plan ${stack}`, seconds(milliseconds), (milliseconds / yardstick.milliseconds).toFixed(2), megabytes(bytes));
  }

  console.log();
  row("synthetic services", "wall", "resources", "memory");
  const few = Math.min(runs, 3);
  const growth = [0, 10, 100, 1000].map((count) => ({
    count,
    ...measure("bench/programs/synthetic.ts", [String(count)], few),
  }));
  for (const { count, milliseconds, bytes, printed } of growth)
    row(String(count), seconds(milliseconds), printed.trim(), megabytes(bytes));
  const wall = (count: number) => growth.find((entry) => entry.count === count)!.milliseconds;
  const increment = (wall(1000) - wall(0)) / (wall(100) - wall(0));
  console.log(`\n1000 services add ${increment.toFixed(1)} times what 100 add (10.0 is linear, 12 is the limit).`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
