import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import fc from "fast-check";
import { Certificates } from "../../components/network/certificates.ts";
import { Dns, type DnsArgs } from "../../components/network/dns.ts";
import { EdgeFirewall, type EdgeFirewallArgs } from "../../components/network/edgeFirewall.ts";
import { Endpoints } from "../../components/network/endpoints.ts";
import { firewallRules } from "../../components/network/firewallRules.ts";
import { groupTag, SecurityGroups } from "../../components/network/securityGroups.ts";
import { groups, planTraffic } from "../../components/network/traffic.ts";
import { Vpc } from "../../components/network/vpc.ts";
import { createNames } from "../../stack/naming.ts";
import { familyProblems, planProgram } from "../support/planProgram.ts";

const accountId = "111122223333";
const region = "us-east-1";
const names = createNames({ project: "trading-platform", environment: "test", accountId, region });
const logs = { retentionDays: 7, keyArn: "arn:aws:kms:us-east-1:111122223333:key/logs" };
const traffic = {
  cidr: "10.20.0.0/16",
  allowedRanges: ["0.0.0.0/0"],
  egressPorts: [443],
  tradingBotEgressPorts: [443],
};

function createVpc() {
  return new Vpc("network", {
    ...traffic,
    zones: ["us-east-1a", "us-east-1b"],
    zoneCapacity: 4,
    subnetPrefixes: { public: 22, private: 19, isolated: 22 },
    nat: "single",
    names,
    accountId,
    logs,
    flowLogAggregationSeconds: 600,
    protect: false,
  });
}

describe("network/securityGroups", () => {
  const plan = () =>
    planProgram(() => {
      new SecurityGroups("groups", { ...traffic, names, vpc: createVpc() });
    });

  it("makes every group with its tier, its known name, and no rule inside it", async () => {
    const planned = await plan();
    const made = planned.all("aws:ec2/securityGroup:SecurityGroup");
    assert.equal(made.length, Object.keys(groups).length);
    for (const { inputs } of made) {
      assert.match((inputs.tags as { Tier: string }).Tier, /^(edge|compute|data)$/);
      assert.deepEqual([inputs.ingress, inputs.egress], [undefined, undefined], "rules are resources of their own");
    }
    assert.equal(groupTag(names, "databaseProxy"), "trading-platform-test-database-proxy");
  });

  it("opens the port of each rule and no other", async () => {
    const planned = await plan();
    for (const { name, direction, port } of planTraffic(traffic)) {
      const kind = direction === "ingress" ? "Ingress" : "Egress";
      const type = `aws:vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`;
      const { fromPort, toPort, ipProtocol } = planned.one(type, `groups-${name}`).inputs;
      assert.deepEqual([fromPort, toPort, ipProtocol], [...(port === "all" ? [0, 65_535] : [port, port]), "tcp"], name);
    }
  });

  it("has no rule on a data group that names an address, in the plan itself", async () => {
    const planned = await plan();
    const data = new Set(
      planned
        .all("aws:ec2/securityGroup:SecurityGroup")
        .filter(({ inputs }) => (inputs.tags as { Tier: string }).Tier === "data")
        .map(({ urn }) => urn),
    );
    assert.equal(data.size, 4);
    const rules = planned.resources.filter(({ type }) => type.startsWith("aws:vpc/securityGroup"));
    const ofData = rules.filter(({ propertyDependencies }) =>
      propertyDependencies.securityGroupId?.some((urn) => data.has(urn)),
    );
    assert.ok(ofData.length >= 7, `${ofData.length} rules`);
    for (const { name, inputs } of ofData) {
      assert.equal(inputs.cidrIpv4, undefined, name);
      assert.ok(inputs.referencedSecurityGroupId, name);
      assert.ok(inputs.description, name);
    }
  });
});

