import assert from "node:assert/strict";
import { overlaps } from "../../components/network/addresses.ts";
import type { Plan } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { modes, planOf, stacks } from "../support/plans.ts";
import { stackSettings } from "../support/platformPlan.ts";

const all = (plan: Plan, type: string) => plan.resources.filter((resource) => resource.type === type);
const tag = ({ inputs }: PlannedResource, key: string) => (inputs.tags as Record<string, string> | undefined)?.[key];

/** The hosts of routes, in a route's own manifest or in the values of a chart that makes one. */
function hostnamesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "hostnames" && Array.isArray(inner) ? (inner as string[]) : hostnamesIn(inner),
  );
}

/**
 * Secrets that cannot lie under a customer key, nor be copied, each with the reason. ECR reads a login of an image cache
 * only under Secrets Manager's own key ("you must use the default aws/secretsmanager encryption key", ECR's user guide),
 * and only in the region of its rule.
 */
const underManagedKey: readonly { name: string; usedBy: string; reason: string }[] = ["docker-hub", "github"].map(
  (login) => ({
    name: `ecr-pullthroughcache/${login}`,
    usedBy: "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    reason: "ECR refuses customer keys for the logins of its pull-through caches",
  }),
);

describe("network and security of the real stacks", () => {
  it("have address ranges apart from each other", () => {
    for (const stack of stacks)
      for (const other of stacks.filter((name) => name !== stack))
        assert.ok(
          !overlaps(stackSettings(stack).network.cidr, stackSettings(other).network.cidr),
          `${stack}, ${other}`,
        );
  });

  for (const stack of stacks) {
    for (const mode of modes) {
      describe(`${stack}, ${mode}`, () => {
        const { environment, network, security } = stackSettings(stack);

        it("has three subnets in each zone and NAT as the settings say", async () => {
          const plan = await planOf(stack, mode);
          assert.equal(all(plan, "aws:ec2/subnet:Subnet").length, environment.zones.length * 3);
          const gateways = network.nat === "single" ? 1 : environment.zones.length;
          assert.equal(all(plan, "aws:ec2/natGateway:NatGateway").length, gateways);
        });

        it("lets no address in or out of a data store's group", async () => {
          const plan = await planOf(stack, mode);
          const data = all(plan, "aws:ec2/securityGroup:SecurityGroup").filter(
            (group) => tag(group, "Tier") === "data",
          );
          assert.ok(data.length >= 4);
          const urns = new Set(data.map(({ urn }) => urn));
          for (const { type, name, inputs, propertyDependencies } of plan.resources) {
            if (!type.startsWith("aws:vpc/securityGroup")) continue;
            if (propertyDependencies.securityGroupId?.some((urn) => urns.has(urn)))
              assert.equal(inputs.cidrIpv4, undefined, name);
          }
        });

        it("opens no way in from the world but 443 and 80, on groups of the edge", async () => {
          const plan = await planOf(stack, mode);
          const edge = new Set(
            all(plan, "aws:ec2/securityGroup:SecurityGroup")
              .filter((group) => tag(group, "Tier") === "edge")
              .map(({ urn }) => urn),
          );
          for (const rule of all(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")) {
            if (rule.inputs.cidrIpv4 !== "0.0.0.0/0" && rule.inputs.cidrIpv6 === undefined) continue;
            assert.ok([80, 443].includes(rule.inputs.fromPort as number), rule.name);
            assert.ok(
              rule.propertyDependencies.securityGroupId?.every((urn) => edge.has(urn)),
              rule.name,
            );
          }
        });

        it("shows a certificate that names every host that the gateway serves", async () => {
          const plan = await planOf(stack, mode);
          const [certificate] = all(plan, "aws:acm/certificate:Certificate");
          const { domainName, subjectAlternativeNames } = certificate!.inputs as Record<string, string[]>;
          const named = new Set([domainName, subjectAlternativeNames!].flat());
          const served = plan.resources
            .filter(({ type }) => type.includes(":HTTPRoute") || type.endsWith(":Release"))
            .flatMap(({ inputs }) => hostnamesIn(inputs));
          assert.ok(served.length >= 4, `${served}`);
          assert.deepEqual(
            [...new Set(served)].filter((host) => !named.has(host)),
            [],
          );
        });

        it("rotates every key, waits before deleting one, and protects it where the environment says so", async () => {
          const keys = all(await planOf(stack, mode), "aws:kms/key:Key");
          assert.ok(keys.length >= 9);
          for (const { name, inputs, protect } of keys) {
            assert.equal(inputs.enableKeyRotation, true, name);
            assert.equal(inputs.deletionWindowInDays, security.keys.deletionWindowDays, name);
            assert.equal(protect, environment.protect, name);
          }
        });

        it("keeps every log group for a time and under a customer key", async () => {
          const logGroups = all(await planOf(stack, mode), "aws:cloudwatch/logGroup:LogGroup");
          assert.ok(logGroups.length >= 3);
          for (const { name, inputs } of logGroups) {
            assert.ok((inputs.retentionInDays as number) > 0, name);
            assert.ok(inputs.kmsKeyId, name);
          }
        });

        it("keeps every secret under a customer key, with copies where the settings say so", async () => {
          const plan = await planOf(stack, mode);
          for (const { urn, name, inputs } of all(plan, "aws:secretsmanager/secret:Secret")) {
            const exception = underManagedKey.find((known) => known.name === inputs.name);
            if (exception !== undefined) {
              assert.equal(inputs.kmsKeyId, undefined, `${name}: ${exception.reason}`);
              assert.equal(inputs.replicas, undefined, name);
              const users = plan.resources.filter(
                ({ type, dependencies }) => !type.endsWith(":SecretVersion") && dependencies.includes(urn),
              );
              assert.deepEqual([...new Set(users.map(({ type }) => type))], [exception.usedBy], name);
              continue;
            }
            assert.ok(inputs.kmsKeyId, `${name}: no customer key, and not on the list of exceptions`);
            const regions = ((inputs.replicas ?? []) as { region: string }[]).map(({ region }) => region);
            assert.deepEqual(regions, security.secrets.replicated ? [environment.recoveryRegion] : [], name);
          }
        });
      });
    }
  }
});
