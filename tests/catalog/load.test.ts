import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archetypes, metricsOf, slosOf } from "../../catalog/archetypes.ts";
import { assembleCatalog, loadCatalog, servicesDirectory } from "../../catalog/load.ts";
import { startupNeeds, startupOrder } from "../../catalog/order.ts";
import { avroRecord, schemas } from "../../catalog/schemas.ts";
import { syntheticEntries } from "../../catalog/synthetic.ts";
import { ProblemsError } from "../../stack/problem.ts";

/** Names and ports that the requirement sheets fix. */
const requiredPorts: Record<string, number> = {
  "binance-data-collection": 8080,
  "binance-data-storage": 8081,
  "binance-trader-macd": 8082,
  "binance-trader-grid": 8083,
  "data-platform": 8000,
  "ml-platform": 8010,
  "regime-detection": 8020,
  "streaming-platform": 8030,
  "admin-portal": 8100,
};

describe("the catalog", () => {
  it("holds the twelve services of the requirement sheets, with their ports and sizes", async () => {
    const { services } = await loadCatalog();
    const byName = new Map(services.map((service) => [service.name, service]));
    for (const [name, port] of Object.entries(requiredPorts)) assert.equal(byName.get(name)?.port, port, name);
    const system = byName.get("trading-system")!;
    assert.equal(system.replicas, 3);
    assert.deepEqual(system.resources, { cpuMillicores: 2000, memoryMebibytes: 2048 });
    assert.deepEqual(system.autoscaling, { minimum: 2, maximum: 10, cpuPercent: 70, memoryPercent: 80 });
    const dashboard = byName.get("dashboard")!;
    assert.equal(dashboard.replicas, 2);
    assert.deepEqual(dashboard.resources, { cpuMillicores: 1000, memoryMebibytes: 1024 });
    assert.deepEqual(dashboard.autoscaling, { minimum: 2, maximum: 5 });
    assert.equal(byName.get("trading-bot")?.kind, "bot");
    assert.ok(services.length >= Object.keys(requiredPorts).length + 3);
  });

  it("keeps every service within 40 lines", () => {
    for (const file of readdirSync(servicesDirectory)) {
      const lines = readFileSync(join(servicesDirectory, file), "utf8").trimEnd().split("\n").length;
      assert.ok(lines <= 40, `${file} has ${lines} lines; at most 40 are allowed`);
    }
  });

  it("takes a new service from one new file and nothing else", async () => {
    const directory = mkdtempSync(join(tmpdir(), "catalog-"));
    const [entry] = syntheticEntries(1);
    writeFileSync(join(directory, entry!.file), `export default ${JSON.stringify(entry!.value)};\n`);
    const { services } = await loadCatalog(directory);
    assert.deepEqual(
      services.map((service) => service.name),
      ["synthetic-00001"],
    );
  });

  it("says which file Node cannot run, and where", async () => {
    const directory = mkdtempSync(join(tmpdir(), "catalog-"));
    writeFileSync(join(directory, "one.ts"), 'export default {\n  name: "one" ;\n');
    writeFileSync(join(directory, "two.ts"), 'import gone from "../gone.ts";\nexport default gone;\n');
    writeFileSync(join(directory, "three.ts"), "export const three = 3;\n");
    await assert.rejects(loadCatalog(directory), (error: unknown) => {
      assert.ok(error instanceof ProblemsError);
      assert.match(error.message, /catalog\/services\/one\.ts:\d+ {2}file is SyntaxError/);
      assert.match(error.message, /catalog\/services\/two\.ts.* {2}file is Error: Cannot find module .*gone/);
      return true;
    });
    for (const file of ["one.ts", "two.ts"]) rmSync(join(directory, file));
    await assert.rejects(loadCatalog(directory), /catalog\/services\/three\.ts {2}default export is missing/);
  });

  it("starts every service after those that it needs", async () => {
    const { services } = await loadCatalog();
    const order = startupOrder(services).map((service) => service.name);
    assert.equal(order.length, services.length);
    let needs = 0;
    for (const service of services) {
      for (const need of startupNeeds(service)) {
        needs++;
        assert.ok(order.indexOf(need) < order.indexOf(service.name), `${need} before ${service.name}`);
      }
    }
    assert.ok(needs > 0);
  });

  it("gives each service the promises of what it is and uses", async () => {
    const { services } = await loadCatalog();
    for (const service of services) {
      const slos = slosOf(service);
      assert.equal(slos.availability.objectivePercent, 99.9, service.name);
      assert.equal(slos.latency !== undefined, archetypes[service.kind].serves, service.name);
      assert.equal(slos.database !== undefined, service.uses?.postgres !== undefined, service.name);
      assert.equal(slos.cache !== undefined, service.uses?.cache !== undefined, service.name);
      assert.equal(slos.executions !== undefined, service.executesTrades === true, service.name);
      if (service.executesTrades) assert.ok(metricsOf(service).includes("trade_executions_total"), service.name);
    }
    const api = services.find((service) => service.name === "trading-system")!;
    assert.deepEqual(slosOf(api).latency, { objectivePercent: 99, windowDays: 30, thresholdMilliseconds: 100 });
  });

  it("renders each event as an Avro record whose later fields may be absent", () => {
    for (const schema of schemas) {
      const record = avroRecord(schema) as { name: string; fields: { name: string; type: unknown; default?: null }[] };
      assert.match(record.name, /^[A-Z][A-Za-z]+$/);
      for (const field of record.fields) {
        const optional = schema.fields[field.name]!.optional === true;
        assert.equal(Array.isArray(field.type) && field.type[0] === "null", optional, `${schema.name}.${field.name}`);
        assert.equal("default" in field, optional);
      }
    }
  });

  it("takes a thousand services", () => {
    assert.equal(assembleCatalog(syntheticEntries(1000)).services.length, 1000);
  });
});
