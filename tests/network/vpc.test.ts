import assert from "node:assert/strict";
import { Vpc, type VpcArgs } from "../../components/network/vpc.ts";
import { createNames } from "../../stack/naming.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const accountId = "111122223333";
const names = createNames({ project: "trading-platform", environment: "test", accountId, region: "us-east-1" });
const args: VpcArgs = {
  cidr: "10.20.0.0/16",
  zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  zoneCapacity: 4,
  subnetPrefixes: { public: 22, private: 19, isolated: 22 },
  nat: "perZone",
  names,
  accountId,
  logs: { retentionDays: 90, keyArn: "arn:aws:kms:us-east-1:111122223333:key/logs" },
  flowLogAggregationSeconds: 60,
  protect: true,
};

const plan = (change: Partial<VpcArgs> = {}) =>
  planProgram(() => {
    new Vpc("network", { ...args, ...change });
  });

const tags = (resource: { inputs: Record<string, unknown> }) => resource.inputs.tags as Record<string, string>;

describe("network/vpc", () => {
  it("has three tiers in each zone, tagged for EKS, and nothing gets a public address by itself", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "network"), []);
    const subnets = planned.all("aws:ec2/subnet:Subnet");
    assert.equal(subnets.length, 9);
    for (const subnet of subnets) {
      assert.equal(subnet.inputs.mapPublicIpOnLaunch, false, subnet.name);
      const tier = tags(subnet).Tier;
      assert.equal(tags(subnet)["kubernetes.io/role/elb"], tier === "public" ? "1" : undefined);
      assert.equal(tags(subnet)["kubernetes.io/role/internal-elb"], tier === "private" ? "1" : undefined);
    }
  });

  it("names subnets by index: zones may be renamed by AWS, identities may not change", async () => {
    const before = (await plan()).all("aws:ec2/subnet:Subnet").map(({ urn }) => urn);
    const after = (await plan({ zones: [...args.zones, "us-east-1d"] })).all("aws:ec2/subnet:Subnet");
    assert.ok(before.every((urn) => after.some((subnet) => subnet.urn === urn)));
    assert.equal(after.length, 12);
  });

  it("sends each zone out through its own gateway, by an address that stays", async () => {
    const planned = await plan();
    const gateways = planned.all("aws:ec2/natGateway:NatGateway");
    assert.equal(gateways.length, 3);
    assert.equal(planned.all("aws:ec2/eip:Eip").filter(({ protect }) => protect).length, 3);
    const routes = planned.all("aws:ec2/route:Route").filter(({ inputs }) => inputs.natGatewayId !== undefined);
    assert.equal(new Set(routes.map(({ inputs }) => inputs.natGatewayId)).size, 3);
  });

  it("with a single gateway sends all zones through it, and keeps one route table per zone", async () => {
    const planned = await plan({ nat: "single" });
    assert.equal(planned.all("aws:ec2/natGateway:NatGateway").length, 1);
    const routes = planned.all("aws:ec2/route:Route").filter(({ inputs }) => inputs.natGatewayId !== undefined);
    assert.equal(routes.length, 3);
    assert.equal(new Set(routes.map(({ inputs }) => inputs.natGatewayId)).size, 1);
  });

  it("takes the addresses that exchanges know already, and allocates none", async () => {
    const natAllocationIds = ["eipalloc-0000000a", "eipalloc-0000000b", "eipalloc-0000000c"];
    const planned = await plan({ natAllocationIds });
    assert.equal(planned.all("aws:ec2/eip:Eip").length, 0);
    const gateways = planned.all("aws:ec2/natGateway:NatGateway");
    assert.deepEqual(gateways.map(({ inputs }) => inputs.allocationId).sort(), natAllocationIds);
  });

  it("gives data stores no way out: their route table has no route", async () => {
    const planned = await plan();
    const isolated = planned.one("aws:ec2/routeTable:RouteTable", "network-isolated-routes");
    for (const { dependencies } of planned.all("aws:ec2/route:Route")) assert.ok(!dependencies.includes(isolated.urn));
    const attached = planned
      .all("aws:ec2/routeTableAssociation:RouteTableAssociation")
      .filter(({ dependencies }) => dependencies.includes(isolated.urn));
    assert.deepEqual(
      attached.map(({ name }) => name),
      [0, 1, 2].map((index) => `network-isolated-${index}-association`),
    );
  });

  it("closes the default group and records all traffic under the key for logs", async () => {
    const planned = await plan();
    const closed = planned.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs;
    assert.deepEqual([closed.ingress, closed.egress], [[], []]);
    const flow = planned.one("aws:ec2/flowLog:FlowLog").inputs;
    assert.deepEqual([flow.trafficType, flow.maxAggregationInterval], ["ALL", 60]);
    const group = planned.one("aws:cloudwatch/logGroup:LogGroup").inputs;
    assert.equal(group.name, "/trading-platform/test/network/flow");
    assert.equal(group.retentionInDays, 90);
    assert.equal(group.kmsKeyId, args.logs.keyArn);
  });

  it("protects what cannot be made again, and only where told to", async () => {
    const kept = (await plan()).resources.filter(({ protect }) => protect).map(({ type }) => type.split(":").at(-1));
    assert.deepEqual([...new Set(kept)].sort(), ["Eip", "Subnet", "Vpc"]);
    assert.ok((await plan({ protect: false })).resources.every(({ protect }) => !protect));
  });

  it("plans a first update too, when no address is known", async () => {
    const first = await planProgram(() => {
      new Vpc("network", args);
    }, "first");
    assert.equal(first.all("aws:ec2/natGateway:NatGateway").length, 3);
  });
});
