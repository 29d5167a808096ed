import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findingsOf, valueAt } from "../stack/issues.ts";
import { type Problem, ProblemsError, showValue } from "../stack/problem.ts";
import { buckets } from "./buckets.ts";
import { checkCatalog } from "./checks.ts";
import { exchanges } from "./exchanges.ts";
import { queues } from "./queues.ts";
import { schemas } from "./schemas.ts";
import { secrets } from "./secrets.ts";
import { serviceShape } from "./shape.ts";
import { topics } from "./topics.ts";
import type { Catalog, Service } from "./types.ts";

/** The service files of this repository. */
export const servicesDirectory = join(import.meta.dirname, "services");

/**
 * Reads the whole catalog: one service per file of the directory, whatever files are there, and what services share.
 * A new service is one new file and nothing else.
 *
 * @param directory folder of the service files
 * @throws ProblemsError naming all problems at once, each with file and field
 */
export async function loadCatalog(directory: string = servicesDirectory): Promise<Catalog> {
  const files = readdirSync(directory)
    .filter((file) => file.endsWith(".ts"))
    .sort();
  const read = await Promise.all(files.map((file) => readEntry(directory, file)));
  const problems = read.flatMap((result) => ("problem" in result ? [result.problem] : []));
  if (problems.length > 0) throw new ProblemsError(problems);
  return assembleCatalog(read.flatMap((result) => ("problem" in result ? [] : [result])));
}

/** One file's default export, or why Node could not run it. */
async function readEntry(directory: string, file: string): Promise<ServiceEntry | { problem: Problem }> {
  try {
    const module = (await import(pathToFileURL(join(directory, file)).href)) as { default?: unknown };
    return { file, value: module.default };
  } catch (error) {
    const { name, message, stack = "" } = error as Error;
    // Node names the line of a slip in the first line of the stack only.
    const line = Number(/\.ts:(\d+)/.exec(stack)?.[1]);
    return {
      problem: {
        file: `catalog/services/${file}`,
        line: Number.isNaN(line) ? undefined : line,
        key: "file",
        found: `${name}: ${message}`,
        allowed: "TypeScript that Node runs as it is: one default export of plain data",
        hint: "npm run check says more.",
      },
    };
  }
}

/** A service entry as its file exports it. */
export interface ServiceEntry {
  /** File name inside the services folder, for messages. */
  file: string;
  /** The default export, not yet checked. */
  value: unknown;
}

/**
 * Checks entries one by one, then against each other, and puts the catalog together.
 *
 * @throws ProblemsError naming all problems at once
 */
export function assembleCatalog(entries: readonly ServiceEntry[]): Catalog {
  const problems = entries.flatMap(shapeProblems);
  if (problems.length > 0) throw new ProblemsError(problems);
  const services = entries
    .map((entry) => entry.value as Service)
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
  const catalog: Catalog = { services, topics, queues, buckets, schemas, exchanges, secrets };
  const wrong = checkCatalog(catalog);
  if (wrong.length > 0) throw new ProblemsError(wrong);
  return catalog;
}

function shapeProblems({ file, value }: ServiceEntry): Problem[] {
  const path = `catalog/services/${file}`;
  const parsed = serviceShape.safeParse(value);
  if (parsed.success) {
    const expected = file.replace(/\.ts$/, "");
    if (parsed.data.name === expected) return [];
    return [{ file: path, key: "name", found: showValue(parsed.data.name), allowed: `"${expected}", as the file` }];
  }
  return parsed.error.issues
    .flatMap((issue) => findingsOf(serviceShape, issue, value))
    .map((finding) => {
      const found = valueAt(value, finding.path);
      return {
        file: path,
        key: finding.path.length === 0 ? "default export" : finding.path.join("."),
        found: found === undefined ? undefined : showValue(found),
        allowed: finding.allowed,
        nearest: finding.nearest,
        hint: finding.hint,
      };
    });
}
