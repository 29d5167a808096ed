import assert from "node:assert/strict";
import { keyDescriptions, keyPolicy, keyPurposes } from "../../components/security/keyPolicies.ts";
import { Keys, type KeysArgs } from "../../components/security/keys.ts";
import { createNames } from "../../stack/naming.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const accountId = "111122223333";
const region = "us-east-1";
const names = createNames({ project: "trading-platform", environment: "test", accountId, region });
const args: KeysArgs = {
  names,
  accountId,
  region,
  recoveryRegion: "us-west-2",
  rotationDays: 365,
  deletionWindowDays: 30,
  replicated: ["backups", "secrets"],
  protect: true,
};
const place = { accountId, region, regions: [region, "us-west-2"] };
const list = (value: unknown) => (Array.isArray(value) ? value : [value]) as string[];

/** Actions that open or make data under a key. */
const using = /^kms:(Decrypt|Encrypt|GenerateDataKey|ReEncrypt|\*)/;

/** Keys that a role uses by calling KMS itself: Vault's pods, the control plane of the cluster. */
const usedDirectly = ["vault-unseal", "cluster"];

describe("security/keyPolicies", () => {
  for (const purpose of keyPurposes) {
    describe(purpose, () => {
      const statements = keyPolicy(purpose, place);

      it("leaves administration to the account, so that nobody is locked out", () => {
        const [first] = statements;
        assert.deepEqual(first?.Principal, { AWS: `arn:aws:iam::${accountId}:root` });
        assert.ok(first?.Action.includes("kms:PutKeyPolicy"));
        // By its service-linked role's IAM policy KMS carries rotations over to replicas; the key's policy must count it.
        assert.ok(first?.Action.includes("kms:SynchronizeMultiRegionKey"));
        assert.ok(list(first?.Action).every((action) => !using.test(action) && action !== "kms:CreateGrant"));
      });

      it("has no statement for all actions, and no open principal without a condition", () => {
        for (const { Sid, Action, Principal, Condition } of statements) {
          assert.ok(!list(Action).includes("kms:*"), Sid);
          const open = Principal === "*" || list((Principal as { AWS?: unknown }).AWS).includes("*");
          if (open) assert.ok(Object.keys(Condition?.StringEquals ?? {}).includes("aws:PrincipalArn"), Sid);
        }
      });

      it("lets roles use it only through the services of its purpose", () => {
        for (const { Sid, Action, Principal, Condition } of statements) {
          if (Sid === "DirectUseByIamPolicies" && usedDirectly.includes(purpose)) continue;
          const roles = (Principal as { AWS?: string }).AWS?.endsWith(":root") ?? false;
          if (!roles || !list(Action).some((action) => using.test(action))) continue;
          assert.ok(Condition?.StringEquals?.["kms:ViaService"], Sid);
          assert.equal(Condition?.StringEquals?.["kms:CallerAccount"], accountId, Sid);
        }
      });

      it("grants long-lived use to AWS services only", () => {
        for (const { Sid, Action, Condition } of statements) {
          if (!list(Action).includes("kms:CreateGrant")) continue;
          if (Sid === "GrantsForNewClusters" && purpose === "cluster") continue;
          assert.equal(Condition?.Bool?.["kms:GrantIsForAWSResource"], "true", Sid);
        }
      });

      it("names each statement once, in letters and digits", () => {
        const sids = statements.map(({ Sid }) => Sid!);
        assert.equal(new Set(sids).size, sids.length);
        for (const sid of sids) assert.match(sid, /^[A-Za-z0-9]+$/);
      });

      it("says what it is for", () => assert.ok(keyDescriptions[purpose].length > 0));
    });
  }

  it("lets alarms through to encrypted topics: else they vanish without a trace", () => {
    const services = keyPolicy("notifications", place).flatMap(({ Principal }) =>
      list((Principal as { Service?: unknown }).Service),
    );
    for (const service of ["cloudwatch", "events", "backup", "events.rds", "budgets", "costalerts"])
      assert.ok(services.includes(`${service}.amazonaws.com`), service);
  });

  it("lets CreateCluster make its grant, for which EKS sets no kms:GrantIsForAWSResource", () => {
    const free = keyPurposes.filter((purpose) =>
      keyPolicy(purpose, place).some(
        ({ Action, Condition }) =>
          list(Action).includes("kms:CreateGrant") && Condition?.Bool?.["kms:GrantIsForAWSResource"] === undefined,
      ),
    );
    assert.deepEqual(free, ["cluster"]);
  });

  it("knows both names under which ElastiCache calls KMS", () => {
    const [use] = keyPolicy("data", place).filter(({ Sid }) => Sid === "UseThroughServices");
    const services = list(use?.Condition?.StringEquals?.["kms:ViaService"]);
    for (const service of ["elasticache", "dax"]) assert.ok(services.includes(`${service}.${region}.amazonaws.com`));
  });

  it("knows CloudTrail by its trails, the one source that CloudTrail names to KMS", () => {
    const trails = `arn:aws:cloudtrail:*:${accountId}:trail/*`;
    const own = keyPolicy("audit", place).filter(({ Sid }) => Sid?.startsWith("CloudTrail"));
    assert.deepEqual(
      own.map(({ Action }) => Action),
      ["kms:GenerateDataKey*", "kms:DescribeKey"],
    );
    assert.deepEqual(own[0]?.Condition?.StringLike, { "kms:EncryptionContext:aws:cloudtrail:arn": trails });
    for (const { Condition } of own) {
      assert.deepEqual(Condition?.ArnLike, { "aws:SourceArn": trails });
      assert.equal(Condition?.StringEquals, undefined);
    }
  });

  it("lets CloudWatch Logs of the key's own region write, for this account's groups only", () => {
    const statement = keyPolicy("logs", { ...place, region: "us-west-2" }).at(-1);
    assert.deepEqual(statement?.Principal, { Service: "logs.us-west-2.amazonaws.com" });
    assert.deepEqual(statement?.Condition?.ArnLike, {
      "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:us-west-2:${accountId}:log-group:*`,
    });
  });
});

