import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

/** The folders that a plan owns below `out/<stack>/`; emptied before each run, so that nothing old stays. */
const ownedFolders = ["helm", "kubernetes", "prometheus", "alertmanager", "grafana", "aws"];

/** Writes the files below `directory` and returns their paths, sorted. */
export function writeFiles(directory: string, files: Files): string[] {
  for (const folder of ownedFolders) rmSync(join(directory, folder), { recursive: true, force: true });
  const paths = Object.keys(files).sort();
  const made = new Set<string>();
  for (const path of paths) {
    const target = join(directory, path);
    const parent = dirname(target);
    if (!made.has(parent)) {
      mkdirSync(parent, { recursive: true });
      made.add(parent);
    }
    writeFileSync(target, files[path]!);
  }
  return paths;
}
