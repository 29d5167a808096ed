import assert from "node:assert/strict";
import * as fc from "fast-check";
import { archetypes } from "../../catalog/archetypes.ts";
import { syntheticServices } from "../../catalog/synthetic.ts";
import type { BucketUse, Catalog, Service } from "../../catalog/types.ts";
import { actionsWithoutResource, identityStatements, secretStatements } from "../../components/workload/identity.ts";
import type { ComponentPlan } from "../support/planProgram.ts";
import { context, planWorkloads } from "./support.ts";

const keys = { dataKeyArn: "arn:aws:kms:us-east-1:111122223333:key/data" };
const here = { names: context.names, region: context.region, ...keys };

interface Statement {
  Action: string | string[];
  Resource: string | string[];
  Condition?: unknown;
}

const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);

/** Everything wrong with statements: wide resources and wide actions, save those of which AWS knows no resource. */
function widthProblems(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ Action, Resource }) => {
    const actions = list(Action);
    const wide = actions.filter((action) => action.includes("*")).map((action) => `action ${action}`);
    if (!list(Resource).includes("*")) return wide;
    return [
      ...wide,
      ...actions.filter((action) => !actionsWithoutResource.includes(action)).map((action) => `${action} on *`),
    ];
  });
}

describe("identities of the services", () => {
  let plan: ComponentPlan;
  let catalog: Catalog;

  before(async () => {
    ({ plan, catalog } = await planWorkloads());
  });

  it("are one role for each service, taken on by its own service account only", () => {
    const inCluster = catalog.services.filter(({ kind }) => archetypes[kind].inCluster);
    const associations = plan.all("aws:eks/podIdentityAssociation:PodIdentityAssociation");
    assert.deepEqual(
      associations.map(({ inputs }) => inputs.serviceAccount).sort(),
      inCluster.map(({ name }) => name).sort(),
    );
    for (const { inputs } of associations) assert.equal(inputs.namespace, "trading");
    const roles = plan.all("aws:iam/role:Role");
    assert.equal(new Set(roles.map(({ inputs }) => inputs.assumeRolePolicy)).size, roles.length);
  });

  it("allow the buckets that the catalog names, and nothing else", () => {
    const policies = plan.all("aws:iam/rolePolicy:RolePolicy");
    const withBuckets = catalog.services.filter(
      ({ kind, uses }) => archetypes[kind].inCluster && uses?.buckets?.length,
    );
    assert.equal(policies.length, withBuckets.length);
    for (const service of withBuckets) {
      const policy = plan.one("aws:iam/rolePolicy:RolePolicy", `workloads-${service.name}-identity-policy`);
      const { Statement } = plan.json(policy, "policy") as unknown as { Statement: Statement[] };
      assert.deepEqual(widthProblems(Statement), [], service.name);
      const arns = service.uses!.buckets!.map(({ bucket }) => context.names.bucketArn(bucket));
      for (const statement of Statement) {
        for (const resource of list(statement.Resource)) {
          const named = arns.some((arn) => resource === arn || resource.startsWith(`${arn}/`));
          assert.ok(named || resource === keys.dataKeyArn, `${service.name}: ${resource}`);
        }
      }
    }
  });

  it("never write what is declared as read, whatever the declarations", () => {
    const use = fc.record<BucketUse>({
      bucket: fc.constantFrom("market-data", "models"),
      access: fc.constantFrom("read", "write", "readWrite"),
      prefix: fc.constantFrom("", "klines/", "a/b/"),
    });
    const [template] = syntheticServices(1);
    fc.assert(
      fc.property(fc.uniqueArray(use, { selector: ({ bucket }) => bucket, maxLength: 2 }), (buckets) => {
        const service: Service = { ...template!, uses: { buckets } };
        const statements = identityStatements(service, here) as Statement[];
        assert.deepEqual(widthProblems(statements), []);
        for (const { bucket, access, prefix } of buckets) {
          const objects = statements.filter(
            ({ Resource }) => Resource === `${context.names.bucketArn(bucket)}/${prefix}*`,
          );
          const actions = objects.flatMap(({ Action }) => list(Action));
          assert.equal(actions.includes("s3:GetObject"), access !== "write");
          assert.equal(actions.includes("s3:PutObject"), access !== "read");
          assert.equal(actions.includes("s3:DeleteObject"), access === "readWrite");
        }
        assert.equal(statements.length > 0, buckets.length > 0);
      }),
    );
  });

  it("let the bot read its own secrets only", () => {
    const bot = catalog.services.find(({ kind }) => kind === "bot")!;
    const secrets = new Map(catalog.secrets.map((secret) => [secret.name, secret]));
    const statements = secretStatements(bot, secrets, { ...here, secretsKeyArn: "arn:aws:kms:…:key/secrets" });
    assert.deepEqual(widthProblems(statements as Statement[]), []);
    assert.deepEqual(
      list(statements[0]!.Resource as string[]).map((arn) => arn.split(":secret:")[1]),
      ["betfair", "binance"].map((name) => `${context.names.secret(`exchanges/${name}`)}-??????`),
    );
  });

  it("would be told off for a star", () => {
    assert.deepEqual(widthProblems([{ Action: "s3:GetObject", Resource: "*" }]), ["s3:GetObject on *"]);
    assert.deepEqual(widthProblems([{ Action: "s3:*", Resource: "arn:aws:s3:::x" }]), ["action s3:*"]);
    assert.deepEqual(widthProblems([{ Action: "ecr:GetAuthorizationToken", Resource: "*" }]), []);
  });

  it("in Kafka cover the declared topics and no others", () => {
    for (const { inputs } of plan.all("kubernetes:kafka.strimzi.io/v1:KafkaUser")) {
      const { metadata, spec } = inputs as {
        metadata: { name: string };
        spec: { authorization: { acls: { resource: Record<string, string>; operations: string[] }[] } };
      };
      const { produce = [], consume = [] } = catalog.services.find(({ name }) => name === metadata.name)!.uses!.topics!;
      const acls = spec.authorization.acls.filter(({ resource }) => resource.type === "topic");
      const of = (operation: string) =>
        acls.filter(({ operations }) => operations.includes(operation)).map(({ resource }) => resource.name);
      assert.deepEqual(of("Write"), [...produce], metadata.name);
      assert.deepEqual(of("Read"), [...consume], metadata.name);
      assert.ok(
        acls.every(({ resource, operations }) => resource.patternType === "literal" && !operations.includes("All")),
      );
    }
  });
});
