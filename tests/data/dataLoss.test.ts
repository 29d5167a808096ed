import assert from "node:assert/strict";
import type { PlannedResource } from "../../plan/resource.ts";
import { isStateful } from "../../plan/stateful.ts";
import { planOf, stacks } from "../support/plans.ts";
import { stackSettings } from "../support/platformPlan.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** What AWS itself must be told, by type, so that it refuses or softens a deletion exactly where Pulumi does. */
const guards: Readonly<Record<string, (inputs: Inputs, protect: boolean) => Record<string, [unknown, unknown]>>> = {
  "aws:rds/instance:Instance": (inputs, protect) => ({
    deletionProtection: [inputs.deletionProtection, protect],
    // A copy has nothing of its own to lose.
    ...(inputs.replicateSourceDb === undefined && {
      skipFinalSnapshot: [inputs.skipFinalSnapshot, !protect],
      finalSnapshotIdentifier: [inputs.finalSnapshotIdentifier !== undefined, protect],
      deleteAutomatedBackups: [inputs.deleteAutomatedBackups, !protect],
    }),
  }),
  "aws:elasticache/replicationGroup:ReplicationGroup": (inputs, protect) => ({
    finalSnapshotIdentifier: [inputs.finalSnapshotIdentifier !== undefined, protect],
  }),
  "aws:eks/cluster:Cluster": (inputs, protect) => ({ deletionProtection: [inputs.deletionProtection, protect] }),
  "aws:ecr/repository:Repository": (inputs, protect) => ({ forceDelete: [inputs.forceDelete, !protect] }),
  "aws:s3/bucket:Bucket": (inputs) => ({ forceDestroy: [inputs.forceDestroy ?? false, false] }),
  "aws:backup/vault:Vault": (inputs) => ({ forceDestroy: [inputs.forceDestroy ?? false, false] }),
  "aws:route53/zone:Zone": (inputs) => ({ forceDestroy: [inputs.forceDestroy ?? false, false] }),
  "aws:secretsmanager/secret:Secret": ({ recoveryWindowInDays = 30 }, protect) => ({
    recoveryWindowInDays: [!protect || Number(recoveryWindowInDays) >= 7, true],
  }),
  "aws:kms/key:Key": (inputs, protect) => ({
    deletionWindowInDays: [!protect || Number(inputs.deletionWindowInDays) >= 14, true],
    bypassPolicyLockoutSafetyCheck: [inputs.bypassPolicyLockoutSafetyCheck ?? false, false],
  }),
};

/** Protected only where it is part of the audit trail. */
const logGroup = "aws:cloudwatch/logGroup:LogGroup";

/** Protected because they cannot be made again, though they hold no data. */
const irreplaceable = [
  "aws:ec2/vpc:Vpc",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/eip:Eip",
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
  logGroup,
];

/** Changes that AWS answers with a new resource and that must therefore never come from a setting that may grow. */
const immovable: Readonly<Record<string, string[]>> = {
  "aws:mq/broker:Broker": ["subnetIds", "users"],
  "aws:rds/proxy:Proxy": ["vpcSubnetIds"],
};

for (const stack of stacks) {
  describe(`what ${stack} could lose`, () => {
    const { protect } = stackSettings(stack).environment;
    let resources: PlannedResource[];
    before(async () => {
      resources = (await planOf(stack)).resources;
    });

    it("AWS refuses a deletion exactly where Pulumi does, and takes a last copy", () => {
      for (const [type, guard] of Object.entries(guards)) {
        const found = resources.filter((resource) => resource.type === type);
        assert.ok(found.length > 0, `no ${type}`);
        for (const { name, inputs } of found)
          for (const [what, [actual, wanted]] of Object.entries(guard(inputs, protect)))
            assert.equal(actual, wanted, `${name} ${what}`);
      }
    });

    it("knows every protected kind of AWS as one with data, or says why it is protected", () => {
      for (const resource of resources.filter(({ type, protect }) => protect && type.startsWith("aws:")))
        assert.ok(isStateful(resource) || irreplaceable.includes(resource.type), resource.name);
    });

    it("protects what could not be made again, all of it", () => {
      for (const type of irreplaceable.filter((each) => each !== logGroup))
        for (const resource of resources.filter((each) => each.type === type))
          assert.equal(resource.protect, protect, resource.name);
    });

    it("keeps volumes when their claims go, where it counts", () => {
      const [storage] = resources.filter(({ type }) => type === "kubernetes:storage.k8s.io/v1:StorageClass");
      assert.equal(storage?.inputs.reclaimPolicy, protect ? "Retain" : "Delete");
    });

    it("moves nothing that cannot move when a zone is added or a password is replaced", () => {
      for (const { type, name, ignoreChanges } of resources)
        for (const field of immovable[type] ?? []) assert.ok(ignoreChanges.includes(field), `${name} ${field}`);
    });
  });
}