describe("network/endpoints", () => {
  const plan = (interfaceEndpoints: string[]) =>
    planProgram(() => {
      const vpc = createVpc();
      const securityGroups = new SecurityGroups("groups", { ...traffic, names, vpc });
      new Endpoints("endpoints", { vpc, groups: securityGroups, region, accountId, interfaceEndpoints, names });
    });

  it("always reaches S3 privately, from every route table", async () => {
    const planned = await plan([]);
    const s3 = planned.one("aws:ec2/vpcEndpoint:VpcEndpoint").inputs;
    assert.equal(s3.vpcEndpointType, "Gateway");
    assert.equal((s3.routeTableIds as unknown[]).length, planned.all("aws:ec2/routeTable:RouteTable").length);
  });

  it("adds interface endpoints in every zone, for principals of this account only", async () => {
    const planned = await plan(["ecr.api", "sts"]);
    const endpoint = planned.one("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoints-ecr-api");
    assert.equal(endpoint.inputs.serviceName, "com.amazonaws.us-east-1.ecr.api");
    assert.equal(endpoint.inputs.privateDnsEnabled, true);
    assert.equal((endpoint.inputs.subnetIds as unknown[]).length, 2);
    assert.deepEqual(planned.json(endpoint, "policy").Statement[0]?.Condition, {
      StringEquals: { "aws:PrincipalAccount": accountId },
    });
  });
});

describe("network/dns", () => {
  const args: DnsArgs = {
    domain: "test.example.com",
    zone: "own",
    acceleratedRecovery: true,
    queryLog: true,
    logs,
    accountId,
    healthChecks: { enabled: true, hosts: ["api"], path: "/health/ready", intervalSeconds: 10, failureThreshold: 3 },
    protect: true,
  };
  const plan = (change: Partial<DnsArgs> = {}) =>
    planProgram(() => {
      new Dns("dns", { ...args, ...change });
    });

  it("creates the zone protected, logs its queries, and checks the hosts over TLS", async () => {
    const planned = await plan();
    assert.deepEqual(familyProblems(planned, "dns"), []);
    const zone = planned.one("aws:route53/zone:Zone");
    assert.deepEqual([zone.protect, zone.inputs.forceDestroy], [true, false]);
    assert.equal(planned.one("aws:cloudwatch/logGroup:LogGroup").inputs.name, "/aws/route53/test.example.com");
    const check = planned.one("aws:route53/healthCheck:HealthCheck").inputs;
    assert.deepEqual([check.type, check.fqdn, check.enableSni], ["HTTPS", "api.test.example.com", true]);
  });

  it("uses a zone that exists and creates nothing for it", async () => {
    let zoneId: unknown;
    const planned = await planProgram(() => {
      new Dns("dns", {
        ...args,
        zone: "existing",
        zoneId: "Z0123456789",
        healthChecks: { ...args.healthChecks, enabled: false },
      }).zoneId?.apply((id) => {
        zoneId = id;
      });
    });
    assert.equal(zoneId, "Z0123456789");
    assert.deepEqual(
      planned.resources.map(({ name }) => name),
      ["dns"],
    );
  });

  it("does without", async () => {
    const planned = await plan({ zone: "none", healthChecks: { ...args.healthChecks, enabled: false } });
    assert.equal(planned.resources.length, 1);
  });
});

describe("network/certificates", () => {
  const plan = (zoneId?: string, mode: "first" | "steady" = "steady") =>
    planProgram(() => {
      new Certificates("certificates", { domain: "test.example.com", zoneId });
    }, mode);

  it("names every host, no wildcard, with an elliptic key, and proves each by DNS", async () => {
    for (const mode of ["first", "steady"] as const) {
      const planned = await plan("Z0123456789", mode);
      assert.deepEqual(familyProblems(planned, "certificates"), []);
      const certificate = planned.one("aws:acm/certificate:Certificate").inputs;
      const hosts = ["api", "dashboard", "grafana", "jaeger"].map((host) => `${host}.test.example.com`);
      assert.deepEqual([certificate.domainName, certificate.subjectAlternativeNames], ["test.example.com", hosts]);
      assert.equal(certificate.keyAlgorithm, "EC_prime256v1");
      assert.equal(planned.all("aws:route53/record:Record").length, 5);
      assert.equal(planned.all("aws:acm/certificateValidation:CertificateValidation").length, 1);
    }
  });

  it("takes each host's own proof", async () => {
    const record = (await plan("Z0123456789")).one(
      "aws:route53/record:Record",
      "certificates-proof-of-api-test-example-com",
    );
    assert.equal(record.inputs.name, "_validation.api.test.example.com");
  });

  it("gives out the certificate once it is issued, not before: a balancer refuses one that is pending", async () => {
    const planned = await planProgram(() => {
      const { arn } = new Certificates("certificates", { domain: "test.example.com", zoneId: "Z0123456789" });
      new aws.ssm.Parameter("user", { type: "String", value: arn });
    });
    const issued = planned.one("aws:acm/certificateValidation:CertificateValidation");
    assert.ok(planned.one("aws:ssm/parameter:Parameter").dependencies.includes(issued.urn));
  });

  it("leaves the proof to a person where there is no zone", async () => {
    const planned = await plan();
    assert.equal(planned.all("aws:route53/record:Record").length, 0);
    assert.equal(planned.all("aws:acm/certificate:Certificate").length, 1);
  });
});

