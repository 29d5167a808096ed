import { writeFileSync } from "node:fs";
import { GCProfiler } from "node:v8";

/** What a measured process used. */
export interface Usage {
  /** Peak memory, bytes. */
  bytes: number;
  /** All that was ever allocated on the heap, bytes: a measure of the work done that no noise of the machine reaches. */
  allocatedBytes: number;
  /** Processor time of all its threads, milliseconds. */
  processorMilliseconds: number;
}

// Preloaded into every measured process: leaves what it used in the file that BENCH_USAGE names.
const profiler = new GCProfiler();
profiler.start();
process.on("exit", () => {
  const file = process.env.BENCH_USAGE;
  if (file === undefined) return;
  const allocatedBytes = allocated();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const processorMilliseconds = (userCPUTime + systemCPUTime) / 1000;
  writeFileSync(file, JSON.stringify({ bytes: maxRSS * 1024, allocatedBytes, processorMilliseconds } satisfies Usage));
});

/** What the heap grew by between collections. */
function allocated(): number {
  const now = process.memoryUsage().heapUsed;
  let total = 0;
  let kept = 0;
  for (const { beforeGC, afterGC } of profiler.stop().statistics) {
    total += beforeGC.heapStatistics.usedHeapSize - kept;
    kept = afterGC.heapStatistics.usedHeapSize;
  }
  return total + now - kept;
}
