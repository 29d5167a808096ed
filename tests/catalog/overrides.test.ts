import assert from "node:assert/strict";
import { loadCatalog } from "../../catalog/load.ts";
import { applyOverrides, releasedOnly } from "../../catalog/overrides.ts";
import type { Catalog, Service } from "../../catalog/types.ts";
import { describeProblem, ProblemsError } from "../../stack/problem.ts";
import { type ServiceOverrides, servicesSchema } from "../../stack/sections/services.ts";

const source = { file: "Pulumi.test.yaml" };
const digest = `sha256:${"a".repeat(64)}`;

describe("what a stack changes about services", () => {
  let catalog: Catalog;

  before(async () => {
    catalog = await loadCatalog();
  });

  function apply(overrides: object, requireDigest = false): Catalog {
    return applyOverrides(catalog, servicesSchema.parse(overrides), source, { requireDigest });
  }

  function find({ services }: Catalog, name: string): Service | undefined {
    return services.find((service) => service.name === name);
  }

  it("is nothing where the stack says nothing", () => {
    assert.deepEqual(apply({}), catalog);
  });

  it("are replicas, single resources and bounds", () => {
    const changed = apply({
      dashboard: { autoscaling: { maximum: 3 }, resources: { memoryMebibytes: 512 } },
      "admin-portal": { replicas: 1 },
    });
    assert.deepEqual(find(changed, "dashboard")!.autoscaling, { minimum: 2, maximum: 3 });
    assert.deepEqual(find(changed, "dashboard")!.resources, { cpuMillicores: 1000, memoryMebibytes: 512 });
    assert.equal(find(changed, "admin-portal")!.replicas, 1);
    assert.equal(find(catalog, "admin-portal")!.replicas, 2, "the catalog itself stays as it is");
  });

  it("lets replicas follow moved bounds", () => {
    assert.equal(find(apply({ "trading-system": { autoscaling: { minimum: 5 } } }), "trading-system")!.replicas, 5);
    assert.equal(find(apply({ "trading-system": { autoscaling: { maximum: 2 } } }), "trading-system")!.replicas, 2);
  });

  it("leaves disabled services out", () => {
    assert.equal(find(apply({ "admin-portal": { enabled: false } }), "admin-portal"), undefined);
  });

  it("knows which services run: alerts about the others would fire from the first minute", () => {
    const overrides = servicesSchema.parse({ dashboard: { image: { tag: "1.0.0" } } });
    const { services } = releasedOnly(catalog, overrides);
    assert.deepEqual(
      services.map(({ name }) => name),
      ["dashboard", "trading-bot"],
    );
  });

  const wrong: [title: string, overrides: object, key: string, says: RegExp, requireDigest?: boolean][] = [
    ["an unknown service", { dashbord: { replicas: 2 } }, "services.dashbord", /did you mean: dashboard/],
    [
      "a tag where digests are required",
      { dashboard: { image: { tag: "1" } } },
      "services.dashboard.image",
      /digest/,
      true,
    ],
    [
      "an image for the bot",
      { "trading-bot": { image: { digest } } },
      "services.trading-bot.image",
      /tradingBot\.imageTag/,
    ],
    ["a bot left out", { "trading-bot": { enabled: false } }, "services.trading-bot.enabled", /in the cluster/],
    ["a bot made two", { "trading-bot": { replicas: 2 } }, "services.trading-bot.replicas", /in the cluster/],
    [
      "a service that another needs",
      { "trading-system": { enabled: false } },
      "services.trading-system.enabled",
      /needs it/,
    ],
    [
      "the owner of a schema that another reads",
      { "binance-data-storage": { enabled: false } },
      "services.binance-data-storage.enabled",
      /trading-system uses its database schema market_data/,
    ],
    [
      "bounds for what does not scale",
      { "admin-portal": { autoscaling: { maximum: 3 } } },
      "services.admin-portal.autoscaling",
      /may scale/,
    ],
    [
      "bounds in the wrong order",
      { dashboard: { autoscaling: { minimum: 9 } } },
      "services.dashboard.autoscaling.minimum",
      /at most the maximum, 5/,
    ],
    ["replicas outside the bounds", { dashboard: { replicas: 9 } }, "services.dashboard.replicas", /from 2 to 5/],
    [
      "a request above the limit",
      { dashboard: { resources: { cpuRequestMillicores: 2000 } } },
      "services.dashboard.resources.cpuRequestMillicores",
      /at most the limit, 1000/,
    ],
  ];
  for (const [title, overrides, key, says, requireDigest] of wrong) {
    it(`is refused with file and key: ${title}`, () => {
      assert.throws(
        () => apply(overrides, requireDigest),
        (error: unknown) => {
          assert.ok(error instanceof ProblemsError);
          const problems = error.problems.filter((candidate) => candidate.key === key);
          assert.ok(problems.length > 0, error.message);
          assert.equal(problems[0]!.file, source.file);
          assert.match(problems.map(describeProblem).join("\n"), says);
          return true;
        },
      );
    });
  }

  it("is refused with the line where the text is at hand", () => {
    const text = "config:\n  p:services:\n    dashboard:\n      replicas: 9\n";
    assert.throws(
      () =>
        applyOverrides(
          catalog,
          servicesSchema.parse({ dashboard: { replicas: 9 } }),
          { ...source, project: "p", text },
          { requireDigest: false },
        ),
      /Pulumi\.test\.yaml:4 {2}services\.dashboard\.replicas is 9/,
    );
  });

  it("takes digests where they are required", () => {
    const overrides: ServiceOverrides = servicesSchema.parse({ dashboard: { image: { tag: "1", digest } } });
    assert.doesNotThrow(() => applyOverrides(catalog, overrides, source, { requireDigest: true }));
  });
});
