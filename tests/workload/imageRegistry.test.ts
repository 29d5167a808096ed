import assert from "node:assert/strict";
import { ImageRegistry, type ImageRegistryArgs } from "../../components/workload/imageRegistry.ts";
import { lifecyclePolicy, tagsInUse } from "../../components/workload/imageRegistryPlan.ts";
import { workloadsSchema } from "../../stack/sections/workloads.ts";
import { base, key } from "../support/dataArgs.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const args: ImageRegistryArgs = {
  ...base,
  images: workloadsSchema.shape.images.parse({
    untaggedDays: 14,
    keptBuilds: 100,
    continuousScan: true,
    replicate: true,
    pullThrough: ["docker.io", "quay.io"],
  }),
  services: [
    { name: "dashboard", kind: "http" },
    { name: "trading-bot", kind: "bot" },
  ],
  running: {
    services: { dashboard: { image: { tag: "2.9.0" }, previousImage: { tag: "2.8.4" } } },
    tradingBot: { imageTag: "1.0.0" },
  },
};

const plan = (change: Partial<ImageRegistryArgs["images"]> = {}) =>
  planProgram(() => {
    new ImageRegistry("images", { ...args, images: { ...args.images, ...change } });
  });

describe("workload/imageRegistry", () => {
  it("keeps one repository for each service: tags that stay, scanned, under the customer key, protected", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "images"), []);
    const repositories = planned.all("aws:ecr/repository:Repository");
    assert.deepEqual(repositories.map(({ inputs }) => inputs.name).sort(), [
      "trading-platform/dashboard",
      "trading-platform/trading-bot",
    ]);
    for (const { name, inputs, protect } of repositories) {
      assert.equal(inputs.imageTagMutability, "IMMUTABLE", name);
      assert.deepEqual(inputs.imageScanningConfiguration, { scanOnPush: true }, name);
      assert.deepEqual(inputs.encryptionConfigurations, [{ encryptionType: "KMS", kmsKey: key("data") }], name);
      assert.deepEqual([protect, inputs.forceDelete], [true, false], name);
    }
    assert.equal(planned.all("aws:ecr/lifecyclePolicy:LifecyclePolicy").length, 2);
  });

  it("throws away by age only what no tag names: what runs may be old", async () => {
    const { rules } = JSON.parse(
      String((await plan()).one("aws:ecr/lifecyclePolicy:LifecyclePolicy", "images-dashboard-ageing").inputs.policy),
    ) as { rules: { rulePriority: number; selection: Record<string, unknown> }[] };
    const chosen = rules.map(({ selection }) => [selection.tagStatus, selection.countType, selection.countNumber]);
    assert.deepEqual(chosen, [
      ["tagged", "imageCountMoreThan", 1],
      ["tagged", "imageCountMoreThan", 1],
      ["untagged", "sinceImagePushed", 14],
      ["tagged", "imageCountMoreThan", 100],
    ]);
  });

  it("never throws away what runs or can be gone back to, however many builds came after it", () => {
    const settings = { untaggedDays: 14, keptBuilds: 5 };
    for (const { service, tags } of [
      { service: args.services[0]!, tags: ["2.8.4", "2.9.0"] },
      { service: args.services[1]!, tags: ["1.0.0"] },
      { service: { name: "unreleased", kind: "http" as const }, tags: [] },
    ]) {
      const { rules } = lifecyclePolicy(settings, tagsInUse(service, args.running));
      const builds = rules.at(-1)!;
      // A tag stands on one image, so its rule expires nothing; coming first, it keeps the others from doing so.
      const kept = rules.filter(({ selection }) => selection.tagStatus === "tagged").slice(0, -1);
      assert.deepEqual(
        kept.map(({ selection }) => (selection as { tagPatternList?: string[] }).tagPatternList),
        tags.map((tag) => [tag]),
      );
      for (const { rulePriority } of kept) assert.ok(rulePriority < builds.rulePriority);
    }
    // Going back exchanges the two and must change nothing but the Rollout.
    const { image, previousImage } = args.running.services.dashboard!;
    const back = { ...args.running, services: { dashboard: { image: previousImage, previousImage: image } } };
    assert.deepEqual(tagsInUse(args.services[0]!, back), tagsInUse(args.services[0]!, args.running));
  });

  it("gives the caches' templates a role: without one ECR makes no repository under a customer key", async () => {
    const planned = await plan();
    const role = planned.one("aws:iam/role:Role", "images-cache-role");
    assert.deepEqual(planned.json(role, "assumeRolePolicy").Statement[0]?.Principal, { Service: "ecr.amazonaws.com" });
    const policy = planned.one("aws:iam/rolePolicy:RolePolicy", "images-cache-role-policy");
    const [make, use] = planned.json(policy, "policy").Statement;
    assert.deepEqual(
      make?.Resource,
      ["docker.io", "quay.io"].map((registry) => `arn:aws:ecr:us-east-1:111122223333:repository/${registry}/*`),
    );
    assert.equal(use?.Resource, key("data"));
    const templates = planned.all("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate");
    assert.equal(templates.length, 2);
    for (const { name, inputs, dependencies, propertyDependencies } of templates) {
      assert.ok(inputs.customRoleArn, name);
      assert.deepEqual(propertyDependencies.customRoleArn, [role.urn], name);
      assert.ok(dependencies.includes(policy.urn), name);
    }
  });

  it("makes a cache's rule after its template, and after a first value of its login, which ECR reads at once", async () => {
    const planned = await plan();
    const value = planned.one("aws:secretsmanager/secretVersion:SecretVersion");
    assert.deepEqual(value.ignoreChanges, ["secretString", "versionStages"]);
    assert.ok(!planned.text.includes("accessToken\\\\"), "not even the login of nobody is shown");
    const rule = planned.one("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "images-cache-docker-io");
    assert.ok(rule.dependencies.includes(value.urn));
    for (const cache of ["docker-io", "quay-io"]) {
      const { dependencies } = planned.one(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        `images-cache-${cache}`,
      );
      const template = planned.one(
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        `images-cache-${cache}-template`,
      );
      assert.ok(dependencies.includes(template.urn), cache);
    }
  });

  it("copies its own repositories, not the caches, to the recovery region", async () => {
    const { inputs } = (await plan()).one("aws:ecr/replicationConfiguration:ReplicationConfiguration");
    assert.deepEqual((inputs.replicationConfiguration as { rules: unknown }).rules, [
      {
        destinations: [{ region: "us-west-2", registryId: "111122223333" }],
        repositoryFilters: [{ filter: "trading-platform/", filterType: "PREFIX_MATCH" }],
      },
    ]);
  });

  it("has no cache, role or copy that the settings do not ask for", async () => {
    const planned = await plan({ pullThrough: [], replicate: false });
    const types = new Set(planned.resources.map(({ type }) => type));
    for (const part of ["pullThroughCacheRule", "iam/role", "replicationConfiguration", "secretsmanager"])
      assert.ok(![...types].some((type) => type.includes(part)), part);
  });
});