describe("security/keys", () => {
  const plan = (change: Partial<KeysArgs> = {}) =>
    planProgram(() => {
      new Keys("keys", { ...args, ...change });
    });

  it("makes one rotating, protected key per purpose, with a known alias", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "keys"), []);
    const keys = planned.all("aws:kms/key:Key");
    assert.equal(keys.length, keyPurposes.length);
    for (const { name, protect, inputs } of keys) {
      assert.equal(protect, true, name);
      assert.deepEqual([inputs.enableKeyRotation, inputs.rotationPeriodInDays], [true, 365], name);
      assert.equal(inputs.deletionWindowInDays, 30, name);
      assert.equal(inputs.bypassPolicyLockoutSafetyCheck, undefined, name);
    }
    const alias = planned.one("aws:kms/alias:Alias", "keys-vault-unseal-alias");
    assert.equal(alias.inputs.name, "alias/trading-platform-test/vault-unseal");
  });

  it("replicates the keys of what is copied, with an alias of the same name there", async () => {
    const planned = await plan();
    const replicas = planned.all("aws:kms/replicaKey:ReplicaKey");
    assert.deepEqual(replicas.map(({ inputs }) => (inputs.tags as { Purpose: string }).Purpose).sort(), [
      "backups",
      "secrets",
    ]);
    for (const { name, protect, inputs } of replicas)
      assert.deepEqual([protect, inputs.region], [true, "us-west-2"], name);
    for (const { name, inputs } of planned.all("aws:kms/key:Key")) {
      assert.equal(inputs.multiRegion, ["keys-backups", "keys-secrets"].includes(name), name);
    }
    assert.equal(planned.one("aws:kms/alias:Alias", "keys-backups-replica-alias").inputs.region, "us-west-2");
  });

  it("writes a replica's policy for the services of its own region", async () => {
    const planned = await plan({ replicated: ["logs"] });
    const { Statement } = planned.json(planned.one("aws:kms/replicaKey:ReplicaKey"), "policy");
    assert.deepEqual(Statement.at(-1)?.Principal, { Service: "logs.us-west-2.amazonaws.com" });
  });

  it("says what to do when a copy has no key", async () => {
    await planProgram(() => {
      const keys = new Keys("keys", { ...args, replicated: [] });
      assert.throws(() => keys.recoveryArn("backups"), /add it to security\.keys\.replicated/);
    });
  });
});
