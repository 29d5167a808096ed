import { writeFileSync } from "node:fs";

/** What a measured process used: peak memory in bytes, processor time of all its threads in milliseconds. */
export interface Usage {
  bytes: number;
  processorMilliseconds: number;
}

// Preloaded into every measured process: leaves what it used in the file that BENCH_USAGE names.
process.on("exit", () => {
  const file = process.env.BENCH_USAGE;
  if (file === undefined) return;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage: Usage = { bytes: maxRSS * 1024, processorMilliseconds: (userCPUTime + systemCPUTime) / 1000 };
  writeFileSync(file, JSON.stringify(usage));
});
