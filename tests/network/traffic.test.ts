import assert from "node:assert/strict";
import fc from "fast-check";
import { groupNames, groups, planTraffic, slug, type TrafficRequest } from "../../components/network/traffic.ts";

const request: TrafficRequest = {
  cidr: "10.20.0.0/16",
  allowedRanges: ["0.0.0.0/0"],
  egressPorts: [443, 587, 9443],
  tradingBotEgressPorts: [443],
};
const world = "0.0.0.0/0";
const ports = fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 5 });
const ranges = fc.uniqueArray(fc.constantFrom("0.0.0.0/0", "203.0.113.0/24", "198.51.100.0/24"), { minLength: 1 });
const requests = fc.record({
  cidr: fc.constantFrom("10.20.0.0/16", "192.168.0.0/20"),
  allowedRanges: ranges,
  egressPorts: ports,
  tradingBotEgressPorts: ports,
});

describe("network/traffic", () => {
  it("names no address in any rule of a data store, whatever the settings", () => {
    fc.assert(
      fc.property(requests, (any) => {
        const data = planTraffic(any).filter(({ group }) => groups[group].tier === "data");
        assert.ok(data.length > 0);
        for (const { name, peer } of data) assert.ok("group" in peer, name);
      }),
    );
  });

  it("lets the world in at the edge only, and only on 443 and 80", () => {
    fc.assert(
      fc.property(requests, (any) => {
        for (const { name, group, direction, peer, port } of planTraffic(any)) {
          if (direction !== "ingress" || "group" in peer || peer.cidr === any.cidr) continue;
          assert.equal(group, "edge", name);
          assert.ok(port === 443 || port === 80, name);
        }
      }),
    );
  });

  it("opens both ends of every way between groups, and nothing that has only one", () => {
    const between = planTraffic(request).filter(({ peer }) => "group" in peer);
    for (const rule of between) {
      const partner = between.find(
        (other) =>
          "group" in other.peer &&
          "group" in rule.peer &&
          other.direction !== rule.direction &&
          other.group === rule.peer.group &&
          other.peer.group === rule.group &&
          other.port === rule.port,
      );
      assert.ok(partner, `${rule.name} has no other end`);
    }
  });

  it("gives the bot its ports to the world, one way in from the cluster, and no data store", () => {
    const bot = planTraffic(request).filter(({ group }) => group === "tradingBot");
    assert.deepEqual(
      bot.map(({ direction, peer, port }) => ({ direction, peer, port })),
      [
        { direction: "ingress", peer: { group: "workloads" }, port: 8200 },
        { direction: "egress", peer: { cidr: "0.0.0.0/0" }, port: 443 },
      ],
    );
  });

  it("lets a store answer, not ask: only the proxy has a way out, to its database", () => {
    const out = planTraffic(request).filter(
      ({ group, direction }) => groups[group].tier === "data" && direction === "egress",
    );
    assert.deepEqual(
      out.map(({ group, peer }) => ({ group, peer })),
      [{ group: "databaseProxy", peer: { group: "database" } }],
    );
  });

  it("opens to each store the ports it answers on, and the broker's console and metrics", () => {
    const open = Map.groupBy(
      planTraffic(request).filter(({ group, direction }) => groups[group].tier === "data" && direction === "ingress"),
      ({ group }) => group,
    );
    assert.deepEqual(
      Object.fromEntries([...open].map(([group, rules]) => [group, [...new Set(rules.map(({ port }) => port))]])),
      { database: [5432], databaseProxy: [5432], cache: [6379], broker: [5671, 443, 15671, 15692] },
    );
  });

  it("lets each range in on 443, and on 80 for the redirect", () => {
    const allowedRanges = ["203.0.113.0/24", "198.51.100.0/24"];
    const edge = planTraffic({ ...request, allowedRanges }).filter(({ peer }) => "cidr" in peer && peer.cidr !== world);
    const ways = edge.filter(({ group }) => group === "edge").map(({ peer, port }) => `${Object.values(peer)} ${port}`);
    assert.deepEqual(ways.sort(), allowedRanges.flatMap((range) => [`${range} 443`, `${range} 80`]).sort());
  });

  it("gives every rule a name of its own, fit for a URN, and a description", () => {
    fc.assert(
      fc.property(requests, (any) => {
        const rules = planTraffic(any);
        assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
        for (const { name, description } of rules) {
          assert.match(name, /^[a-z0-9-]+$/);
          assert.match(description, /^[\w .,:/;()-]{1,255}$/, "the characters that EC2 takes");
        }
      }),
    );
  });

  it("describes every group in the characters that EC2 takes", () => {
    for (const group of groupNames) assert.match(groups[group].description, /^[\w .:,/()-]{1,255}$/);
    assert.equal(slug("databaseProxy"), "database-proxy");
  });
});
