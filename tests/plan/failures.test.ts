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

describe("a program that fails", () => {
  it("fails the plan with its own error", async () => {
    const program = planProgram(() => {
      throw new Error("the address plan does not fit");
    });
    await assert.rejects(program, /^Error: the address plan does not fit$/);
  });

  it("is one that reads what exists already", async () => {
    const program = planProgram(() => {
      aws.s3.Bucket.get("theirs", "bucket-of-others");
    });
    await assert.rejects(program, /reads an existing aws:s3\/bucket:Bucket, which an offline plan cannot answer/);
  });

  it("is one that asks AWS something, for offline nobody answers", async () => {
    const program = planProgram(async () => {
      await aws.getCallerIdentity({}, { async: true });
    });
    await assert.rejects(
      program,
      /calls the provider function aws:.*getCallerIdentity, which an offline plan cannot answer/,
    );
  });
});
