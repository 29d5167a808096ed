import assert from "node:assert/strict";
import type { PlannedResource } from "../../plan/resource.ts";
import { modes, planOf, stacks } from "../support/plans.ts";

/** What a resource needs in order to be restored, by type: the plan that finds the tag takes care of the rest. */
const backedUp = ["aws:rds/instance:Instance", "aws:s3/bucket:Bucket"];

async function of(stack: string, type: string, mode: "first" | "steady" = "steady"): Promise<PlannedResource[]> {
  return (await planOf(stack, mode)).resources.filter((resource) => resource.type === type);
}

async function one(stack: string, type: string, name: string): Promise<Record<string, unknown>> {
  const found = (await of(stack, type)).find((resource) => resource.name === name);
  assert.ok(found, `${stack} has no ${name}`);
  return found.inputs;
}

const instance = "aws:rds/instance:Instance";

describe("data and compute of the real stacks", () => {
  it("production survives the loss of a zone, of a region and of a careless moment", async () => {
    const zones = new Set(
      (await of("production", "aws:ec2/subnet:Subnet")).map(({ inputs }) => inputs.availabilityZone),
    );
    assert.equal(zones.size, 3);
    assert.equal((await of("production", "aws:ec2/natGateway:NatGateway")).length, 3, "a way out of each");
    const database = await one("production", instance, "postgres-primary");
    assert.equal(database.multiAz, true);
    assert.equal(database.deletionProtection, true);
    assert.equal(database.backupRetentionPeriod, 35);
    assert.match(String(database.instanceClass), /^db\.r\d+g\.xlarge$/);
    assert.equal((await of("production", instance)).length, 2, "a read replica");
    assert.equal((await of("production", "aws:rds/proxy:Proxy")).length, 1);
    const cache = await one("production", "aws:elasticache/replicationGroup:ReplicationGroup", "cache-group");
    assert.deepEqual([cache.multiAzEnabled, cache.numCacheClusters], [true, 3]);
    const broker = await one("production", "aws:mq/broker:Broker", "broker-broker");
    assert.equal(broker.deploymentMode, "CLUSTER_MULTI_AZ");
    assert.equal((broker.subnetIds as unknown[]).length, 3);
    const cluster = await one("production", "aws:eks/cluster:Cluster", "cluster-cluster");
    assert.equal(cluster.deletionProtection, true);
    assert.equal((cluster.vpcConfig as Record<string, unknown>).endpointPublicAccess, false);
    const copies = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";
    const regions = [
      ...(await of("production", copies)),
      ...(await of("production", "aws:backup/vault:Vault")).filter(({ name }) => name.includes("recovery")),
    ].map(({ inputs }) => inputs.region);
    assert.deepEqual(regions, ["us-west-2", "us-west-2"]);
  });

  it("staging is small, single and can be torn down", async () => {
    const database = await one("staging", instance, "postgres-primary");
    assert.equal(database.multiAz, false);
    assert.equal(database.deletionProtection, false);
    assert.equal(database.backupRetentionPeriod, 7);
    assert.equal((await of("staging", instance)).length, 1);
    const broker = await one("staging", "aws:mq/broker:Broker", "broker-broker");
    assert.equal(broker.deploymentMode, "SINGLE_INSTANCE");
    for (const { name, inputs } of await of("staging", "aws:backup/vaultLockConfiguration:VaultLockConfiguration"))
      assert.equal(inputs.changeableForDays, undefined, `${name} can be lifted`);
  });

  for (const stack of stacks)
    for (const mode of modes)
      describe(`${stack}, ${mode}`, () => {
        it("backs up the database and every bucket that holds what cannot be made again", async () => {
          const tagged = (await planOf(stack, mode)).resources
            .filter(
              ({ type, inputs }) => backedUp.includes(type) && (inputs.tags as Tags | undefined)?.Backup === "true",
            )
            .map(({ name }) => name);
          for (const name of ["postgres-primary", "buckets-backups-bucket", "buckets-models-bucket"])
            assert.ok(tagged.includes(name), name);
        });

        it("starts one trading bot, whose user data is known and holds no secret", async () => {
          const templates = await of(stack, "aws:ec2/launchTemplate:LaunchTemplate", mode);
          assert.equal(templates.length, 1);
          const script = Buffer.from(String(templates[0]!.inputs.userData), "base64").toString();
          assert.match(script, /^#!\/usr\/bin\/bash\n/);
          assert.doesNotMatch(script, /planted-secret|AKIA|\[secret\]|\[unknown\]/);
        });

        it("keeps every log group for a time only, under the key", async () => {
          for (const { name, inputs } of await of(stack, "aws:cloudwatch/logGroup:LogGroup", mode)) {
            assert.ok(Number(inputs.retentionInDays) > 0, name);
            assert.ok(inputs.kmsKeyId, name);
          }
        });

        it("keeps every store away from the internet and under a customer key", async () => {
          for (const { name, inputs } of await of(stack, instance, mode)) {
            assert.equal(inputs.publiclyAccessible, false, name);
            // A replica lies under the key of its source.
            assert.ok(inputs.kmsKeyId ?? inputs.replicateSourceDb, name);
          }
          for (const { inputs } of await of(stack, "aws:mq/broker:Broker", mode))
            assert.equal(inputs.publiclyAccessible, false);
        });
      });
});

type Tags = Readonly<Record<string, string>>;
