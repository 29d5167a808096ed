import assert from "node:assert/strict";
import type { PlannedResource } from "../../plan/resource.ts";
import { planOf, stacks } from "../support/plans.ts";
import { stackSettings } from "../support/platformPlan.ts";

/** Services that name no source to compare with, by resource and statement, each with the reason. */
const withoutSource: Readonly<Record<string, string>> = {
  "cluster-roles-node ec2.amazonaws.com": "an instance profile; only principals of this account hand the role over",
  "trading-bot-role ec2.amazonaws.com": "an instance profile; only principals of this account hand the role over",
  "backups-role backup.amazonaws.com": "only principals of this account hand the role over",
  "postgres-proxy-role rds.amazonaws.com": "only principals of this account hand the role over",
  "audit-trail-role cloudtrail.amazonaws.com": "CloudTrail names no source when it takes a role on",
  "images-cache-role ecr.amazonaws.com": "ECR's user guide asks for this trust as it is",
  "buckets-access-logs-policy ApplicationBalancerLogs": "the path carries the account",
  "keys-notifications Events": "EventBridge names no source to KMS",
};

/** Condition keys that hold a service to this account. */
const sources = ["aws:SourceAccount", "aws:SourceArn", "kms:EncryptionContext:aws:logs:arn"];

/** The security group that each kind of machine or store stands in, by the group's logical name. */
const places: Readonly<Record<string, string>> = {
  "aws:ec2/launchTemplate:LaunchTemplate": "trading-bot",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "endpoints",
  "aws:elasticache/replicationGroup:ReplicationGroup": "cache",
  "aws:mq/broker:Broker": "broker",
  "aws:rds/instance:Instance": "database",
  "aws:rds/proxy:Proxy": "database-proxy",
  "kubernetes:eks.amazonaws.com/v1:NodeClass": "workloads",
};

/** The name under which a kind of resource calls KMS, where it is not the service in its type. */
const callsKmsAs: Readonly<Record<string, string>> = {
  "aws:cloudwatch/logGroup:LogGroup": "logs",
};

/** Stars in resources that cannot carry the environment's name. */
const wideArns = [
  /^arn:aws:route53:::change\/\*$/, // changes of records have made-up ids
  /^arn:aws:ec2:\*:\*:(snapshot|volume)\/\*$/, // Auto Mode's, held by the cluster's tag
  /^arn:aws:ecr:[a-z0-9-]+:\d+:repository\/[a-z0-9.]+\.[a-z]+\/\*$/, // image caches, by public registry
];

interface Statement {
  Action: string | string[];
  Resource?: string | string[];
  Sid?: string;
  Effect: string;
  Principal?: { Service?: string | string[] };
  Condition?: Record<string, Record<string, string | string[]>>;
}

const list = (value: unknown) => (value === undefined ? [] : Array.isArray(value) ? value : [value]) as string[];
const nameOf = (urn: string) => urn.split("::").at(-1)!;
const conditionsOf = ({ Condition = {} }: Statement) => Object.values(Condition).flatMap(Object.entries);

function statementsOf({ inputs }: PlannedResource): Statement[] {
  return Object.values(inputs).flatMap((text) =>
    typeof text === "string" && text.startsWith('{"Version"')
      ? (JSON.parse(text) as { Statement: Statement[] }).Statement
      : [],
  );
}

