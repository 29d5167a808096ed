import assert from "node:assert/strict";
import { archetypes } from "../../catalog/archetypes.ts";
import type { Catalog, Service } from "../../catalog/types.ts";
import { allowedFlows, type FlowPolicy } from "../../components/workload/flowMatrix.ts";
import { context, objectsOf, type PlannedObject, planWorkloads, settings } from "./support.ts";

/** Peers and ports that every service has, whatever it declares. */
const resolvers = ["kube-system/*", context.serviceCidr, context.vpcCidr, "169.254.0.0/16"];
const common = [
  ...resolvers.flatMap((peer) => [`egress ${peer} UDP/53`, `egress ${peer} TCP/53`]),
  "egress tracing/* TCP/4317",
];

/** What the catalog declares for a service, in the words of the matrix: written here a second time, on purpose. */
function declared(service: Service, catalog: Catalog): string[] {
  const { uses = {}, port } = service;
  const portOf = (name: string) => catalog.services.find((other) => other.name === name)!.port;
  const data = (dataPort: number) => context.dataCidrs.map((cidr) => `egress ${cidr} TCP/${dataPort}`);
  const callers = catalog.services.filter((other) => other.uses?.services?.[service.name] !== undefined);
  return [
    ...common,
    `ingress monitoring/prometheus TCP/${port}`,
    ...(service.public ? [`ingress gateway/* TCP/${port}`] : []),
    ...callers.map(({ name }) => `ingress trading/${name} TCP/${port}`),
    ...Object.keys(uses.services ?? {}).map((name) => `egress trading/${name} TCP/${portOf(name)}`),
    ...(uses.postgres ? data(5432) : []),
    ...(uses.cache ? data(6379) : []),
    ...(uses.queues ? data(5671) : []),
    ...(uses.topics ? ["egress kafka/* TCP/9094", "egress kafka/* TCP/8081"] : []),
    ...(uses.elasticsearch ? ["egress elastic/* TCP/9200"] : []),
    ...(uses.buckets ?? []).map(
      ({ bucket }) => `egress name:${context.names.bucket(bucket)}.s3.us-east-1.amazonaws.com TCP/443`,
    ),
    ...(uses.buckets ? ["egress 169.254.170.23/32 TCP/80"] : []),
    ...(uses.exchanges ?? []).flatMap((name) =>
      catalog.exchanges
        .find((exchange) => exchange.name === name)!
        .live.map((end) => `egress name:${end.host} TCP/${end.port}`),
    ),
  ];
}

function policiesOf(objects: readonly PlannedObject[]): FlowPolicy[] {
  const kinds = ["NetworkPolicy", "ApplicationNetworkPolicy"];
  return objects.filter(({ kind }) => kinds.includes(kind)) as unknown as FlowPolicy[];
}

function matrix(policies: FlowPolicy[]): Map<string, string[]> {
  const flows = new Map<string, string[]>();
  for (const { pods, direction, peer, port } of allowedFlows(policies))
    flows.set(pods, [...(flows.get(pods) ?? []), `${direction} ${peer} ${port}`]);
  return flows;
}

