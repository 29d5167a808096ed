import assert from "node:assert/strict";
import fc from "fast-check";
import { Bucket, type BucketArgs } from "../../components/data/bucket.ts";
import { bucketStatements, lifecycleRules } from "../../components/data/bucketRules.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const keyArn = "arn:aws:kms:us-east-1:111122223333:key/data";

const plan = (args: Partial<BucketArgs> = {}) =>
  planProgram(() => {
    new Bucket("trades", { bucketName: "trades-111122223333", keyArn, dataClass: "backup", protect: false, ...args });
  });

describe("data/bucket", () => {
  it("is private, encrypted with the customer key, versioned, owner-enforced and TLS-only, all children its own", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "trades"), []);
    const block = planned.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs;
    for (const flag of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"])
      assert.equal(block[flag], true, flag);
    const encryption = planned.one(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    );
    assert.deepEqual(encryption.inputs.rules, [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
        bucketKeyEnabled: true,
      },
    ]);
    const versioning = planned.one("aws:s3/bucketVersioning:BucketVersioning").inputs;
    assert.deepEqual(versioning.versioningConfiguration, { status: "Enabled" });
    const policy = planned.json(planned.one("aws:s3/bucketPolicy:BucketPolicy"), "policy");
    assert.ok(policy.Statement.some(({ Effect, Sid }) => Effect === "Deny" && Sid === "OnlyTls"));
    assert.equal(planned.all("aws:s3/bucketLogging:BucketLogging").length, 0);
    assert.equal(
      planned.all("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").length,
      0,
      "no lock unless asked",
    );
  });

  it("uses S3's own key only where there is no customer key: log delivery cannot use one", async () => {
    const planned = await plan({ keyArn: undefined });
    const { rules } = planned.one(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ).inputs;
    assert.deepEqual(rules, [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]);
  });

  it("protects the bucket, and only where told to", async () => {
    assert.equal((await plan({ protect: true })).one("aws:s3/bucket:Bucket").protect, true);
    assert.equal((await plan({ protect: false })).one("aws:s3/bucket:Bucket").protect, false);
  });

  it("locks objects from creation on and then versions them whatever was said", async () => {
    const planned = await plan({ versioned: false, objectLock: { mode: "GOVERNANCE", days: 1 } });
    assert.equal(planned.one("aws:s3/bucket:Bucket").inputs.objectLockEnabled, true);
    const lock = planned.one("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs;
    assert.deepEqual(lock.rule, { defaultRetention: { mode: "GOVERNANCE", days: 1 } });
    assert.deepEqual(planned.one("aws:s3/bucketVersioning:BucketVersioning").inputs.versioningConfiguration, {
      status: "Enabled",
    });
  });

  it("ages and locks objects only once versions are on: S3 refuses a lock before, and old versions mean nothing", async () => {
    const planned = await plan({ objectLock: { mode: "GOVERNANCE", days: 1 } });
    const { urn } = planned.one("aws:s3/bucketVersioning:BucketVersioning");
    for (const kind of ["LifecycleConfiguration", "ObjectLockConfiguration"])
      assert.ok(planned.one(`aws:s3/bucket${kind}:Bucket${kind}`).dependencies.includes(urn), kind);
  });

  it("writes the policy after the public access block: S3 refuses both at the same moment", async () => {
    const planned = await plan();
    const { urn } = planned.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    assert.ok(planned.one("aws:s3/bucketPolicy:BucketPolicy").dependencies.includes(urn));
  });

  it("logs accesses under its own prefix and tags what backups select", async () => {
    const planned = await plan({ accessLogBucket: "access-logs", backup: true });
    assert.equal(planned.one("aws:s3/bucketLogging:BucketLogging").inputs.targetPrefix, "trades-111122223333/");
    assert.deepEqual(planned.one("aws:s3/bucket:Bucket").inputs.tags, { DataClass: "backup", Backup: "true" });
  });

  it("goes to another region with all its parts", async () => {
    const planned = await plan({ region: "us-west-2" });
    for (const { custom, inputs, name } of planned.resources)
      if (custom) assert.equal(inputs.region, "us-west-2", name);
  });
});

describe("data/bucketRules", () => {
  it("moves after 30 and 90 days by default, as the requirement sheet says", () => {
    assert.deepEqual(lifecycleRules({})[0]?.transitions, [
      { days: 30, storageClass: "STANDARD_IA" },
      { days: 90, storageClass: "GLACIER" },
    ]);
  });

  it("never moves an object on or after the day of its deletion", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (expireAfterDays) => {
        const [rule] = lifecycleRules({ expireAfterDays });
        assert.equal(rule?.expiration?.days, expireAfterDays);
        assert.ok((rule?.transitions ?? []).every(({ days }) => days < expireAfterDays));
        assert.notDeepEqual(rule?.transitions, [], "S3 refuses an empty list");
      }),
      { examples: [[30], [31], [90], [91]] },
    );
  });

  it("refuses plain HTTP and old TLS for the bucket and for every object in it, before anything is allowed", () => {
    const [first, modern, ...rest] = bucketStatements("b", [{ Sid: "Extra", Principal: "*", Action: "s3:GetObject" }]);
    assert.deepEqual(first?.Resource, ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]);
    assert.deepEqual(first?.Condition, { Bool: { "aws:SecureTransport": "false" } });
    assert.equal(modern?.Effect, "Deny");
    assert.deepEqual(modern?.Condition, { NumericLessThan: { "s3:TlsVersion": "1.2" } });
    assert.equal(rest.at(-1)?.Sid, "Extra");
  });
});
