import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { PlannedResource } from "../../plan/resource.ts";
import { trees } from "../support/clusterParts.ts";
import { chartSources, renderRelease } from "../support/helmRender.ts";
import { madeByCharts, madeByChartsFile, reduceRelease } from "../support/madeByCharts.ts";
import { planPlatform } from "../support/platformPlan.ts";
import { plannedPods } from "../support/podRules.ts";
import type { Tree } from "../support/reference.ts";

/** Containers for whose resources their charts have no key, with what is done about it. */
const keyless: { [container: string]: string } = {
  "StatefulSet consul/consul-server locality-init": "ends in a second; the namespace's LimitRange gives it requests",
  "Job gateway/nginx-gateway-fabric-cert-generator cert-generator":
    "a hook; the namespace's LimitRange gives it requests",
};

/**
 * Renders every release with Helm, for what no schema says: a chart that refuses a combination of values, the security
 * context of the pods that come out, and the names that others refer to. Needs the charts with their templates in the
 * directory CHART_SOURCES; without it the check says that it was skipped.
 */
for (const stack of ["staging", "production"]) {
  describe(`charts rendered for ${stack}`, () => {
    let rendered: { release: PlannedResource; objects: Tree[]; errors: string[] }[];
    before(async function () {
      if (chartSources === "") {
        process.stderr.write("\nSKIPPED: CHART_SOURCES is not set: the charts were not rendered with Helm.\n");
        this.skip();
      }
      const plan = await planPlatform(stack);
      const releases = plan.resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
      assert.ok(releases.length >= 20);
      rendered = releases.flatMap((release) => {
        const outcome = renderRelease(release.inputs);
        return outcome === undefined ? [] : [{ release, ...outcome }];
      });
      assert.ok(rendered.length > 0, `${chartSources} holds none of the charts`);
    });

    it("accept their values and make pods that restricted namespaces take", () => {
      const problems = rendered.flatMap(({ release, objects, errors }) => {
        if (release.inputs.namespace === "node-agents") return errors;
        const pods = plannedPods(objects.map((inputs) => ({ inputs }) as unknown as PlannedResource));
        return [...errors, ...pods.flatMap(({ where, spec }) => refused(where, spec))];
      });
      assert.deepEqual(problems, []);
    });

    it("make no container without requests and a limit of memory, but those for which they have no key", () => {
      const bare = rendered.flatMap(({ objects }) =>
        plannedPods(objects.map((inputs) => ({ inputs }) as unknown as PlannedResource)).flatMap(({ where, spec }) =>
          [...trees(spec.initContainers), ...trees(spec.containers)]
            .filter((container) => {
              const { requests, limits } = (container.resources ?? {}) as { requests?: Tree; limits?: Tree };
              return !requests?.cpu || !requests.memory || !limits?.memory;
            })
            .map(({ name }) => `${where} ${name}`),
        ),
      );
      assert.deepEqual(
        bare.filter((each) => keyless[each] === undefined),
        [],
      );
    });

    it("make what the record says that they make", () => {
      const fresh = Object.fromEntries(
        rendered.map(({ release, objects }) => [
          String(release.inputs.name),
          reduceRelease(objects, String(release.inputs.namespace)),
        ]),
      );
      if (process.env.RECORD === "1") record(stack, fresh);
      // Through JSON, as the record went: what is undefined is absent there.
      const expected = madeByCharts()[stack] ?? {};
      for (const [name, parts] of Object.entries(fresh)) {
        const hint = `${name} changed: RECORD=1 npx mocha tests/platform/rendered.test.ts writes the record anew`;
        assert.deepEqual(JSON.parse(JSON.stringify(parts)), expected[name], hint);
      }
    });
  });
}

function record(stack: string, releases: object): void {
  const all = { ...madeByCharts(), [stack]: { ...madeByCharts()[stack], ...releases } };
  writeFileSync(madeByChartsFile, `${JSON.stringify(all, undefined, 1)}\n`);
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