for (const stack of stacks) {
  describe(`who reaches whom in AWS, in ${stack}`, () => {
    const { accountId, name } = stackSettings(stack).environment;
    const ownNames = new RegExp(`trading-platform[-/]${name}\\b`);
    let resources: PlannedResource[];
    let roleStatements: { role: string; statement: Statement }[];
    before(async () => {
      resources = (await planOf(stack)).resources.filter(({ custom }) => custom);
      roleStatements = resources
        .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
        .flatMap((resource) =>
          statementsOf(resource)
            .filter(({ Effect }) => Effect === "Allow")
            .map((statement) => ({ role: resource.name, statement })),
        );
    });

    it("a service of AWS acts for this account only, or is on the list of those that do not say for whom", () => {
      const open = resources.flatMap((resource) =>
        statementsOf(resource)
          .filter(({ Effect, Principal }) => Effect === "Allow" && Principal?.Service !== undefined)
          .filter((statement) => list(statement.Principal?.Service)[0] !== "pods.eks.amazonaws.com")
          .filter(
            (statement) =>
              !conditionsOf(statement).some(
                ([key, value]) => sources.includes(key) && list(value).every((each) => each.includes(accountId)),
              ),
          )
          .map(({ Sid, Principal }) => `${resource.name} ${Sid ?? Principal?.Service}`),
      );
      assert.deepEqual(
        open.filter((name) => withoutSource[name] === undefined),
        [],
      );
    });

    it("a star in what a role may touch stands behind the environment's name, or on the list", () => {
      const wide = roleStatements.flatMap(({ role, statement }) =>
        list(statement.Resource)
          .filter((arn) => arn.length > 1 && arn.includes("*") && !ownNames.test(arn))
          .filter((arn) => !wideArns.some((known) => known.test(arn)))
          .map((arn) => `${role} ${arn}`),
      );
      assert.deepEqual(wide, []);
    });

    it("only who ages its own objects deletes any: nobody who takes snapshots can throw them away", () => {
      const deleting = roleStatements.filter(({ statement }) =>
        list(statement.Action).some((action) => /^s3:Delete/.test(action)),
      );
      for (const { role } of deleting)
        assert.match(role, /^(platform-(stateful-elastic-snapshot|telemetry-loki)|workloads-)/);
    });

    it("who writes DNS records writes hosts and proofs, never a delegation, and cert-manager its proofs only", () => {
      const writing = roleStatements.filter(({ statement }) =>
        list(statement.Action).includes("route53:ChangeResourceRecordSets"),
      );
      assert.equal(writing.length, 2);
      for (const { role, statement } of writing) {
        const held = Object.fromEntries(conditionsOf(statement));
        const types = list(held["route53:ChangeResourceRecordSetsRecordTypes"]);
        const certificates = role.includes("cert-manager");
        assert.deepEqual(types, certificates ? ["TXT"] : ["A", "AAAA", "CNAME", "TXT"], role);
        const recordNames = list(held["route53:ChangeResourceRecordSetsNormalizedRecordNames"]);
        assert.deepEqual(recordNames, certificates ? ["_acme-challenge.*"] : [], role);
      }
    });

    it("a key lets in every service that keeps something under it", () => {
      const keys = new Map(resources.filter(({ type }) => type.startsWith("aws:kms/")).map((key) => [key.urn, key]));
      let checked = 0;
      for (const { type, name, propertyDependencies } of resources) {
        if (!type.startsWith("aws:") || /^aws:(iam|kms)\//.test(type)) continue;
        for (const [property, urns] of Object.entries(propertyDependencies))
          for (const key of urns.flatMap((urn) => keys.get(urn) ?? [])) {
            const own = callsKmsAs[type] ?? type.split(":")[1]!.split("/")[0]!;
            const service = property === "masterUserSecretKmsKeyId" ? "secretsmanager" : own;
            const known = statementsOf(key).flatMap((statement) => [
              ...list(statement.Principal?.Service),
              ...conditionsOf(statement).flatMap(([what, value]) => (what === "kms:ViaService" ? list(value) : [])),
            ]);
            assert.ok(
              known.some((each) => each.startsWith(`${service}.`)),
              `${name} lies under ${key.name}, which does not know ${service}`,
            );
            checked++;
          }
      }
      assert.ok(checked > 50, `${checked} uses of keys`);
    });

    it("every store and machine stands in the security group that was made for it, and in no other of ours", () => {
      const seen = new Set<string>();
      for (const { type, name, inputs, propertyDependencies } of resources) {
        const place = places[type];
        const property = Object.keys(inputs).find((key) => /securityGroup|^networkInterfaces$|^spec$/i.test(key));
        if (place === undefined || property === undefined) continue;
        const groups = (propertyDependencies[property] ?? []).filter((urn) =>
          urn.includes("aws:ec2/securityGroup:SecurityGroup::"),
        );
        assert.deepEqual(groups.map(nameOf), [`security-groups-${place}`], name);
        seen.add(type);
      }
      const made = Object.keys(places).filter((type) => resources.some((resource) => resource.type === type));
      assert.deepEqual([...seen].sort(), made.sort());
    });
  });
}
