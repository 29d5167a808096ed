import assert from "node:assert/strict";
import type { PlannedResource } from "../../plan/resource.ts";
import { planOf, stacks } from "../support/plans.ts";
import { plannedPods } from "../support/podRules.ts";
import type { Tree } from "../support/reference.ts";

const typed = (resources: readonly PlannedResource[], end: string) =>
  resources.filter(({ type }) => type.endsWith(`:${end}`));
const metadataOf = ({ inputs }: PlannedResource) => inputs.metadata as { name: string; namespace: string };
const specOf = ({ inputs }: PlannedResource) => inputs.spec as Tree;

/** Volumes with the login of a job itself: it signs in with what is there when it starts. */
const ownLogin = "administrator";

for (const stack of stacks) {
  describe(`when a password is replaced in ${stack}`, () => {
    let resources: readonly PlannedResource[];
    before(async () => {
      ({ resources } = await planOf(stack));
    });

    /** Versions of the entries from which an ExternalSecret takes its values, as far as this program makes them. */
    function versionsBehind(secret: PlannedResource): PlannedResource[] {
      const keys = (specOf(secret).data as { remoteRef: { key: string } }[]).map(({ remoteRef }) => remoteRef.key);
      const entries = typed(resources, "Secret").filter(
        ({ type, inputs }) => type.startsWith("aws:") && keys.includes(String(inputs.name)),
      );
      return typed(resources, "SecretVersion").filter((version) =>
        entries.some(({ urn }) => version.dependencies.includes(urn)),
      );
    }

    /** What brings the Secret that a volume of a pod in that namespace mounts. */
    function bringerOf(namespace: string, secretName: unknown): PlannedResource | undefined {
      return typed(resources, "ExternalSecret").find(
        (secret) => metadataOf(secret).namespace === namespace && (specOf(secret).target as Tree).name === secretName,
      );
    }

    it("the job that makes the account runs again, and cannot read the password before", () => {
      let seen = 0;
      for (const job of typed(resources, "Job"))
        for (const { namespace, spec } of plannedPods([job]))
          for (const { name, secret } of (spec.volumes ?? []) as { name: string; secret?: Tree }[]) {
            const bringer = name === ownLogin ? undefined : bringerOf(namespace, secret?.secretName);
            if (bringer === undefined || metadataOf(bringer).namespace === "consul") continue;
            const versions = versionsBehind(bringer);
            assert.ok(versions.length > 0, `${job.name}: ${name}`);
            for (const { urn } of versions) {
              assert.ok(job.propertyDependencies.spec?.includes(urn), `${job.name} does not depend on ${urn}`);
              assert.ok(bringer.propertyDependencies.spec?.includes(urn), bringer.name);
            }
            // A Secret of the same name would still hold the old password when the job starts.
            assert.notEqual(secret!.secretName, metadataOf(bringer).name, job.name);
            seen++;
          }
      assert.ok(seen > 15, `${seen}`);
    });

    it("the service reads it again at once, after the job", () => {
      const jobs = typed(resources, "Job");
      const services = typed(resources, "ExternalSecret").filter(({ name }) => /^workloads-.*-secrets$/.test(name));
      assert.ok(services.length > 8);
      for (const secret of services) {
        const accounts = jobs.filter(({ name }) =>
          name.startsWith(`${secret.name.slice(0, -"secrets".length)}accounts-`),
        );
        for (const job of accounts) assert.ok(secret.dependencies.includes(job.urn), secret.name);
        for (const { urn, name } of versionsBehind(secret))
          if (!name.includes("schema-registry"))
            assert.ok(secret.propertyDependencies.metadata?.includes(urn), `${secret.name} ${name}`);
      }
    });

    it("nobody goes on with the old one for more than a few minutes", () => {
      for (const secret of typed(resources, "ExternalSecret"))
        assert.match(String(specOf(secret).refreshInterval), /^([1-9]|10)m$/, secret.name);
    });
  });
}
