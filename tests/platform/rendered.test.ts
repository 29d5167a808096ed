import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import type { PlannedResource } from "../../plan/resource.ts";
import { planPlatform } from "../support/platformPlan.ts";
import { plannedPods } from "../support/podRules.ts";
import { isTree, type Tree } from "../support/reference.ts";

/**
 * Renders every release with Helm, for what no schema says: a chart that refuses a combination of values, and the
 * security context of the pods that come out. Needs the charts with their templates, unpacked side by side
 * (`helm pull --untar`), in the directory CHART_SOURCES; without it the check says that it was skipped.
 */
const sources = process.env.CHART_SOURCES ?? "";
const helm = process.env.HELM ?? "helm";

/** Pods of test hooks never start with an installation. */
const isTestHook = (object: Tree) => JSON.stringify(object).includes('"helm.sh/hook":"test');

for (const stack of ["staging", "production"]) {
  describe(`charts rendered for ${stack}`, () => {
    let releases: PlannedResource[];
    before(async function () {
      if (sources === "") {
        process.stderr.write("\nSKIPPED: CHART_SOURCES is not set: the charts were not rendered with Helm.\n");
        this.skip();
      }
      releases = (await planPlatform(stack)).resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
      assert.ok(releases.length >= 20);
    });

    it("accept their values and make pods that restricted namespaces take", () => {
      const problems: string[] = [];
      let rendered = 0;
      for (const release of releases) {
        const chart = join(sources, String(release.inputs.chart).split("/").at(-1)!);
        if (!existsSync(chart)) continue;
        rendered += 1;
        const { objects, errors } = render(chart, release.inputs);
        problems.push(...errors);
        if (release.inputs.namespace === "node-agents") continue;
        const pods = plannedPods(objects.map((inputs) => ({ inputs }) as unknown as PlannedResource));
        problems.push(...pods.flatMap(({ where, spec }) => refused(where, spec)));
      }
      assert.ok(rendered > 0, `${sources} holds none of the charts`);
      assert.deepEqual(problems, []);
    });
  });
}

function render(chart: string, { name, namespace, values }: Tree): { objects: Tree[]; errors: string[] } {
  const directory = mkdtempSync(join(tmpdir(), "rendered-"));
  try {
    const file = join(directory, "values.yaml");
    writeFileSync(file, stringify(values ?? {}));
    const { status, stdout, stderr } = spawnSync(
      helm,
      [
        ...["template", String(name), chart, "--namespace", String(namespace), "--values", file],
        ...["--kube-version", "1.36.0", "--api-versions", "monitoring.coreos.com/v1"],
        ...["--api-versions", "gateway.networking.k8s.io/v1", "--api-versions", "cert-manager.io/v1"],
        ...["--api-versions", "argoproj.io/v1alpha1"],
      ],
      { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
    );
    if (status !== 0) return { objects: [], errors: [`${name}: ${stderr.trim().split("\n")[0]}`] };
    const objects = parseAllDocuments(stdout).map((document) => document.toJS() as unknown);
    return { objects: objects.filter(isTree).filter((object) => !isTestHook(object)), errors: [] };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What Pod Security level restricted refuses in a pod, one line per container. */
function refused(where: string, spec: Tree): string[] {
  const pod = (spec.securityContext ?? {}) as Tree;
  const containers = [...((spec.initContainers ?? []) as Tree[]), ...((spec.containers ?? []) as Tree[])];
  return containers.flatMap((container) => {
    const context = (container.securityContext ?? {}) as Tree & { capabilities?: { drop?: string[] } };
    const missing = [
      context.allowPrivilegeEscalation === false ? "" : "allowPrivilegeEscalation: false",
      context.capabilities?.drop?.includes("ALL") ? "" : "capabilities.drop: [ALL]",
      (context.runAsNonRoot ?? pod.runAsNonRoot) === true ? "" : "runAsNonRoot: true",
      ((context.seccompProfile ?? pod.seccompProfile) as Tree | undefined)?.type === undefined ? "seccompProfile" : "",
    ].filter((each) => each !== "");
    return missing.length === 0 ? [] : [`${where} container ${container.name} lacks ${missing.join(", ")}`];
  });
}
