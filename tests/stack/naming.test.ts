import assert from "node:assert/strict";
import fc from "fast-check";
import { checkName, createNames, NameError, nameLimits, shortRegion } from "../../stack/naming.ts";

const regions = ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-2", "ap-northeast-1", "me-central-1"];
const environment = fc.stringMatching(/^[a-z][a-z0-9-]{0,13}[a-z0-9]$/);
const purpose = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/);

describe("naming", () => {
  it("keeps every bucket name inside S3's limits, for any environment the schema allows", () => {
    fc.assert(
      fc.property(environment, purpose, fc.constantFrom(...regions), (name, what, region) => {
        const bucket = createNames({
          project: "trading-platform",
          environment: name,
          accountId: "111122223333",
          region,
        }).bucket(what);
        assert.ok(bucket.length >= 3 && bucket.length <= 63, `${bucket} has ${bucket.length} characters`);
        assert.match(bucket, nameLimits.bucket.pattern);
      }),
    );
  });

  it("gives different names to different purposes, environments and regions", () => {
    const names = regions.flatMap((region) =>
      ["staging", "production"].flatMap((name) =>
        ["logs", "backups"].map((what) =>
          createNames({ project: "trading-platform", environment: name, accountId: "111122223333", region }).bucket(
            what,
          ),
        ),
      ),
    );
    assert.equal(new Set(names).size, names.length);
  });

  it("shortens regions without collisions", () => {
    assert.equal(shortRegion("us-east-1"), "use1");
    assert.equal(shortRegion("ap-southeast-2"), "apse2");
    assert.equal(new Set(regions.map(shortRegion)).size, regions.length);
  });

  for (const [kind, { maximum, what }] of Object.entries(nameLimits)) {
    it(`refuses a ${what} name of ${maximum + 1} characters and says what to do`, () => {
      assert.throws(
        () => checkName(kind as keyof typeof nameLimits, "a".repeat(maximum + 1)),
        (error: Error) =>
          error instanceof NameError && error.message.includes(String(maximum)) && /Shorten/.test(error.message),
      );
    });
  }

  it("knows AWS's own limits, and takes a name of the last length", () => {
    const longest = { bucket: 63, database: 63, cache: 40, broker: 50, role: 64, vault: 50, release: 53, topic: 256 };
    for (const [kind, length] of Object.entries(longest) as [keyof typeof longest, number][]) {
      assert.equal(checkName(kind, "a".repeat(length)).length, length, kind);
      assert.throws(() => checkName(kind, "a".repeat(length + 1)), NameError, kind);
    }
  });

  it("refuses characters that the service does not take", () => {
    assert.throws(() => checkName("bucket", "Logs_Bucket"), /lower-case letters/);
    assert.throws(() => checkName("firewallLog", "waf-logs"), /aws-waf-logs-/);
  });
});
