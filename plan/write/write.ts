import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Plan } from "../plan.ts";
import { awsFiles } from "./aws.ts";
import { grafanaFiles } from "./grafana.ts";
import { helmFiles } from "./helm.ts";
import { kubernetesFiles } from "./kubernetes.ts";
import { monitoringFiles } from "./monitoring.ts";

/** Files by path below `out/<stack>/`. */
export type Files = Record<string, string>;

/** All files of a plan but `plan.json`, from nothing but the plan: the same plan gives the same bytes. */
export function renderFiles(plan: Plan): Files {
  return {
    "plan.json": planJson(plan),
    ...helmFiles(plan.resources),
    ...kubernetesFiles(plan.resources),
    ...monitoringFiles(plan.resources),
    ...grafanaFiles(plan.resources),
    ...awsFiles(plan.resources),
  };
}

/** `plan.json`: the whole plan, keys in a fixed order, resources sorted by URN. */
export function planJson(plan: Plan): string {
  return toJson(plan);
}

/** JSON as this program writes it: two spaces, a newline at the end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The folders that a plan owns below `out/<stack>/`: whatever else lies there from an earlier run is removed. */
const ownedFolders = ["helm", "kubernetes", "prometheus", "alertmanager", "grafana", "aws"];

/** The files of a plan cannot be written where they should. */
export class WriteError extends Error {}

/**
 * Brings `directory` to hold the files, leaves alone those that already do, and returns their paths, sorted.
 *
 * @throws WriteError when the operating system refuses
 */
export function writeFiles(directory: string, files: Files): string[] {
  try {
    return replaceFiles(directory, files);
  } catch (error) {
    const reason = (error as Error).message;
    throw new WriteError(
      `The plan cannot be written: ${reason}.\nName a directory that can be written to: --out <directory>.`,
    );
  }
}

function replaceFiles(directory: string, files: Files): string[] {
  for (const folder of ownedFolders) removeOld(join(directory, folder), (path) => join(folder, path) in files);
  const paths = Object.keys(files).sort();
  const made = new Set<string>();
  for (const path of paths) {
    const target = join(directory, path);
    if (contentOf(target) === files[path]) continue;
    const parent = dirname(target);
    if (!made.has(parent)) {
      mkdirSync(parent, { recursive: true });
      made.add(parent);
    }
    writeFileSync(target, files[path]!);
  }
  return paths;
}

function removeOld(folder: string, isWanted: (path: string) => boolean): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory() && !isWanted(relative(folder, path))) rmSync(path);
  }
}

function contentOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
