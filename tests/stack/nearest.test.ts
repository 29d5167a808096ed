import assert from "node:assert/strict";
import { didYouMean, nearest } from "../../stack/nearest.ts";

describe("nearest", () => {
  const keys = ["retentionDays", "multiAz", "instanceClass", "cidr"];
  it("finds the key that was meant", () => {
    assert.equal(nearest("retentiondays", keys), "retentionDays");
    assert.equal(nearest("multiAZ", keys), "multiAz");
    assert.equal(nearest("instanceClas", keys), "instanceClass");
  });
  it("knows turned letters and beginnings", () => {
    assert.equal(nearest("cidr", ["kafka", "cache", "cird"]), "cird");
    assert.equal(nearest("cahce", ["logs", "cache"]), "cache");
    assert.equal(nearest("prod", ["staging", "production"]), "production");
    assert.equal(didYouMean("prod", ["staging", "production"]), " Did you mean production?");
  });
  it("says nothing when nothing is near", () => {
    assert.equal(nearest("flavour", keys), undefined);
    assert.equal(nearest("x", []), undefined);
    assert.equal(didYouMean("flavour", keys), "");
  });
});
