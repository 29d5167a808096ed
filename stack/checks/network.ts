import {
  addressPlanProblem,
  contains,
  isPrivate,
  networkOf,
  overlapping,
  overlaps,
  prefixOf,
  privateRanges,
  smallestVpcPrefix,
} from "../../components/network/addresses.ts";
import type { Finding } from "../checks.ts";
import type { Settings } from "../settings.ts";

/** Ranges are whole, private, large enough and apart; as many NAT gateways as there are zones and addresses for them. */
export function checkNetwork(settings: Settings): Finding[] {
  const ranges = checkRanges(settings);
  // Arithmetic on a range that is none would only say the same thing twice.
  return [...ranges, ...(ranges.length > 0 ? [] : checkPlan(settings)), ...checkNat(settings)];
}

function checkRanges({ network, platform }: Settings): Finding[] {
  const written: [Finding["path"], string][] = [
    [["network", "cidr"], network.cidr],
    [["platform", "serviceCidr"], platform.serviceCidr],
    ...network.reservedRanges.map(({ cidr }, index): [Finding["path"], string] => [
      ["network", "reservedRanges", index, "cidr"],
      cidr,
    ]),
  ];
  return written
    .filter(([, cidr]) => networkOf(cidr) !== cidr)
    .map(([path, cidr]) => ({
      path,
      allowed: "the first address of the range and its prefix length",
      nearest: networkOf(cidr),
    }));
}

function checkPlan({ network, platform, environment }: Settings): Finding[] {
  const { cidr, reservedRanges, zoneCapacity, subnetPrefixes } = network;
  const findings: Finding[] = [];
  if (prefixOf(cidr) < 16 || prefixOf(cidr) > 24) {
    findings.push({ path: ["network", "cidr"], allowed: "a range between /16 and /24" });
  }
  if (!isPrivate(cidr)) {
    findings.push({ path: ["network", "cidr"], allowed: `a range inside ${privateRanges.join(", ")}` });
  }
  const { zones } = environment;
  if (zones.length > zoneCapacity) {
    findings.push({
      path: ["network", "zoneCapacity"],
      allowed: `at least ${zones.length}, the number of zones in environment.zones`,
      hint: "The address plan would have no room for the last zone.",
    });
  } else if (addressPlanProblem({ cidr, zones, zoneCapacity, prefixes: subnetPrefixes }) !== undefined) {
    const problem = addressPlanProblem({ cidr, zones, zoneCapacity, prefixes: subnetPrefixes });
    findings.push({
      path: ["network", "cidr"],
      allowed: `a range of /${smallestVpcPrefix(zoneCapacity, subnetPrefixes)} or larger for these subnets`,
      hint: `As it is, ${problem}. Smaller subnets (network.subnetPrefixes) or fewer zones (network.zoneCapacity) help too.`,
    });
  }
  for (const { name, cidr: taken } of overlapping(cidr, reservedRanges)) {
    findings.push({
      path: ["network", "cidr"],
      allowed: `a range apart from ${taken} (${name}, network.reservedRanges)`,
      hint: "Networks with common addresses can never be connected.",
    });
  }
  return [...findings, ...checkServices({ cidr, services: platform.serviceCidr, reservedRanges })];
}

function checkServices(plan: {
  cidr: string;
  services: string;
  reservedRanges: Settings["network"]["reservedRanges"];
}): Finding[] {
  const { cidr, services, reservedRanges } = plan;
  const path = ["platform", "serviceCidr"];
  const findings: Finding[] = [];
  if (
    prefixOf(services) < 12 ||
    prefixOf(services) > 24 ||
    !privateRanges.slice(0, 3).some((r) => contains(r, services))
  )
    findings.push({ path, allowed: `a range between /12 and /24 inside ${privateRanges.slice(0, 3).join(", ")}` });
  if (overlaps(services, cidr))
    findings.push({ path, allowed: `a range apart from the VPC's (network.cidr, ${cidr})` });
  for (const { name, cidr: taken } of overlapping(services, reservedRanges)) {
    findings.push({
      path,
      allowed: `a range apart from ${taken} (${name}, network.reservedRanges)`,
      hint: "Pods could not reach that neighbour: the cluster would take its addresses for Services.",
    });
  }
  return findings;
}

function checkNat({ network, environment }: Settings): Finding[] {
  const { nat, natAllocationIds } = network;
  const findings: Finding[] = [];
  if (nat === "perZone" && environment.zones.length === 1) {
    findings.push({
      path: ["network", "nat"],
      allowed: "single where environment.zones has one zone",
      hint: "A second zone is what makes a NAT gateway per zone worth its name.",
    });
  }
  const gateways = nat === "single" ? 1 : environment.zones.length;
  if (natAllocationIds.length > 0 && natAllocationIds.length !== gateways) {
    findings.push({
      path: ["network", "natAllocationIds"],
      allowed: `${gateways} allocation ids, one per NAT gateway, or none`,
    });
  }
  return findings;
}
