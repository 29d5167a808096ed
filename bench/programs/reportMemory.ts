import { writeFileSync } from "node:fs";

// Preloaded into every measured process: leaves its peak memory (bytes) in the file that BENCH_MEMORY names.
process.on("exit", () => {
  const file = process.env.BENCH_MEMORY;
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS * 1024));
});
