/**
 * The address plan: which subnet lies where in the VPC. Pure arithmetic on IPv4 ranges, no Pulumi.
 *
 * The VPC is cut into `zoneCapacity` equal blocks, one per zone by index. Within its block a zone holds one subnet of
 * each tier, the largest first. A zone's addresses depend on nothing but its index, so that appending a zone moves no
 * subnet that exists.
 */

/** Who may be reached from where: `public` from the internet, `private` only outwards by NAT, `isolated` not at all. */
export type SubnetTier = "public" | "private" | "isolated";

/** All tiers; the order decides between subnets of one size. */
export const subnetTiers: readonly SubnetTier[] = ["private", "public", "isolated"];

/** What the address plan is made of. */
export interface AddressPlanRequest {
  /** Range of the VPC, for example `10.20.0.0/16`. */
  cidr: string;
  /** Availability zones in index order. */
  zones: readonly string[];
  /** Number of zones for which room is set aside; a power of two. Changing it renumbers every subnet. */
  zoneCapacity: number;
  /** Prefix length of the subnets of each tier, for example `{ private: 19, public: 22, isolated: 22 }`. */
  prefixes: Readonly<Record<SubnetTier, number>>;
}

/** One subnet of the plan. */
export interface PlannedSubnet {
  tier: SubnetTier;
  /** Index of the zone, counted from 0: the subnet's identity. */
  index: number;
  zone: string;
  cidr: string;
}

/** A range of IPv4 addresses as numbers, both ends included. */
export interface AddressRange {
  first: number;
  last: number;
}

/** A range with the name of whoever uses it. */
export interface NamedRange {
  name: string;
  cidr: string;
}

/** An address range or plan that cannot be. */
export class AddressError extends Error {
  readonly __pulumiRunError = true;
}

/**
 * Computes the subnets of every tier in every zone, tier by tier, zones in index order.
 *
 * @throws AddressError when the zones or the subnets of one zone do not fit
 */
export function planAddresses(request: AddressPlanRequest): PlannedSubnet[] {
  const { zones, zoneCapacity, prefixes } = request;
  const problem = addressPlanProblem(request);
  if (problem !== undefined) throw new AddressError(problem);
  const vpc = parseCidr(request.cidr);
  const blockSize = (vpc.last - vpc.first + 1) / zoneCapacity;
  const offsets = tierOffsets(prefixes);
  return subnetTiers.flatMap((tier) =>
    zones.map((zone, index) => ({
      tier,
      index,
      zone,
      cidr: `${showAddress(vpc.first + index * blockSize + offsets[tier])}/${prefixes[tier]}`,
    })),
  );
}

/** Says why a plan does not fit, as a sentence, or undefined when it does. */
export function addressPlanProblem({ cidr, zones, zoneCapacity, prefixes }: AddressPlanRequest): string | undefined {
  if (zones.length > zoneCapacity) {
    return `${zones.length} zones do not fit: the address plan has room for ${zoneCapacity} (zoneCapacity)`;
  }
  const vpc = parseCidr(cidr);
  const blockSize = (vpc.last - vpc.first + 1) / zoneCapacity;
  const needed = spanOf(prefixes);
  if (needed > blockSize) {
    return `the subnets of one zone need ${needed} addresses, but ${cidr} shared by ${zoneCapacity} zones leaves ${Math.floor(blockSize)} for each`;
  }
  return undefined;
}

/** Longest VPC prefix length (the smallest VPC) that holds the subnets of `zoneCapacity` zones. */
export function smallestVpcPrefix(zoneCapacity: number, prefixes: AddressPlanRequest["prefixes"]): number {
  return 32 - Math.ceil(Math.log2(spanOf(prefixes) * zoneCapacity));
}

/** Parses a range in CIDR form. @throws AddressError when it is malformed or has bits set behind its prefix */
export function parseCidr(cidr: string): AddressRange {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const octets = (match?.slice(1, 5) ?? []).map(Number);
  const prefix = Number(match?.[5]);
  if (match === null || octets.some((octet) => octet > 255) || prefix > 32) {
    throw new AddressError(`"${cidr}" is not an IPv4 range; write an address and a prefix length, as in 10.20.0.0/16.`);
  }
  const first = octets.reduce((address, octet) => address * 256 + octet, 0);
  const size = addressCount(prefix);
  if (first % size !== 0) {
    throw new AddressError(
      `"${cidr}" has bits set behind its prefix; its range begins at ${showAddress(first - (first % size))}/${prefix}.`,
    );
  }
  return { first, last: first + size - 1 };
}

/** Where the range that `cidr` lies in begins, with its prefix; differs from `cidr` when bits are set behind the prefix. */
export function networkOf(cidr: string): string {
  const [address = "", prefix = ""] = cidr.split("/");
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return `${showAddress(number - (number % addressCount(Number(prefix))))}/${prefix}`;
}

/** Ranges that nobody routes on the internet (RFC 1918 and the shared range of RFC 6598). */
export const privateRanges: readonly string[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/** True when the whole range is private. */
export function isPrivate(cidr: string): boolean {
  return privateRanges.some((range) => contains(range, cidr));
}

/** Number of addresses under a prefix length. */
export function addressCount(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** Prefix length of a range in CIDR form. */
export function prefixOf(cidr: string): number {
  return Number(cidr.slice(cidr.indexOf("/") + 1));
}

/** True when two ranges share at least one address. */
export function overlaps(one: string, other: string): boolean {
  const a = parseCidr(one);
  const b = parseCidr(other);
  return a.first <= b.last && b.first <= a.last;
}

/** True when `inner` lies wholly within `outer`. */
export function contains(outer: string, inner: string): boolean {
  const a = parseCidr(outer);
  const b = parseCidr(inner);
  return a.first <= b.first && b.last <= a.last;
}

/** The ranges that share addresses with `cidr`: a route could lead to only one of the two. */
export function overlapping<Range extends NamedRange>(cidr: string, ranges: readonly Range[]): Range[] {
  return ranges.filter((range) => overlaps(cidr, range.cidr));
}

/** Where each tier begins within a zone's block: largest subnet first, so that each lies on its own boundary. */
function tierOffsets(prefixes: AddressPlanRequest["prefixes"]): Record<SubnetTier, number> {
  const offsets = {} as Record<SubnetTier, number>;
  let offset = 0;
  for (const tier of bySize(prefixes)) {
    offsets[tier] = offset;
    offset += addressCount(prefixes[tier]);
  }
  return offsets;
}

function bySize(prefixes: AddressPlanRequest["prefixes"]): SubnetTier[] {
  return [...subnetTiers].sort((a, b) => prefixes[a] - prefixes[b]);
}

function spanOf(prefixes: AddressPlanRequest["prefixes"]): number {
  return subnetTiers.reduce((sum, tier) => sum + addressCount(prefixes[tier]), 0);
}

function showAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
