import assert from "node:assert/strict";
import { clientAddress, connectionLimit, rateLimit } from "../../components/platform/gatewayPlan.ts";
import type { Plan } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import type { Settings } from "../../stack/settings.ts";
import { planPlatform } from "../support/platformPlan.ts";

type Annotations = { [annotation: string]: string };

function find(plan: Plan, kind: string, name?: string): PlannedResource | undefined {
  return plan.resources.find(
    ({ inputs }) => inputs.kind === kind && (name === undefined || (inputs.metadata as { name: string }).name === name),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: values of a chart have no type
function gatewayValues(plan: Plan): any {
  return plan.resources.find(({ inputs }) => inputs.name === "nginx-gateway-fabric")!.inputs.values;
}

const withBalancer = (
  balancer: Settings["gateway"]["balancer"],
  change: (settings: Settings) => void = () => undefined,
) =>
  planPlatform("staging", {
    change: (settings) => {
      settings.gateway.balancer = balancer;
      change(settings);
    },
  });

describe("the gateway", () => {
  it("behind a network balancer: proxy protocol is sent and understood, nothing else stands before it", async () => {
    const plan = await withBalancer("network");
    const { config, service } = gatewayValues(plan).nginx;
    const annotations: Annotations = service.patches[0].value.metadata.annotations;
    assert.equal(service.loadBalancerClass, "eks.amazonaws.com/nlb");
    assert.match(
      annotations["service.beta.kubernetes.io/aws-load-balancer-target-group-attributes"]!,
      /proxy_protocol_v2.enabled=true/,
    );
    assert.equal(config.rewriteClientIP.mode, "ProxyProtocol");
    assert.equal(find(plan, "Ingress"), undefined);
    assert.equal(
      (find(plan, "Certificate", "edge-tls")!.inputs.spec as { issuerRef: { name: string } }).issuerRef.name,
      "acme",
    );
  });

  it("behind an application balancer: firewall, certificate, access logs; the forwarded address is believed", async () => {
    const plan = await withBalancer("application");
    const { config, service } = gatewayValues(plan).nginx;
    assert.deepEqual([service.type, config.rewriteClientIP.mode], ["ClusterIP", "XForwardedFor"]);
    const annotations = (find(plan, "Ingress")!.inputs.metadata as { annotations: Annotations }).annotations;
    assert.match(annotations["alb.ingress.kubernetes.io/wafv2-acl-arn"]!, /^arn:aws:wafv2/);
    assert.match(annotations["alb.ingress.kubernetes.io/certificate-arn"]!, /^arn:aws:acm/);
    const parameters = JSON.stringify(find(plan, "IngressClassParams")!.inputs.spec);
    assert.match(parameters, /"access_logs.s3.enabled","value":"true"/);
  });

  it("answers a balancer that names no host in its TLS handshake, and only known hosts where clients come themselves", async () => {
    const hostOf = async (balancer: Settings["gateway"]["balancer"]) => {
      const { spec } = find(await withBalancer(balancer), "Gateway", "edge")!.inputs as {
        spec: { listeners: { name: string; hostname?: string }[] };
      };
      return spec.listeners.find(({ name }) => name === "https")!.hostname;
    };
    assert.equal(await hostOf("application"), undefined);
    assert.equal(await hostOf("network"), "*.staging.trading.example.com");
  });

  it("is deleted and reached only as the settings say, whichever balancer stands before it", async () => {
    const allowedRanges = ["203.0.113.0/24"];
    for (const balancer of ["network", "application"] as const)
      for (const deletionProtection of [true, false]) {
        const plan = await withBalancer(balancer, ({ gateway, edge }) => {
          gateway.deletionProtection = deletionProtection;
          edge.allowedRanges = allowedRanges;
        });
        const { service } = gatewayValues(plan).nginx;
        if (balancer === "network") {
          const annotations: Annotations = service.patches[0].value.metadata.annotations;
          const attributes = annotations["service.beta.kubernetes.io/aws-load-balancer-attributes"]!;
          assert.ok(attributes.split(",").includes(`deletion_protection.enabled=${deletionProtection}`));
          assert.deepEqual(service.loadBalancerSourceRanges, allowedRanges);
          continue;
        }
        const { annotations } = find(plan, "Ingress")!.inputs.metadata as { annotations: Annotations };
        assert.equal(annotations["alb.ingress.kubernetes.io/inbound-cidrs"], allowedRanges.join());
        assert.equal(annotations["alb.ingress.kubernetes.io/ssl-redirect"], "443");
        const { loadBalancerAttributes } = find(plan, "IngressClassParams")!.inputs.spec as {
          loadBalancerAttributes: { key: string; value: string }[];
        };
        assert.equal(
          loadBalancerAttributes.find(({ key }) => key === "deletion_protection.enabled")?.value,
          String(deletionProtection),
        );
      }
  });

  it("believes addresses from the VPC only", () => {
    for (const balancer of ["network", "application"] as const) {
      assert.deepEqual(clientAddress(balancer, "10.9.0.0/16").trustedAddresses, [
        { type: "CIDR", value: "10.9.0.0/16" },
      ]);
    }
  });

  it("limits each client by rate and by connections, and says 429", () => {
    const limit = rateLimit({ requestsPerSecond: 100, burst: 50 });
    const expected = { key: "$binary_remote_addr", rate: "100r/s", burst: 50, noDelay: true, zoneSize: "20m" };
    assert.deepEqual([limit.rejectCode, limit.local.rules], [429, [expected]]);
    assert.ok(!("noDelay" in rateLimit({ requestsPerSecond: 1, burst: 0 }).local.rules[0]!));
    assert.match(connectionLimit({ connectionsPerClient: 7 })[1]!.value, /limit_conn edge_per_client 7;/);
  });

  it("hides what services tell Prometheus", () => {
    const [, server] = connectionLimit({ connectionsPerClient: 7 });
    assert.match(server!.value, /location = \/metrics \{ return 404; \} location \^~ \/actuator \{ return 404; \}/);
  });

  it("redirects to HTTPS and serves routes only of namespaces that may attach", async () => {
    const plan = await withBalancer("network");
    assert.match(JSON.stringify(find(plan, "HTTPRoute")!.inputs.spec), /"scheme":"https","statusCode":301/);
    const [http, https] = (find(plan, "Gateway", "edge")!.inputs.spec as { listeners: { allowedRoutes: object }[] })
      .listeners;
    assert.deepEqual(http!.allowedRoutes, { namespaces: { from: "Same" } });
    assert.match(JSON.stringify(https!.allowedRoutes), /gateway-access/);
  });

  it("has a disruption budget only with two pods or more", async () => {
    const pods = (minimumReplicas: number) =>
      withBalancer("network", ({ gateway }) => void Object.assign(gateway, { minimumReplicas }));
    assert.equal(find(await pods(1), "PodDisruptionBudget"), undefined);
    assert.equal((find(await pods(3), "PodDisruptionBudget")!.inputs.spec as { minAvailable: number }).minAvailable, 2);
  });
});
