import { networkOf } from "../../components/network/addresses.ts";
import type { Finding } from "../checks.ts";
import type { Settings } from "../settings.ts";

/** Longest common name that a certificate can carry (RFC 5280). */
const longestCertificateName = 64;

/** Where Route 53 writes query logs to. */
const queryLogRegion = "us-east-1";

/** A zone is named when it exists; what needs a zone has one. */
export function checkDns({ dns, environment, gateway }: Settings): Finding[] {
  const findings: Finding[] = [];
  if (environment.domain.length > longestCertificateName) {
    findings.push({
      path: ["environment", "domain"],
      allowed: `at most ${longestCertificateName} characters`,
      hint: "The domain is the common name of its certificate, and that cannot be longer.",
    });
  }
  if (dns.zone === "existing" && dns.zoneId === undefined) {
    findings.push({
      path: ["dns", "zoneId"],
      allowed: "the id of the zone, with zone: existing",
      hint: "aws route53 list-hosted-zones-by-name shows it.",
    });
  }
  if (dns.zone !== "existing" && dns.zoneId !== undefined) {
    findings.push({ path: ["dns", "zoneId"], allowed: `nothing with zone: ${dns.zone}; it belongs to zone: existing` });
  }
  if (dns.healthChecks.enabled && dns.zone === "none") {
    findings.push({
      path: ["dns", "healthChecks", "enabled"],
      allowed: "false with zone: none",
      hint: "Health checks steer the records of a zone.",
    });
  }
  if (dns.healthChecks.enabled && !gateway.public) {
    findings.push({
      path: ["dns", "healthChecks", "enabled"],
      allowed: "false with gateway.public: false",
      hint: "The checks come from the internet and would fail for ever.",
    });
  }
  if (dns.zone === "none" && gateway.balancer === "application") {
    findings.push({
      path: ["dns", "zone"],
      allowed: "own or existing with gateway.balancer: application",
      hint: "That balancer takes only an issued certificate, and the proof for it is published in the zone.",
    });
  }
  if (dns.queryLog && (dns.zone !== "own" || environment.region !== queryLogRegion)) {
    findings.push({
      path: ["dns", "queryLog"],
      allowed: `true only with zone: own in region ${queryLogRegion}`,
      hint: "Route 53 writes query logs to that region alone, where the key for logs must be too.",
    });
  }
  return findings;
}

/** Ranges are whole; load balancers behind the firewall are of this environment. */
export function checkEdge({ edge, environment, gateway }: Settings): Finding[] {
  const { firewall, allowedRanges } = edge;
  const findings: Finding[] = [];
  if (firewall.enabled && gateway.balancer === "network" && firewall.loadBalancerArns.length === 0) {
    findings.push({
      path: ["edge", "firewall", "enabled"],
      allowed: "false with gateway.balancer: network, unless firewall.loadBalancerArns names what it stands before",
      hint: "AWS WAF attaches to an application balancer, never to a network one: it would be paid for and see nothing.",
    });
  }
  allowedRanges.forEach((range, index) => {
    if (networkOf(range) !== range) {
      findings.push({
        path: ["edge", "allowedRanges", index],
        allowed: "the first address of the range and its prefix length",
        nearest: networkOf(range),
      });
    }
  });
  firewall.loadBalancerArns.forEach((arn, index) => {
    const path = ["edge", "firewall", "loadBalancerArns", index];
    const [, , , region, accountId] = arn.split(":");
    if (!firewall.enabled) findings.push({ path, allowed: "nothing with firewall.enabled: false" });
    if (region !== environment.region || accountId !== environment.accountId)
      findings.push({ path, allowed: `a balancer of account ${environment.accountId} in ${environment.region}` });
  });
  return findings;
}
