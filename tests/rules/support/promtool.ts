import { spawn } from "node:child_process";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { UnitTest } from "./unitTests.ts";

/** Runs promtool in a directory; both streams go to one file, because only then do headings and failures keep their order. */
export async function run(
  promtool: string,
  args: readonly string[],
  directory: string,
): Promise<{ code: number; output: string }> {
  const path = join(directory, `output-${Math.random().toString(36).slice(2)}.txt`);
  const file = await open(path, "w");
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(promtool, args, { cwd: directory, stdio: ["ignore", file.fd, file.fd] });
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
  await file.close();
  return { code, output: await readFile(path, "utf8") };
}

/** A directory that is gone after the work. */
export async function inTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "alert-rules-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What one test file said: nothing when it passed. */
export type Verdicts = ReadonlyMap<string, string | undefined>;

/**
 * Runs many unit tests in few processes (promtool starts slowly, a test file costs milliseconds) and tells for each
 * whether it passed. Names become file names.
 */
export async function testRules(
  promtool: string,
  tests: ReadonlyMap<string, (ruleFile: string) => UnitTest>,
): Promise<Verdicts> {
  return inTemporaryDirectory(async (directory) => {
    const names = [...tests.keys()];
    for (const [name, build] of tests) {
      const { rules, tests: content } = build(`${name}.rules.yaml`);
      await writeFile(join(directory, `${name}.rules.yaml`), stringify(rules, { lineWidth: 0 }));
      await writeFile(join(directory, `${name}.test.yaml`), stringify(content, { lineWidth: 0 }));
    }
    const verdicts = new Map<string, string | undefined>();
    for (let start = 0; start < names.length; start += 200) {
      const files = names.slice(start, start + 200).map((name) => `${name}.test.yaml`);
      const { output } = await run(promtool, ["test", "rules", ...files], directory);
      // Prometheus 2 writes a heading per file, 3 does not; both write one verdict per file, in order.
      const sections = output
        .replace(/^Unit Testing:.*$/gm, "")
        .split(/^ {2}(?=SUCCESS|FAILED:)/m)
        .slice(1);
      if (sections.length !== files.length)
        throw new Error(`promtool judged ${sections.length} of ${files.length} files:\n${output}`);
      for (const [index, text] of sections.entries()) {
        verdicts.set(names[start + index]!, text.startsWith("SUCCESS") ? undefined : text.trim());
      }
    }
    return verdicts;
  });
}
