import assert from "node:assert/strict";
import { parse } from "yaml";
import { toYaml } from "../../plan/write/yaml.ts";

describe("the YAML that a plan writes", () => {
  it("means the same to readers of YAML 1.1 (Helm, kubectl, promtool) as to readers of 1.2", () => {
    // NGINX's serverTokens "off" was a boolean to Helm, and its schema refused it.
    const value = { serverTokens: "off", yes: "yes", octal: "010", time: "12:30", plain: "x", flag: true, count: 8 };
    for (const version of ["1.1", "1.2"] as const) assert.deepEqual(parse(toYaml(value), { version }), value);
  });
});
