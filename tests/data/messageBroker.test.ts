import assert from "node:assert/strict";
import { MessageBroker } from "../../components/data/messageBroker.ts";
import { plantedSecret } from "../../plan/cloudOutputs.ts";
import { brokerSchema } from "../../stack/sections/broker.ts";
import { base, key, subnets } from "../support/dataArgs.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const plan = (deployment: "single" | "cluster", mode?: "first" | "steady") =>
  planProgram(() => {
    new MessageBroker("broker", {
      ...base,
      settings: brokerSchema.parse({ instanceType: "mq.m7g.large", deployment }),
    });
  }, mode);

const type = "aws:mq/broker:Broker";

describe("data/messageBroker", () => {
  it("is private, under the customer key, logged and protected", async () => {
    const planned = await plan("cluster");
    assert.deepEqual(familyProblems(planned, "broker"), []);
    const { inputs, protect } = planned.one(type);
    assert.equal(inputs.publiclyAccessible, false);
    assert.deepEqual(inputs.encryptionOptions, { kmsKeyId: key("data"), useAwsOwnedKey: false });
    assert.deepEqual(inputs.logs, { general: true });
    assert.equal(inputs.autoMinorVersionUpgrade, true);
    assert.equal(inputs.engineVersion, "4.2");
    assert.equal(protect, true);
  });

  it("stays where it is when a zone is added: a broker that moves is a new one, without its messages", async () => {
    assert.deepEqual((await plan("cluster")).one(type).ignoreChanges, ["subnetIds", "users"]);
    const four = await planProgram(() => {
      new MessageBroker("broker", {
        ...base,
        vpc: { isolatedSubnetIds: [...base.vpc.isolatedSubnetIds, ...base.vpc.isolatedSubnetIds.slice(0, 1)] },
        settings: brokerSchema.parse({ instanceType: "mq.m7g.large", deployment: "cluster" }),
      });
    });
    assert.deepEqual(four.one(type).inputs.subnetIds, subnets("isolated"));
  });

  it("spreads a cluster over all zones and puts a single broker into one", async () => {
    assert.deepEqual((await plan("cluster")).one(type).inputs.subnetIds, subnets("isolated"));
    const { inputs } = (await plan("single")).one(type);
    assert.deepEqual(inputs.subnetIds, subnets("isolated").slice(0, 1));
    assert.equal(inputs.deploymentMode, "SINGLE_INSTANCE");
  });

  it("keeps the administrator's password in Secrets Manager and shows it nowhere", async () => {
    for (const mode of ["first", "steady"] as const) {
      const planned = await plan("cluster", mode);
      assert.ok(!planned.text.includes(plantedSecret));
      const { name } = planned.one("aws:secretsmanager/secret:Secret").inputs;
      assert.equal(name, "trading-platform/test/broker/administrator");
      assert.doesNotMatch(JSON.stringify(planned.one(type).inputs.users), /"password":"(?!\[)/);
    }
  });
});
