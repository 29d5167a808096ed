import assert from "node:assert/strict";
import { loadCatalog } from "../../catalog/load.ts";
import { cacheUsers, databaseRoles } from "../../components/data/accounts.ts";

describe("data/accounts", () => {
  it("gives an account to exactly the services that declare the store, and to the exporter", async () => {
    const catalog = await loadCatalog();
    const { services } = catalog;
    assert.deepEqual(
      databaseRoles(catalog).map(({ name }) => name),
      [...services.flatMap(({ uses }) => uses?.postgres?.role ?? []), "exporter"],
    );
    assert.deepEqual(
      cacheUsers(catalog).map(({ name }) => name),
      [...services.filter(({ uses }) => uses?.cache !== undefined).map(({ name }) => name), "exporter"],
    );
  });

  it("lets a service write its own keys only", async () => {
    const users = cacheUsers(await loadCatalog());
    assert.equal(new Set(users.map(({ prefix }) => prefix)).size, users.length, "no two share a prefix");
  });
});
