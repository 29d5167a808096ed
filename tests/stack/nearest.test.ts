import assert from "node:assert/strict";
import { nearest } from "../../stack/nearest.ts";

describe("nearest", () => {
  const keys = ["retentionDays", "multiAz", "instanceClass", "cidr"];
  it("finds the key that was meant", () => {
    assert.equal(nearest("retentiondays", keys), "retentionDays");
    assert.equal(nearest("multiAZ", keys), "multiAz");
    assert.equal(nearest("instanceClas", keys), "instanceClass");
  });
  it("says nothing when nothing is near", () => {
    assert.equal(nearest("flavour", keys), undefined);
    assert.equal(nearest("x", []), undefined);
  });
});
