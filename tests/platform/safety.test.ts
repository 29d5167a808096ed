import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { planPlatform, stackSettings } from "../support/platformPlan.ts";
import { plannedPods } from "../support/podRules.ts";
import { isTree, type Tree } from "../support/reference.ts";

/** Pods that call the Kubernetes API themselves, with the reason. */
const callTheApi: Readonly<Record<string, string>> = {
  "Deployment kafka/strimzi-drain-cleaner": "answers the API server's questions about evictions and marks pods",
};

/** Releases that make volumes of their own; the other stores are custom resources. */
const storesFromCharts = ["vault", "consul"];

const kinds = (plan: Plan, kind: string) => plan.resources.filter(({ inputs }) => inputs.kind === kind);
const specOf = ({ inputs }: PlannedResource) => inputs.spec as Tree;

/** Every selector of namespaces in a policy. */
function namespaceSelectors(value: unknown): Tree[] {
  if (Array.isArray(value)) return value.flatMap(namespaceSelectors);
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "namespaceSelector" && isTree(inner) ? [inner] : namespaceSelectors(inner),
  );
}

/** Keys below which a chart or custom resource describes one volume of a pod, whose siblings describe the pod. */
const volumeKeys = ["persistence", "storageSpec", "volumeClaimTemplates", "dataStorage", "storageClass"];

/** Every part of values and manifests that describes a pod with a volume of the storage class. */
function volumeOwners(value: unknown): Tree[] {
  if (Array.isArray(value)) return value.flatMap(volumeOwners);
  if (!isTree(value)) return [];
  const own = volumeKeys.some((key) => key in value && JSON.stringify(value[key]).includes('"gp3"'));
  const jbod = isTree(value.storage) && /"gp3"/.test(JSON.stringify(value.storage));
  return own || jbod ? [value] : Object.values(value).flatMap(volumeOwners);
}

/** Every rule of spread that keeps pods pending rather than break it, in values and manifests, as text for Consul too. */
function hardSpreads(value: unknown): Tree[] {
  if (typeof value === "string") return value.startsWith("[{") ? hardSpreads(JSON.parse(value)) : [];
  if (Array.isArray(value)) return value.flatMap(hardSpreads);
  if (!isTree(value)) return [];
  return value.whenUnsatisfiable === "DoNotSchedule" ? [value] : Object.values(value).flatMap(hardSpreads);
}

for (const stack of ["staging", "production"]) {
  describe(`what is safe by default in the cluster of ${stack}`, () => {
    const settings = stackSettings(stack);
    let plan: Plan;
    before(async () => {
      plan = await planPlatform(stack);
    });

    it("no flow is open to all namespaces", () => {
      const selectors = kinds(plan, "NetworkPolicy").flatMap((policy) => namespaceSelectors(policy.inputs.spec));
      assert.ok(selectors.length > 50);
      for (const { matchLabels } of selectors) assert.ok(Object.keys(matchLabels as Tree).length > 0);
    });

    it("no pod holds a token of the API that it does not use", () => {
      for (const { where, spec } of plannedPods(plan.resources))
        if (callTheApi[where] === undefined) assert.equal(spec.automountServiceAccountToken, false, where);
    });

    it("jobs leave nothing on a disk: what they work with is in memory, but for Vault's encrypted snapshots", () => {
      for (const { where, spec } of plannedPods(plan.resources))
        for (const { name, emptyDir } of spec.volumes as Tree[])
          if (name === "work" && where !== "CronJob vault/vault-snapshot")
            assert.equal((emptyDir as Tree).medium, "Memory", where);
    });

    it("no snapshot begins while the one before still runs", () => {
      const jobs = kinds(plan, "CronJob");
      assert.ok(jobs.length >= 2);
      for (const job of jobs) assert.equal(specOf(job).concurrencyPolicy, "Forbid", job.name);
    });

    it("what a system reads stays when the entry of Secrets Manager or the ExternalSecret is away", () => {
      const secrets = kinds(plan, "ExternalSecret");
      assert.ok(secrets.length > 10);
      for (const secret of secrets) assert.equal((specOf(secret).target as Tree).deletionPolicy, "Retain", secret.name);
    });

    it("the root of all certificates and the stores that charts make are protected with the environment", () => {
      const kept = plan.resources.filter(
        ({ name, type, inputs }) =>
          name.endsWith("cert-manager-root") ||
          (type.endsWith(":Release") && storesFromCharts.includes(String(inputs.name))),
      );
      assert.equal(kept.length, storesFromCharts.length + 1);
      for (const { name, protect } of kept) assert.equal(protect, settings.environment.protect, name);
      const [vault] = kept.filter(({ inputs }) => inputs.name === "vault");
      const { server } = vault!.inputs.values as { server: Tree };
      assert.deepEqual(server.persistentVolumeClaimRetentionPolicy, { whenDeleted: "Retain", whenScaled: "Retain" });
    });

    it("every pod with a volume stands on the pool that is given back only when it is empty", () => {
      const { statefulPool } = settings.platform;
      assert.equal(statefulPool !== undefined, stack === "production");
      const owners = plan.resources.flatMap(({ name, inputs }) =>
        volumeOwners(inputs).map((owner) => ({ name, owner })),
      );
      assert.ok(owners.length >= 8, `${owners.length}`);
      for (const { name, owner } of owners) {
        const text = JSON.stringify(owner);
        assert.equal(text.includes("trading-platform/pool"), statefulPool !== undefined, name);
        if (statefulPool !== undefined) assert.ok(text.includes(statefulPool), name);
      }
    });

    it("a lost zone, whose nodes stay registered for a while, holds no pod back from the others", () => {
      const hard = plan.resources.flatMap(({ name, inputs }) =>
        hardSpreads(inputs).map((spread) => ({ name, spread })),
      );
      assert.equal(hard.length > 15, settings.platform.topologySpread);
      for (const { name, spread } of hard) assert.equal(spread.nodeTaintsPolicy, "Honor", name);
    });

    it("what reads a Secret at its start is started again when the Secret changes", () => {
      const readers = plan.resources.filter((resource) =>
        plannedPods([resource]).some(
          ({ longRunning, spec }) => longRunning && /"secretKeyRef"|"secretRef"/.test(JSON.stringify(spec)),
        ),
      );
      assert.ok(readers.length >= 2);
      for (const { name, inputs } of readers) {
        const { annotations = {} } = inputs.metadata as { annotations?: Tree };
        assert.ok(
          Object.keys(annotations).some((key) => key.includes("reloader.stakater.com/")),
          name,
        );
      }
    });

    it("Kafka gives up answering before it gives up what was acknowledged", () => {
      const { config } = specOf(kinds(plan, "Kafka")[0]!).kafka as { config: Tree };
      assert.equal(config["unclean.leader.election.enable"], false);
      for (const key of ["min.insync.replicas", "transaction.state.log.min.isr"])
        assert.equal(config[key], settings.kafka.minimumInSyncReplicas, key);
      assert.equal(config["default.replication.factor"], settings.kafka.replicationFactor);
    });
  });
}
