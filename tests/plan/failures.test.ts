import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { planProgram } from "../support/planProgram.ts";

describe("a registration that fails", () => {
  it("fails the plan, even when nobody waits for the resource", async () => {
    const create = (subjectAlternativeNames: string[]) =>
      planProgram(() => {
        new aws.acm.Certificate("certificate", { domainName: "example.net", subjectAlternativeNames });
      });
    await create([]);
    // The offline cloud answers a certificate by going through its names; a number has none.
    await assert.rejects(create(5 as never), /not iterable/);
  });
});
