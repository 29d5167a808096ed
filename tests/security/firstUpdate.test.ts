import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { planOf, stacks } from "../support/plans.ts";

const policyTypes = ["aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"];

/** The order of a plan: what has come about when a resource begins. */
class Order {
  readonly #byUrn: Map<string, PlannedResource>;
  readonly #before = new Map<string, Set<string>>();
  readonly resources: readonly PlannedResource[];

  constructor({ resources }: Plan) {
    this.resources = resources;
    this.#byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  }

  /** URNs of everything that stands before the resource begins. */
  before(urn: string): Set<string> {
    let known = this.#before.get(urn);
    if (known === undefined) {
      known = new Set();
      this.#before.set(urn, known);
      const { dependencies = [], provider = "" } = this.#byUrn.get(urn) ?? {};
      for (const near of [...dependencies, provider]) {
        if (!this.#byUrn.has(near)) continue;
        known.add(near);
        for (const far of this.before(near)) known.add(far);
      }
    }
    return known;
  }

  all(type: string): PlannedResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** Complaints where one of `later` begins before one of `earlier` stands. */
  missing(later: readonly PlannedResource[], earlier: readonly PlannedResource[]): string[] {
    return later.flatMap(({ urn, name }) =>
      earlier
        .filter((resource) => !this.before(urn).has(resource.urn))
        .map((resource) => `${name} does not wait for ${resource.name}`),
    );
  }
}

/** Policies by the URN of the role that they belong to. */
function policiesByRole(order: Order): Map<string, PlannedResource[]> {
  const policies = new Map<string, PlannedResource[]>();
  for (const policy of policyTypes.flatMap((type) => order.all(type)))
    for (const role of policy.propertyDependencies.role ?? [])
      policies.set(role, [...(policies.get(role) ?? []), policy]);
  return policies;
}

for (const stack of stacks) {
  describe(`the first update of ${stack}`, () => {
    let order: Order;
    before(async () => {
      order = new Order(await planOf(stack, "first"));
    });

    it("gives nothing a role before the role's policies: AWS tries roles at once, and some services only once", () => {
      const policies = policiesByRole(order);
      assert.ok(policies.size > 10, `${policies.size} roles with policies`);
      const taken = order.resources.filter(({ type }) => !type.startsWith("aws:iam/") && type.startsWith("aws:"));
      const problems = taken.flatMap((resource) => {
        const roles = Object.values(resource.propertyDependencies).flat();
        return roles.flatMap((role) => order.missing([resource], policies.get(role) ?? []));
      });
      assert.deepEqual(problems, []);
    });

    it("starts machines only where a way out stands: the first boot installs what makes them of use", () => {
      const machines = [...order.all("aws:autoscaling/group:Group"), ...order.all("aws:eks/cluster:Cluster")];
      assert.equal(machines.length, 2);
      const ways = [
        ...order.all("aws:ec2/route:Route").filter(({ propertyDependencies }) => propertyDependencies.natGatewayId),
        ...order.all("aws:ec2/routeTableAssociation:RouteTableAssociation").filter(({ name }) => /private/.test(name)),
      ];
      assert.ok(ways.length >= 4);
      assert.deepEqual(order.missing(machines, ways), []);
    });

    it("starts the bot only when its group's rules stand", () => {
      const rules = ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"]
        .flatMap((type) => order.all(type))
        .filter(({ name }) => name.startsWith("security-groups-trading-bot"));
      assert.ok(rules.length >= 1);
      assert.deepEqual(order.missing(order.all("aws:autoscaling/group:Group"), rules), []);
    });

    it("writes no log before its group stands: what a service makes itself is kept for ever", () => {
      const groups = order.all("aws:cloudwatch/logGroup:LogGroup");
      const named = (part: string) => {
        const found = groups.filter(({ name }) => name.includes(part));
        assert.ok(found.length > 0, part);
        return found;
      };
      assert.deepEqual(
        [
          ...order.missing(order.all("aws:eks/cluster:Cluster"), named("cluster-log")),
          ...order.missing(
            order.all("aws:rds/instance:Instance").filter(({ name }) => name === "postgres-primary"),
            named("postgres-primary-log"),
          ),
          ...order.missing(
            order.all("aws:rds/proxy:Proxy"),
            order.all("aws:rds/proxy:Proxy").length ? named("proxy-log") : [],
          ),
          ...order.missing(order.all("aws:autoscaling/group:Group"), named("trading-bot-log")),
          ...order.missing(order.all("aws:elasticache/replicationGroup:ReplicationGroup"), named("cache-")),
        ],
        [],
      );
    });

    it("lets writers write: bucket and log policies stand before the trail, the query log and the firewall's log", () => {
      const logPolicies = order.all("aws:cloudwatch/logResourcePolicy:LogResourcePolicy");
      const policyOf = (part: string) => logPolicies.filter(({ name }) => name.includes(part));
      const bucket = order.all("aws:s3/bucketPolicy:BucketPolicy").filter(({ name }) => /^audit-trail/.test(name));
      assert.equal(bucket.length, 1);
      assert.deepEqual(
        [
          ...order.missing(order.all("aws:cloudtrail/trail:Trail"), bucket),
          ...order.missing(order.all("aws:route53/queryLog:QueryLog"), policyOf("queries")),
          ...order.missing(
            order.all("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"),
            policyOf("firewall"),
          ),
        ],
        [],
      );
    });

    it("names no topic to a service before the topic's policy lets it publish", () => {
      const policies = order.all("aws:sns/topicPolicy:TopicPolicy").filter(({ name }) => name.includes("warning"));
      assert.equal(policies.length, 1);
      const publishers = ["budgets/budget:Budget", "costexplorer/anomalySubscription:AnomalySubscription"]
        .concat("rds/eventSubscription:EventSubscription")
        .flatMap((type) => order.all(`aws:${type}`));
      assert.equal(publishers.length, 3);
      assert.deepEqual(order.missing(publishers, policies), []);
    });

    it("opens NAT gateways after the internet gateway, and the Kubernetes API to us before the provider needs it", () => {
      const gateways = order.all("aws:ec2/internetGateway:InternetGateway");
      assert.deepEqual(order.missing(order.all("aws:ec2/natGateway:NatGateway"), gateways), []);
      const access = order
        .all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
        .filter(({ name }) => name.includes("deploy"));
      assert.equal(access.length, 1);
      assert.deepEqual(order.missing(order.all("pulumi:providers:kubernetes"), access), []);
    });
  });
}
