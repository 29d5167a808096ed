import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import fc from "fast-check";
import { secrets as catalogSecrets } from "../../catalog/secrets.ts";
import { Secret, type SecretArgs } from "../../components/security/secret.ts";
import { entryDescription, entryName, secretEntries } from "../../components/security/secretEntries.ts";
import { Secrets } from "../../components/security/secrets.ts";
import { plantedSecret } from "../../plan/cloudOutputs.ts";
import { createNames } from "../../stack/naming.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const names = createNames({
  project: "trading-platform",
  environment: "test",
  accountId: "111122223333",
  region: "us-east-1",
});
const keyArn = "arn:aws:kms:us-east-1:111122223333:key/secrets";
const args: SecretArgs = {
  secretName: names.secret("postgres/trading"),
  keyArn,
  description: "Password of a role",
  recoveryWindowDays: 30,
};
const secretType = "aws:secretsmanager/secret:Secret";
const versionType = "aws:secretsmanager/secretVersion:SecretVersion";
const plan = (change: Partial<SecretArgs> = {}) =>
  planProgram(() => {
    new Secret("database", { ...args, ...change });
  });

describe("security/secret", () => {
  it("lies under the customer key, can be brought back, and has the name that others know", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "database"), []);
    const { inputs } = planned.one(secretType);
    assert.equal(inputs.name, "trading-platform/test/postgres/trading");
    assert.deepEqual([inputs.kmsKeyId, inputs.recoveryWindowInDays], [keyArn, 30]);
  });

  it("shows no value, neither a generated one nor one that came as plain text", async () => {
    const generated = await planProgram(() => {
      const password = new random.RandomPassword("password", { length: 40 });
      new Secret("database", { ...args, value: pulumi.jsonStringify({ password: password.result }) });
    });
    assert.equal(generated.one(versionType).inputs.secretString, "[secret]");
    assert.ok(!generated.text.includes(plantedSecret));
    const plain = await plan({ value: "hunter2-in-clear" });
    assert.equal(plain.one(versionType).inputs.secretString, "[secret]");
    assert.ok(!plain.text.includes("hunter2-in-clear"));
  });

  it("without a value is a container for what a person puts there", async () => {
    const planned = await plan();
    assert.equal(planned.all(versionType).length, 0);
    assert.deepEqual(planned.one(secretType).inputs.tags, { Rotation: "external" });
    assert.deepEqual((await plan({ value: "x" })).one(secretType).inputs.tags, { Rotation: "generated" });
  });

  it("rotates on schedule, never at the moment of deployment", async () => {
    const functionArn = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    const planned = await plan({ rotation: { functionArn, everyDays: 30 } });
    const rotation = planned.one("aws:secretsmanager/secretRotation:SecretRotation").inputs;
    assert.deepEqual(rotation.rotationRules, { automaticallyAfterDays: 30 });
    assert.equal(rotation.rotateImmediately, false);
    assert.deepEqual(planned.one(secretType).inputs.tags, { Rotation: "scheduled" });
  });

  it("is copied under the other region's key, and protected when asked", async () => {
    const replica = { region: "us-west-2", keyArn: "arn:aws:kms:us-west-2:111122223333:key/mrk-secrets" };
    const secret = (await plan({ replica, protect: true })).one(secretType);
    assert.deepEqual(secret.inputs.replicas, [{ region: replica.region, kmsKeyId: replica.keyArn }]);
    assert.equal(secret.protect, true);
    assert.equal((await plan()).one(secretType).protect, false);
  });
});

describe("security/secretEntries", () => {
  it("gathers values by entry: each once, none lost", () => {
    const value = fc.record({
      path: fc.constantFrom("exchanges/binance", "exchanges/betfair", "alerting/slack"),
      property: fc.constantFrom("key", "secret", "url"),
      description: fc.constant("text"),
    });
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const entries = secretEntries(values);
        const flat = entries.flatMap(({ path, properties }) => properties.map((property) => `${path} ${property}`));
        assert.equal(new Set(flat).size, flat.length);
        assert.deepEqual(new Set(flat), new Set(values.map(({ path, property }) => `${path} ${property}`)));
      }),
    );
  });

  it("tells the person who fills an entry what it must hold", () => {
    const [binance] = secretEntries(catalogSecrets.filter(({ path }) => path === "exchanges/binance"));
    assert.match(entryDescription(binance!), /BINANCE_API_KEY, BINANCE_API_SECRET, BINANCE_REST_BASE_URL/);
    assert.equal(entryName("exchanges/binance"), "exchanges-binance");
  });
});

describe("security/secrets", () => {
  it("has a place for every secret that a service of the catalog asks for, and no value of any", async () => {
    const planned = await planProgram(() => {
      new Secrets("secrets", {
        names,
        values: catalogSecrets,
        secrets: { keyArn, recoveryWindowDays: 7 },
        protect: true,
      });
    });
    assert.deepEqual(familyProblems(planned, "secrets"), []);
    const made = planned.all(secretType).map(({ inputs }) => inputs.name);
    for (const { path } of catalogSecrets) assert.ok(made.includes(names.secret(path)), path);
    assert.equal(planned.all(versionType).length, 0);
    assert.ok(planned.all(secretType).every(({ protect }) => protect));
  });
});
