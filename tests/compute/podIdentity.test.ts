import assert from "node:assert/strict";
import { PodIdentity } from "../../components/compute/podIdentity.ts";
import type { PolicyStatement } from "../../components/policyDocument.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const read: PolicyStatement = { Action: "s3:GetObject", Resource: "arn:aws:s3:::logs/*" };

const plan = (statements: PolicyStatement[]) =>
  planProgram(() => {
    new PodIdentity("loki", { clusterName: "c", namespace: "logging", serviceAccount: "loki", statements });
  });

describe("compute/podIdentity", () => {
  it("lets only Pod Identity take the role on, for that one service account, with session tags", async () => {
    const planned = await plan([read]);
    assert.deepEqual(familyProblems(planned, "loki"), []);
    const { Statement } = planned.json(planned.one("aws:iam/role:Role"), "assumeRolePolicy");
    assert.equal(Statement.length, 1);
    assert.deepEqual(Statement[0], {
      Effect: "Allow",
      Sid: "PodIdentity",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: {
        StringEquals: {
          "aws:RequestTag/kubernetes-namespace": "logging",
          "aws:RequestTag/kubernetes-service-account": "loki",
        },
      },
    });
  });

  it("grants exactly the statements and associates after the policy", async () => {
    const planned = await plan([read]);
    const policy = planned.one("aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(planned.json(policy, "policy").Statement, [{ Effect: "Allow", ...read }]);
    const association = planned.one("aws:eks/podIdentityAssociation:PodIdentityAssociation");
    assert.equal(association.inputs.serviceAccount, "loki");
    assert.ok(association.dependencies.includes(policy.urn), "pods must not start with half an identity");
  });

  it("makes no policy where nothing is granted", async () => {
    assert.equal((await plan([])).all("aws:iam/rolePolicy:RolePolicy").length, 0);
  });
});
