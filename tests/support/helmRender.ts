import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { isTree, type Tree } from "./reference.ts";

/** Directory of charts with their templates, unpacked side by side (`helm pull --untar`); empty where there is none. */
export const chartSources = process.env.CHART_SOURCES ?? "";

/** Kinds that the cluster knows when the charts come: some charts ask for the group, some for the kind. */
const known = [
  "monitoring.coreos.com/v1",
  "monitoring.coreos.com/v1/ServiceMonitor",
  "gateway.networking.k8s.io/v1",
  "cert-manager.io/v1",
  "argoproj.io/v1alpha1",
];

/** Pods of test hooks never start with an installation. */
const isTestHook = (object: Tree) => JSON.stringify(object).includes('"helm.sh/hook":"test');

/** What Helm makes of a planned release, or its complaint; undefined where the chart's source is not at hand. */
export function renderRelease({
  chart,
  name,
  namespace,
  values,
}: Tree): { objects: Tree[]; errors: string[] } | undefined {
  const source = join(chartSources, String(chart).split("/").at(-1)!);
  if (chartSources === "" || !existsSync(source)) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "rendered-"));
  try {
    // JSON, which Helm reads as YAML: a writer of YAML 1.2 leaves "off" without quotes, and Helm takes it for false.
    const file = join(directory, "values.json");
    writeFileSync(file, JSON.stringify(values ?? {}));
    const { status, stdout, stderr } = spawnSync(
      process.env.HELM ?? "helm",
      [
        ...["template", String(name), source, "--namespace", String(namespace), "--values", file],
        ...["--kube-version", "1.36.0"],
        ...known.flatMap((version) => ["--api-versions", version]),
      ],
      { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
    );
    if (status !== 0) return { objects: [], errors: [`${name}: ${String(stderr).trim().split("\n")[0]}`] };
    const objects = parseAllDocuments(stdout).map((document) => document.toJS() as unknown);
    return { objects: objects.filter(isTree).filter((object) => !isTestHook(object)), errors: [] };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
