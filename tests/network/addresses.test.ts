import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AddressPlanRequest,
  addressCount,
  addressPlanProblem,
  contains,
  isPrivate,
  networkOf,
  overlapping,
  overlaps,
  parseCidr,
  planAddresses,
  prefixOf,
  smallestVpcPrefix,
  subnetTiers,
} from "../../components/network/addresses.ts";

const zoneName = (index: number) => `us-east-1${"abcd"[index]}`;

/** Any request that fits: range, capacity, zones up to the capacity and prefixes that leave room. */
const requests: fc.Arbitrary<AddressPlanRequest> = fc
  .record({
    second: fc.integer({ min: 0, max: 255 }),
    prefix: fc.integer({ min: 12, max: 20 }),
    capacity: fc.constantFrom(1, 2, 4),
    zones: fc.integer({ min: 1, max: 4 }),
    sizes: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
  })
  .map(({ second, prefix, capacity, zones, sizes }) => {
    const block = prefix + Math.log2(capacity);
    const [one, two, three] = sizes.map((size) => block + 2 + size) as [number, number, number];
    return {
      cidr: networkOf(`10.${second}.0.0/${prefix}`),
      zoneCapacity: capacity,
      zones: Array.from({ length: Math.min(zones, capacity) }, (_, index) => zoneName(index)),
      prefixes: { public: one, private: two, isolated: three },
    };
  });

const cidrs = fc
  .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) =>
    networkOf(`${[24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")}/${prefix}`),
  );

describe("network/addresses", () => {
  it("gives each tier a subnet in each zone, of the size asked for", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plan = planAddresses(request);
        assert.equal(plan.length, subnetTiers.length * request.zones.length);
        for (const { tier, index, zone, cidr } of plan) {
          assert.equal(zone, request.zones[index]);
          assert.equal(prefixOf(cidr), request.prefixes[tier]);
        }
      }),
    );
  });

  it("lays every subnet inside the VPC, on its own boundary, apart from all others", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plan = planAddresses(request);
        for (const [position, { cidr }] of plan.entries()) {
          assert.ok(contains(request.cidr, cidr), `${cidr} in ${request.cidr}`);
          assert.equal(networkOf(cidr), cidr);
          for (const other of plan.slice(position + 1)) {
            assert.ok(!overlaps(cidr, other.cidr), `${cidr} and ${other.cidr}`);
          }
        }
      }),
    );
  });

  it("moves no subnet when a zone is appended", () => {
    fc.assert(
      fc.property(
        requests.filter(({ zones, zoneCapacity }) => zones.length < zoneCapacity),
        (request) => {
          const before = planAddresses(request);
          const after = planAddresses({ ...request, zones: [...request.zones, zoneName(request.zones.length)] });
          assert.equal(after.length, before.length + subnetTiers.length);
          for (const subnet of before) assert.deepEqual(after.find(same(subnet)), subnet);
        },
      ),
    );
  });

  it("is what the stack files' comments say", () => {
    const prefixes = { public: 22, private: 19, isolated: 22 };
    const plan = planAddresses({ cidr: "10.20.0.0/16", zoneCapacity: 4, zones: ["a", "b"], prefixes });
    const lines = plan.map(({ tier, zone, cidr }) => `${tier} ${zone} ${cidr}`);
    assert.deepEqual(lines, [
      "private a 10.20.0.0/19",
      "private b 10.20.64.0/19",
      "public a 10.20.32.0/22",
      "public b 10.20.96.0/22",
      "isolated a 10.20.36.0/22",
      "isolated b 10.20.100.0/22",
    ]);
  });

  it("refuses what does not fit, and says which VPC would", () => {
    const prefixes = { public: 22, private: 19, isolated: 22 };
    const request = { cidr: "10.20.0.0/18", zoneCapacity: 4, zones: ["a"], prefixes };
    assert.match(addressPlanProblem(request)!, /need 10240 addresses, but 10\.20\.0\.0\/18 .* leaves 4096 for each/);
    assert.throws(() => planAddresses(request), /need 10240 addresses/);
    assert.equal(smallestVpcPrefix(4, prefixes), 16);
    assert.equal(addressPlanProblem({ ...request, cidr: "10.20.0.0/16" }), undefined);
    const zones = ["a", "b", "c", "d", "e"];
    assert.match(addressPlanProblem({ ...request, cidr: "10.0.0.0/8", zones })!, /5 zones do not fit/);
  });

  it("names the smallest VPC that fits: it does, and half of it does not", () => {
    fc.assert(
      fc.property(requests, ({ zoneCapacity, zones, prefixes }) => {
        const prefix = smallestVpcPrefix(zoneCapacity, prefixes);
        const request = { zoneCapacity, zones, prefixes };
        assert.equal(addressPlanProblem({ ...request, cidr: `0.0.0.0/${prefix}` }), undefined);
        assert.notEqual(addressPlanProblem({ ...request, cidr: `0.0.0.0/${prefix + 1}` }), undefined);
      }),
    );
  });
});

