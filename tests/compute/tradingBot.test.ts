import assert from "node:assert/strict";
import { shutdownSecondsOf } from "../../catalog/archetypes.ts";
import { exchanges } from "../../catalog/exchanges.ts";
import { secrets } from "../../catalog/secrets.ts";
import service from "../../catalog/services/trading-bot.ts";
import { TradingBot } from "../../components/compute/tradingBot.ts";
import { botSecrets, botSettings } from "../../components/compute/tradingBotConfiguration.ts";
import { botInstanceType, botMemoryMebibytes, botSizes } from "../../components/compute/tradingBotSize.ts";
import { architectureOf } from "../../stack/instanceTypes.ts";
import { tradingBotSchema } from "../../stack/sections/tradingBot.ts";
import { base, key, subnets } from "../support/dataArgs.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const settings = (changes: Record<string, unknown> = {}) =>
  tradingBotSchema.parse({
    purpose: "live",
    imageTag: "1.0.0",
    fixedEgressAddress: true,
    exchangeHosts: "live",
    ...changes,
  });

const plan = (changes: Record<string, unknown> = {}, mode?: "first" | "steady") =>
  planProgram(() => {
    new TradingBot("trading-bot", {
      ...base,
      settings: settings(changes),
      catalog: { services: [service], exchanges, secrets },
    });
  }, mode);

const template = "aws:ec2/launchTemplate:LaunchTemplate";

describe("compute/tradingBot", () => {
  it("is one, never two, and replaced by itself", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "trading-bot"), []);
    const { inputs } = planned.one("aws:autoscaling/group:Group");
    assert.deepEqual([inputs.minSize, inputs.desiredCapacity, inputs.maxSize], [1, 1, 1]);
    const oneAtATime = { minHealthyPercentage: 0, maxHealthyPercentage: 100 };
    assert.deepEqual(inputs.instanceMaintenancePolicy, oneAtATime);
    const { preferences } = inputs.instanceRefresh as { preferences: Record<string, unknown> };
    assert.partialDeepStrictEqual(preferences, oneAtATime, "a new version too");
    assert.deepEqual(inputs.vpcZoneIdentifiers, subnets("private"));
  });

  it("demands session tokens one hop near, has no public address, no key, an encrypted disk and its tags", async () => {
    const { inputs } = (await plan()).one(template);
    assert.deepEqual(inputs.metadataOptions, {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
    const [network] = inputs.networkInterfaces as { associatePublicIpAddress: string }[];
    assert.equal(network?.associatePublicIpAddress, "false");
    assert.equal(inputs.keyName, undefined);
    const [disk] = inputs.blockDeviceMappings as { ebs: Record<string, unknown> }[];
    assert.equal(disk?.ebs.encrypted, "true");
    assert.equal(disk?.ebs.kmsKeyId, key("disks"));
    assert.match(inputs.imageId as string, /^resolve:ssm:.*al2023.*arm64$/);
    assert.equal((inputs.tagSpecifications as { tags: { CostCenter: string } }[])[0]?.tags.CostCenter, "trading");
  });

  it("has user data that is known before anything exists and holds names of secrets, no values", async () => {
    const text = async (mode: "first" | "steady") =>
      Buffer.from((await plan({}, mode)).one(template).inputs.userData as string, "base64").toString();
    const first = await text("first");
    assert.equal(first, await text("steady"));
    assert.match(first, /^REPLACE_AFTER_SECONDS=300$/m, "five minutes, said in seconds");
    assert.match(first, /trading-platform\/test\/exchanges\/binance .*BINANCE_API_KEY=BINANCE_API_KEY/);
    assert.doesNotMatch(first, /AKIA|planted-secret/);
  });

  it("is told its allowed addresses by a parameter, and only where they count", async () => {
    const planned = await plan();
    const parameter = planned.one("aws:ssm/parameter:Parameter").inputs;
    assert.equal(parameter.insecureValue, "203.0.113.1,203.0.113.2");
    assert.equal((await plan({ fixedEgressAddress: false })).all("aws:ssm/parameter:Parameter").length, 0);
  });

  it("may do what its machine needs, what the catalog gives, and nothing on everything but what AWS cannot name", async () => {
    const planned = await plan();
    const { Statement } = planned.json(planned.one("aws:iam/rolePolicy:RolePolicy"), "policy");
    const wide = Statement.filter(({ Resource }) => JSON.stringify(Resource) === '"*"').map(({ Action }) => Action);
    assert.deepEqual(wide, ["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"]);
    assert.ok(Statement.some(({ Sid }) => Sid === "ReadSecrets"));
    const of = (wanted: string) => Statement.find(({ Sid }) => Sid === wanted)?.Resource;
    const place = "us-east-1:111122223333";
    assert.equal(of("PullImage"), `arn:aws:ecr:${place}:repository/trading-platform/trading-bot`);
    const group = planned.one("aws:autoscaling/group:Group").inputs.name;
    const groups = `arn:aws:autoscaling:${place}:autoScalingGroup:*:autoScalingGroupName`;
    assert.equal(of("AskForReplacement"), `${groups}/${group}`, "its own group only");
    const { urn } = planned.one("aws:iam/rolePolicy:RolePolicy");
    assert.ok(planned.one("aws:autoscaling/group:Group").dependencies.includes(urn));
  });
});

describe("compute/tradingBotSize", () => {
  it("offers types of the processor that they stand under", () => {
    for (const [architecture, sizes] of Object.entries(botSizes))
      for (const { instanceType } of Object.values(sizes)) assert.equal(architectureOf(instanceType), architecture);
  });

  it("has for each purpose the size that the requirement sheet asks for", () => {
    for (const sizes of Object.values(botSizes))
      assert.deepEqual(
        Object.entries(sizes).map(([purpose, { instanceType }]) => `${purpose} ${instanceType.split(".")[1]}`),
        ["development small", "backtesting large", "live medium", "lowLatency xlarge"],
      );
  });

  it("takes the table's type unless told otherwise, and leaves the system its memory", () => {
    assert.equal(botInstanceType(settings({ purpose: "lowLatency" })), "c8g.xlarge");
    assert.equal(botInstanceType(settings({ instanceType: "m8g.large" })), "m8g.large");
    assert.equal(botMemoryMebibytes(settings({ purpose: "development" }), 2048), 1536);
    assert.equal(botMemoryMebibytes(settings(), 2048), 2048);
  });
});

describe("compute/tradingBotConfiguration", () => {
  const at = (exchangeHosts: "live" | "test") =>
    botSettings(service, exchanges, { environment: "test", region: "us-east-1", exchangeHosts });

  it("speaks to the sandbox unless told to trade", () => {
    assert.match(at("test").EXCHANGE_BINANCE_HOSTS!, /testnet/);
    assert.doesNotMatch(at("live").EXCHANGE_BINANCE_HOSTS!, /testnet/);
  });

  it("tells the bot its time to stop and the buckets of its latencies, as every service is told", () => {
    const { SHUTDOWN_SECONDS, HISTOGRAM_BUCKETS_SECONDS } = at("test");
    assert.equal(SHUTDOWN_SECONDS, String(shutdownSecondsOf(service)));
    assert.equal(HISTOGRAM_BUCKETS_SECONDS, "0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5");
  });

  it("finds every secret that the bot asks for, and says which one is not there", () => {
    assert.equal(botSecrets(service, secrets, base.names).length, service.secrets.length);
    assert.throws(() => botSecrets(service, [], base.names), /secret "BINANCE_API_KEY"/);
  });
});