describe("network/edgeFirewall", () => {
  const args: EdgeFirewallArgs = {
    requestsPerSecond: 100,
    managedRuleGroups: ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"],
    managedRuleAction: "block",
    names,
    logs,
    accountId,
    region,
  };

  it("blocks above 100 requests a second: 30 000 in five minutes", () => {
    const [rate] = firewallRules(args);
    const { statement } = rate as { statement: { rateBasedStatement: object } };
    assert.deepEqual(statement.rateBasedStatement, { limit: 30_000, evaluationWindowSec: 300, aggregateKeyType: "IP" });
    assert.ok((rate as { action: { block?: object } }).action.block);
  });

  it("leaves the size of bodies to the gateway, which knows what each service takes", () => {
    type Rule = { name: string; statement: { managedRuleGroupStatement: { ruleActionOverrides?: object } } };
    const overrides = (group: string) =>
      (firewallRules(args) as Rule[]).find(({ name }) => name === group)!.statement.managedRuleGroupStatement
        .ruleActionOverrides;
    const counted = [{ name: "SizeRestrictions_BODY", actionToUse: { count: {} } }];
    assert.deepEqual(overrides("AWSManagedRulesCommonRuleSet"), counted);
    assert.equal(overrides("AWSManagedRulesSQLiRuleSet"), undefined);
  });

  it("never repeats a priority or a name, and stays within what AWS takes", () => {
    const rules = fc.record({
      requestsPerSecond: fc.integer({ min: 1, max: 6_000_000 }),
      managedRuleGroups: fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 8 }),
      managedRuleAction: fc.constantFrom("block" as const, "count" as const),
    });
    fc.assert(
      fc.property(rules, (request) => {
        const made = firewallRules(request) as { name: string; priority: number; overrideAction?: object }[];
        assert.equal(new Set(made.map(({ priority }) => priority)).size, made.length);
        const limit = request.requestsPerSecond * 300;
        assert.ok(limit >= 10 && limit <= 2_000_000_000);
        const override = request.managedRuleAction === "block" ? { none: {} } : { count: {} };
        for (const { overrideAction } of made.slice(1)) assert.deepEqual(overrideAction, override);
      }),
    );
  });

  it("logs what it refused under a name that AWS takes, without credentials", async () => {
    const planned = await planProgram(() => {
      new EdgeFirewall("firewall", args);
    });
    assert.deepEqual(familyProblems(planned, "firewall"), []);
    const group = planned.one("aws:cloudwatch/logGroup:LogGroup").inputs;
    assert.equal(group.name, "aws-waf-logs-trading-platform-test");
    assert.equal(group.kmsKeyId, logs.keyArn);
    const log = planned.one("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs;
    assert.deepEqual(log.redactedFields, [
      { singleHeader: { name: "authorization" } },
      { singleHeader: { name: "cookie" } },
    ]);
    assert.equal(planned.one("aws:wafv2/webAcl:WebAcl").inputs.scope, "REGIONAL");
  });

  it("stands before the balancers that the settings name", async () => {
    const arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/edge/0123456789abcdef";
    const planned = await planProgram(() => {
      new EdgeFirewall("firewall", { ...args, loadBalancerArns: [arn] });
    });
    assert.equal(planned.one("aws:wafv2/webAclAssociation:WebAclAssociation").inputs.resourceArn, arn);
  });
});