describe("network/addresses: ranges", () => {
  it("overlap exactly when one contains the other", () => {
    fc.assert(
      fc.property(cidrs, cidrs, (one, other) => {
        assert.equal(overlaps(one, other), contains(one, other) || contains(other, one));
        assert.equal(overlaps(one, other), overlaps(other, one));
      }),
    );
  });

  it("span as many addresses as their prefix says", () => {
    fc.assert(
      fc.property(cidrs, (cidr) => {
        const { first, last } = parseCidr(cidr);
        assert.equal(last - first + 1, addressCount(prefixOf(cidr)));
      }),
    );
  });

  it("overlap the ranges of one address that they begin and end with, and none beside them", () => {
    const show = (address: number) => networkOf(`${[24, 16, 8, 0].map((bit) => (address >>> bit) & 255).join(".")}/32`);
    const inner = cidrs.filter((cidr) => prefixOf(cidr) > 8 && !cidr.startsWith("0.") && !cidr.startsWith("255."));
    fc.assert(
      fc.property(inner, (cidr) => {
        const { first, last } = parseCidr(cidr);
        for (const address of [first, last]) {
          assert.ok(overlaps(cidr, show(address)) && overlaps(show(address), cidr), show(address));
        }
        for (const address of [first - 1, last + 1]) assert.ok(!overlaps(cidr, show(address)), show(address));
      }),
    );
  });

  it("find the neighbours in the way", () => {
    const neighbours = [
      { name: "production", cidr: "10.30.0.0/16" },
      { name: "office", cidr: "10.8.0.0/16" },
    ];
    assert.deepEqual(overlapping("10.30.128.0/17", neighbours), [neighbours[0]]);
    assert.deepEqual(overlapping("10.20.0.0/16", neighbours), []);
  });

  it("are told from what only looks like one", () => {
    for (const wrong of ["10.0.0.0", "10.0.0.0/33", "10.0.0.256/24", "ten/8", ""]) {
      assert.throws(() => parseCidr(wrong), /is not an IPv4 range/, wrong);
    }
    assert.throws(() => parseCidr("10.0.5.0/16"), /begins at 10\.0\.0\.0\/16/);
  });

  it("know what is private", () => {
    for (const cidr of ["10.20.0.0/16", "172.31.0.0/16", "192.168.4.0/24", "100.64.0.0/10"])
      assert.ok(isPrivate(cidr), cidr);
    for (const cidr of ["8.8.8.0/24", "172.32.0.0/16", "10.0.0.0/7"]) assert.ok(!isPrivate(cidr), cidr);
  });
});

function same(subnet: { tier: string; index: number }) {
  return (other: { tier: string; index: number }) => other.tier === subnet.tier && other.index === subnet.index;
}
