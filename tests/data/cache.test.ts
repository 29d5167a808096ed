import assert from "node:assert/strict";
import { Cache } from "../../components/data/cache.ts";
import { accessString } from "../../components/data/cacheAccess.ts";
import { plantedSecret } from "../../plan/cloudOutputs.ts";
import { cacheSchema } from "../../stack/sections/cache.ts";
import { base, key } from "../support/dataArgs.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const plan = (changes: Record<string, unknown> = {}) =>
  planProgram(() => {
    new Cache("cache", {
      ...base,
      settings: cacheSchema.parse({
        nodeType: "cache.r7g.large",
        nodes: 3,
        multiAz: true,
        snapshotRetentionDays: 7,
        ...changes,
      }),
      users: [
        { name: "binance-trader-macd", prefix: "macd", reads: ["regime"] },
        { name: "exporter", ownSecret: true },
      ],
    });
  });

const user = "aws:elasticache/user:User";

describe("data/cache", () => {
  it("is encrypted in rest and transit, fails over, takes snapshots, and is protected", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "cache"), []);
    const { inputs, protect } = planned.one("aws:elasticache/replicationGroup:ReplicationGroup");
    assert.equal(inputs.atRestEncryptionEnabled, true);
    assert.equal(inputs.transitEncryptionMode, "required");
    assert.equal(inputs.kmsKeyId, key("data"));
    assert.equal(inputs.automaticFailoverEnabled, true);
    assert.equal(inputs.numCacheClusters, 3);
    assert.equal(inputs.snapshotRetentionLimit, 7);
    assert.equal(inputs.authToken, undefined, "users have their own passwords");
    assert.equal(protect, true);
    assert.equal(planned.one("aws:elasticache/parameterGroup:ParameterGroup").inputs.family, "valkey8");
    assert.equal((inputs.logDeliveryConfigurations as unknown[]).length, 2);
  });

  it("gives every user a password of its own, kept as a secret", async () => {
    const planned = await plan();
    for (const { inputs } of planned.all(user)) {
      assert.deepEqual(inputs.authenticationMode, { type: "password", passwords: ["[secret]"] });
      assert.equal(inputs.noPasswordRequired, undefined);
    }
    assert.ok(!planned.text.includes(plantedSecret));
    const secrets = planned.all("aws:secretsmanager/secret:Secret").map(({ inputs }) => inputs.name);
    assert.deepEqual(secrets, ["trading-platform/test/cache/exporter"], "services have theirs elsewhere");
  });

  it("lets in nobody but its users, all of them in the one group that it asks", async () => {
    const planned = await plan();
    const group = planned.one("aws:elasticache/userGroup:UserGroup").inputs;
    assert.deepEqual(planned.one("aws:elasticache/replicationGroup:ReplicationGroup").inputs.userGroupIds, [
      group.userGroupId,
    ]);
    const users = planned.all(user).map(({ inputs }) => inputs.userId);
    assert.deepEqual([...(group.userIds as string[])].sort(), users.sort());
  });

  it("has the switched-off default user that Redis demands, and only there", async () => {
    const redis = await plan({ engine: "redis", version: "7.1" });
    const off = redis.all(user).find(({ inputs }) => inputs.userName === "default");
    assert.match(off?.inputs.accessString as string, /^off .*-@all$/);
    assert.ok(!(await plan()).all(user).some(({ inputs }) => inputs.userName === "default"));
  });
});

describe("data/cacheAccess", () => {
  it("opens a service's own keys, reads those it declares, and nothing else", () => {
    const access = accessString({ name: "macd", prefix: "macd", reads: ["regime"] });
    const keys = access.split(" ").filter((word) => /^(~|%)/.test(word));
    assert.deepEqual(keys, ["~macd:*", "%R~regime:*"]);
  });

  it("takes everything away before it gives, and of the dangerous commands gives back the one that clients ask first", () => {
    const words = accessString({ name: "macd", prefix: "macd" }).split(" ");
    assert.ok(words.includes("-@all"));
    assert.ok(words.indexOf("-@all") < words.findIndex((word) => word.startsWith("+")));
    // Spring's readiness asks INFO; without it a service with a cache never becomes ready.
    assert.deepEqual(words.slice(words.indexOf("-@dangerous")), ["-@dangerous", "+info"]);
  });

  it("lets an exporter see no value", () => {
    const words = accessString({ name: "exporter" }).split(" ");
    for (const category of ["+@read", "+@write", "+@all", "+get"]) assert.ok(!words.includes(category), category);
  });
});
