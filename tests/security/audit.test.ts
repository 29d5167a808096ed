import assert from "node:assert/strict";
import { AccountBaseline } from "../../components/security/accountBaseline.ts";
import { AuditTrail, type AuditTrailArgs, eventSelectors } from "../../components/security/auditTrail.ts";
import { Keys } from "../../components/security/keys.ts";
import { ThreatDetection } from "../../components/security/threatDetection.ts";
import { createNames } from "../../stack/naming.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const place = { accountId: "111122223333", region: "us-east-1" };
const names = createNames({ project: "trading-platform", environment: "test", ...place });

const plan = (change: Partial<AuditTrailArgs> = {}) =>
  planProgram(() => {
    const keys = new Keys("keys", {
      ...place,
      names,
      recoveryRegion: "us-west-2",
      rotationDays: 365,
      deletionWindowDays: 7,
      replicated: [],
      protect: false,
    });
    new AuditTrail("audit", {
      ...place,
      names,
      keys,
      lockMode: "COMPLIANCE",
      lockDays: 2557,
      auditRetentionDays: 400,
      objectEvents: true,
      accessLogBucket: names.bucket("access-logs"),
      protect: true,
      ...change,
    });
  });

describe("security/auditTrail", () => {
  it("locks its bucket as told and is protected with it", async () => {
    const planned = await plan();
    assert.deepEqual(
      familyProblems(planned, "audit").filter((problem) => !problem.startsWith("keys ")),
      [],
    );
    const lock = planned.one("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs;
    assert.deepEqual(lock.rule, { defaultRetention: { mode: "COMPLIANCE", days: 2557 } });
    assert.equal(planned.one("aws:s3/bucket:Bucket").protect, true);
    const gentle = await plan({ lockMode: "GOVERNANCE", lockDays: 1, protect: false });
    assert.equal(gentle.one("aws:s3/bucket:Bucket").protect, false);
  });

  it("sees all regions and global services, signs its files, and encrypts them with the audit key", async () => {
    const planned = await plan();
    const trail = planned.one("aws:cloudtrail/trail:Trail");
    assert.equal(trail.inputs.isMultiRegionTrail, true);
    assert.equal(trail.inputs.includeGlobalServiceEvents, true);
    assert.equal(trail.inputs.enableLogFileValidation, true);
    assert.deepEqual(trail.propertyDependencies.kmsKeyId, [planned.one("aws:kms/key:Key", "keys-audit").urn]);
    const policy = planned.one("aws:s3/bucketPolicy:BucketPolicy");
    assert.ok(trail.dependencies.includes(policy.urn), "CloudTrail checks the bucket at once");
  });

  it("lets CloudTrail write for this trail only", async () => {
    const planned = await plan();
    const { Statement } = planned.json(planned.one("aws:s3/bucketPolicy:BucketPolicy"), "policy");
    const allowed = Statement.filter(({ Effect }) => Effect === "Allow");
    assert.equal(allowed.length, 2);
    const trailArn = `arn:aws:cloudtrail:us-east-1:111122223333:trail/${planned.one("aws:cloudtrail/trail:Trail").inputs.name}`;
    for (const { Principal, Condition } of allowed) {
      assert.deepEqual(Principal, { Service: "cloudtrail.amazonaws.com" });
      assert.equal((Condition as { StringEquals: Record<string, string> }).StringEquals["aws:SourceArn"], trailArn);
    }
  });

  it("keeps a searchable copy as long as told, under the key for logs, deletable only where told", async () => {
    const planned = await plan();
    const group = planned.one("aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual([group.inputs.retentionInDays, group.inputs.deletionProtectionEnabled], [400, true]);
    assert.deepEqual(group.propertyDependencies.kmsKeyId, [planned.one("aws:kms/key:Key", "keys-logs").urn]);
  });

  it("keeps a log of who reads the audit bucket, in another bucket", async () => {
    const { inputs } = (await plan()).one("aws:s3/bucketLogging:BucketLogging");
    assert.deepEqual([inputs.bucket, inputs.targetBucket], [names.bucket("audit"), names.bucket("access-logs")]);
  });

  it("never records writes to its own bucket or to that one's log: each would make another", () => {
    const [, objects] = eventSelectors({ names, objectEvents: true });
    const fields = (objects as { fieldSelectors: { field: string; notStartsWiths?: string[] }[] }).fieldSelectors;
    assert.deepEqual(fields.find(({ field }) => field === "resources.ARN")?.notStartsWiths, [
      `${names.bucketArn("audit")}/`,
      `${names.bucketArn("access-logs")}/`,
    ]);
    assert.equal(eventSelectors({ names, objectEvents: false }).length, 1);
  });
});

describe("security/threatDetection", () => {
  it("switches on what the settings name; runtime monitoring brings its agents", async () => {
    const planned = await planProgram(() => {
      new ThreatDetection("threats", {
        publishing: "FIFTEEN_MINUTES",
        features: ["RUNTIME_MONITORING", "S3_DATA_EVENTS"],
      });
    });
    assert.deepEqual(familyProblems(planned, "threats"), []);
    assert.equal(planned.one("aws:guardduty/detector:Detector").inputs.enable, true);
    const runtime = planned.one("aws:guardduty/detectorFeature:DetectorFeature", "threats-runtime-monitoring").inputs;
    assert.deepEqual(runtime.additionalConfigurations, [
      { name: "EKS_ADDON_MANAGEMENT", status: "ENABLED" },
      { name: "EC2_AGENT_MANAGEMENT", status: "ENABLED" },
    ]);
    const objects = planned.one("aws:guardduty/detectorFeature:DetectorFeature", "threats-s3-data-events").inputs;
    assert.equal(objects.additionalConfigurations, undefined);
  });
});

describe("security/accountBaseline", () => {
  it("forbids public buckets and encrypts disks in both regions", async () => {
    const planned = await planProgram(() => {
      new AccountBaseline("account", { region: "us-east-1", recoveryRegion: "us-west-2" });
    });
    assert.deepEqual(familyProblems(planned, "account"), []);
    assert.equal(planned.all("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock").length, 1);
    const encrypted = planned.all("aws:ebs/encryptionByDefault:EncryptionByDefault");
    assert.deepEqual(encrypted.map(({ inputs }) => inputs.region).sort(), ["us-east-1", "us-west-2"]);
  });
});
