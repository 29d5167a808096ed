import assert from "node:assert/strict";
import { Buckets, deliveryStatements } from "../../components/data/buckets.ts";
import { bucketsSchema } from "../../stack/sections/buckets.ts";
import { base } from "../support/dataArgs.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const plan = () =>
  planProgram(() => {
    new Buckets("buckets", {
      ...base,
      settings: bucketsSchema.parse({ logsExpireAfterDays: 400, backupsExpireAfterDays: 60 }),
      shared: [{ name: "models", sensitivity: "confidential" }],
    });
  });

describe("data/buckets", () => {
  it("makes the platform's four and the catalog's, named in advance and protected", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "buckets"), []);
    const buckets = planned.all("aws:s3/bucket:Bucket");
    assert.deepEqual(
      buckets.map(({ inputs }) => inputs.bucket).sort(),
      ["access-logs", "artifacts", "backups", "logs", "models"].map((purpose) => base.names.bucket(purpose)),
    );
    assert.ok(buckets.every(({ protect }) => protect));
  });

  it("logs accesses to every bucket but the one that receives them", async () => {
    const planned = await plan();
    const logged = planned.all("aws:s3/bucketLogging:BucketLogging");
    assert.equal(logged.length, 4);
    const target = base.names.bucket("access-logs");
    assert.ok(logged.every(({ inputs }) => inputs.targetBucket === target && inputs.bucket !== target));
  });

  it("backs up what cannot be made again", async () => {
    const planned = await plan();
    const backedUp = planned
      .all("aws:s3/bucket:Bucket")
      .filter(({ inputs }) => (inputs.tags as Record<string, string>).Backup === "true")
      .map(({ name }) => name)
      .sort();
    assert.deepEqual(backedUp, ["buckets-artifacts-bucket", "buckets-backups-bucket", "buckets-models-bucket"]);
  });

  it("keeps logs, backups and all else as long as the settings say", async () => {
    const planned = await plan();
    const expiration = (purpose: string) => {
      const rules = planned.one(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        `buckets-${purpose}-lifecycle`,
      ).inputs.rules as { expiration?: { days: number } }[];
      return rules[0]?.expiration?.days;
    };
    assert.deepEqual(["access-logs", "logs", "backups", "artifacts"].map(expiration), [400, 400, 60, undefined]);
  });

  it("lets only AWS's delivery services write access logs, and only for this account", () => {
    for (const statement of deliveryStatements("b", "111122223333")) {
      assert.notEqual(statement.Principal, "*");
      assert.match(JSON.stringify([statement.Condition, statement.Resource]), /111122223333/, statement.Sid);
    }
  });
});