describe("flows of the services", () => {
  let catalog: Catalog;
  let policies: FlowPolicy[];
  let inCluster: Service[];

  before(async () => {
    const planned = await planWorkloads();
    catalog = planned.catalog;
    policies = policiesOf(objectsOf(planned.plan.resources));
    inCluster = catalog.services.filter(({ kind }) => archetypes[kind].inCluster);
  });

  it("are exactly those that the catalog declares", () => {
    const flows = matrix(policies.filter(({ metadata }) => metadata.namespace === "trading"));
    assert.deepEqual([...flows.keys()].sort(), inCluster.map(({ name }) => `trading/${name}`).sort());
    for (const service of inCluster) {
      const found = [...new Set(flows.get(`trading/${service.name}`))].sort();
      assert.deepEqual(found, [...new Set(declared(service, catalog))].sort(), service.name);
    }
  });

  it("let out the names by which AWS's SDKs ask for the buckets", async () => {
    const objects = objectsOf((await planWorkloads()).plan.resources);
    const withBuckets = inCluster.filter(({ uses }) => uses?.buckets?.length);
    assert.ok(withBuckets.length > 0);
    for (const { name, uses } of withBuckets) {
      const configuration = objects.find(
        ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === `${name}-configuration`,
      )!.data as Record<string, string>;
      const region = configuration.AWS_DEFAULT_REGION;
      // botocore's `_should_force_s3_global`, and the same in the SDK for Java.
      const isGlobal = region === "us-east-1" && configuration.AWS_S3_US_EAST_1_REGIONAL_ENDPOINT !== "regional";
      const allowed = matrix(policies).get(`trading/${name}`)!;
      for (const { bucket } of uses!.buckets!) {
        const asked = `${context.names.bucket(bucket)}.${isGlobal ? "s3" : `s3.${region}`}.amazonaws.com`;
        assert.ok(allowed.includes(`egress name:${asked} TCP/443`), `${name} asks for ${asked}`);
      }
    }
  });

  it("are open at both ends, or at none", () => {
    const flows = matrix(policies);
    const pairs = (direction: string, pair: (pods: string, peer: string) => string) =>
      [...flows].flatMap(([pods, lines]) =>
        lines
          .map((line) => line.split(" ") as [string, string, string])
          .filter(([way, peer]) => way === direction && peer.startsWith("trading/"))
          .map(([, peer, port]) => `${pair(pods, peer)} ${port}`),
      );
    const out = pairs("egress", (pods, peer) => `${pods} → ${peer}`);
    const into = pairs("ingress", (pods, peer) => `${peer} → ${pods}`);
    assert.ok(out.length > 5);
    assert.deepEqual(out.sort(), into.sort());
  });

  it("would show a policy that names nobody or no port as open to everybody, on any", () => {
    const spec = { podSelector: {}, ingress: [{}], egress: [{ to: [{ namespaceSelector: {} }] }] };
    const seen = allowedFlows([{ metadata: { name: "open", namespace: "trading" }, spec }]);
    assert.deepEqual(
      seen.map(({ direction, peer, port }) => `${direction} ${peer} ${port}`),
      ["ingress everybody any", "egress any-namespace/* any"],
    );
  });

  it("never name everybody, every port or an unbounded range", () => {
    for (const { pods, peer, port } of allowedFlows(policies)) {
      assert.doesNotMatch(peer, /^(everybody|any-namespace)/, pods);
      assert.notEqual(port, "any", pods);
      assert.ok(!peer.endsWith("/0"), `${pods} → ${peer}`);
    }
  });

  it("go by address where the environment cannot go by name, on the exchanges' ports only", async () => {
    const { plan } = await planWorkloads({ settings: { ...settings, exchangeEgress: "addresses" } });
    const objects = objectsOf(plan.resources);
    assert.equal(objects.filter(({ kind }) => kind === "ApplicationNetworkPolicy").length, 0);
    const flows = matrix(policiesOf(objects));
    const open = (name: string) => flows.get(`trading/${name}`)!.filter((line) => line.includes("0.0.0.0/0"));
    assert.deepEqual(open("binance-trader-macd"), ["egress 0.0.0.0/0 TCP/443", "egress 0.0.0.0/0 TCP/9443"]);
    assert.deepEqual(open("dashboard"), []);
    const policy = policiesOf(objects).find(({ metadata }) => metadata.name === "binance-trader-macd")!;
    assert.match(JSON.stringify(policy), /"except":\["10\.0\.0\.0\/8"/);
  });

  it("of the jobs that make accounts reach their own system only", () => {
    const flows = policies.filter(({ metadata }) => metadata.namespace === "platform-system");
    const lines = Object.fromEntries(
      flows.map((policy) => [policy.metadata.name, allowedFlows([policy]).map(({ peer, port }) => `${peer} ${port}`)]),
    );
    assert.deepEqual(lines, {
      "provisioning-database": context.dataCidrs.map((cidr) => `${cidr} TCP/5432`),
      "provisioning-broker": context.dataCidrs.map((cidr) => `${cidr} TCP/443`),
      "provisioning-schema-registry": ["kafka/* TCP/8081"],
    });
  });
});
