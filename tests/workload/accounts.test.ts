import assert from "node:assert/strict";
import { loadCatalog } from "../../catalog/load.ts";
import type { Catalog, Service, Uses } from "../../catalog/types.ts";
import { schemaOwnersOf } from "../../components/workload/database.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import type { ComponentPlan } from "../support/planProgram.ts";
import { type PlannedObject, planWorkloads } from "./support.ts";

const jobs = (plan: ComponentPlan) => plan.all("kubernetes:batch/v1:Job");
const objectOf = ({ inputs }: PlannedResource) => inputs as unknown as PlannedObject;
const nameOf = (job: PlannedResource) => objectOf(job).metadata.name;
const environmentOf = (job: PlannedResource): Record<string, string> =>
  Object.fromEntries(
    objectOf(job).spec.template.spec.containers[0].env.map(({ name, value }: PlannedObject) => [name, value]),
  );

describe("the jobs that make accounts", () => {
  let plan: ComponentPlan;
  let catalog: Catalog;
  before(async () => {
    ({ plan, catalog } = await planWorkloads());
  });

  /** Names of all jobs when one service uses something else. */
  async function namesWith(name: string, change: (uses: Uses) => Uses): Promise<string[]> {
    const services = catalog.services.map((service) =>
      service.name === name ? { ...service, uses: change(service.uses!) } : service,
    );
    return jobs((await planWorkloads({ catalog: { ...catalog, services } })).plan).map(nameOf);
  }

  it("speak to the database itself, over TLS only, and to the broker over HTTPS", () => {
    const made = jobs(plan).map(environmentOf);
    const database = made.filter(({ PGHOST }) => PGHOST !== undefined);
    assert.ok(database.length > 5);
    for (const { ROLE, PGHOST, PGSSLMODE } of database)
      assert.deepEqual([PGHOST, PGSSLMODE], ["primary.internal", "require"], ROLE);
    const http = made.filter(({ SERVICE_URL }) => SERVICE_URL !== undefined);
    assert.ok(http.length > 2);
    for (const { SERVICE_URL } of http) assert.match(SERVICE_URL!, /^https:\/\//);
  });

  it("start when scripts, logins and ways are there, each with the password that it gives out", () => {
    const ready = plan.resources.filter(
      ({ name }) =>
        /^workloads-provisioning-(scripts|database-administrator|broker-administrator)$/.test(name) ||
        name.startsWith("workloads-provisioning-flows-"),
    );
    assert.equal(ready.length, 6);
    const own = jobs(plan).filter(({ name }) => /-accounts-(database|broker)$/.test(name));
    assert.ok(own.length > 5);
    for (const { name, dependencies } of own) {
      for (const { urn, name: earlier } of ready) assert.ok(dependencies.includes(urn), `${name} before ${earlier}`);
      const password = plan.resources.find((resource) => resource.name === `${name}-secret`)!;
      assert.ok(dependencies.includes(password.urn), name);
    }
    for (const { name, dependencies } of plan.all("kubernetes:kafka.strimzi.io/v1:KafkaUser")) {
      const password = plan.resources.find((resource) => resource.name === name.replace(/-user$/, "-secret"))!;
      assert.ok(dependencies.includes(password.urn), name);
    }
  });

  it("run again exactly when what they do has changed", async () => {
    const before = jobs(plan).map(nameOf);
    const using = (what: keyof Uses) => catalog.services.find(({ uses }) => uses?.[what] !== undefined)!.name;
    const cases: [service: string, system: string, change: (uses: Uses) => Uses][] = [
      [
        using("postgres"),
        "database",
        ({ postgres, ...uses }) => ({ ...uses, postgres: { ...postgres!, poolSize: 77 } }),
      ],
      [using("queues"), "broker", ({ queues, ...uses }) => ({ ...uses, queues: { ...queues, consume: ["another"] } })],
      [using("elasticsearch"), "search", (uses) => ({ ...uses, elasticsearch: { read: ["another-*"] } })],
    ];
    for (const [service, system, change] of cases) {
      const after = await namesWith(service, change);
      assert.deepEqual(
        before.filter((name) => !after.includes(name)).map((name) => name.slice(0, -"-0123456789".length)),
        [`${service}-${system}`],
      );
    }
  });
});

describe("the owner of a database schema", () => {
  it("is the service that says so, whoever else uses it and in whatever order", async () => {
    const { services } = await loadCatalog();
    const owners = schemaOwnersOf(services);
    assert.deepEqual(schemaOwnersOf([...services].reverse()), new Map([...owners].reverse()));
    for (const [schema, role] of owners) {
      const owner = services.find(({ uses }) => uses?.postgres?.role === role) as Service;
      assert.equal(owner.uses!.postgres!.schemas[schema], "own", schema);
    }
  });
});
