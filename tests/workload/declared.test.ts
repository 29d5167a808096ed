import assert from "node:assert/strict";
import { archetypes } from "../../catalog/archetypes.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { syntheticServices } from "../../catalog/synthetic.ts";
import type { Catalog, Service } from "../../catalog/types.ts";
import { queueRequests } from "../../components/workload/broker.ts";
import { springProperties } from "../../components/workload/configuration.ts";
import { imageReference } from "../../components/workload/image.ts";
import { searchRole } from "../../components/workload/search.ts";
import { byKind, context, objectsOf, type PlannedObject, planWorkloads } from "./support.ts";

/** Hosts outside that the requirement sheets name; whoever adds one adds it here too. */
const hostsOfExchanges: Record<string, RegExp> = {
  binance: /^(api|stream)\.binance\.com$|^(stream\.)?testnet\.binance\.vision$/,
  zerodha: /^(api|ws)\.kite\.trade$/,
  betfair: /^(identitysso-cert|api|stream-api|stream-api-integration)\.betfair\.com$/,
};

describe("what a service declares", () => {
  let catalog: Catalog;
  let services: Service[];
  let objects: PlannedObject[];
  const of = (kind: string, name: string) => byKind(objects, kind).get(`trading/${name}`)!;
  const dataOf = ({ name }: Service) => of("ConfigMap", `${name}-configuration`).data as Record<string, string>;

  before(async () => {
    const planned = await planWorkloads();
    catalog = planned.catalog;
    objects = objectsOf(planned.plan.resources);
    services = catalog.services.filter(({ kind }) => archetypes[kind].inCluster);
  });

  it("is the host, path, rate, size and patience of its route", () => {
    const open = services.flatMap((service) => (service.public ? [{ ...service, public: service.public }] : []));
    const routes = open.map(({ name, public: { host, path } }) => `${name} ${host}${path}`);
    // A new service may add its own; these the requirement sheets ask for.
    for (const asked of ["trading-system api/", "dashboard dashboard/", "admin-portal dashboard/admin"])
      assert.ok(routes.includes(asked), asked);
    for (const { name, public: route } of open) {
      const { requestsPerSecond = 100, bodyKibibytes = 1024, timeoutSeconds = 10 } = route;
      const { spec } = of("HTTPRoute", name);
      assert.deepEqual(spec.hostnames, [`${route.host}.test.example.com`], name);
      assert.deepEqual(spec.rules[0].matches, [{ path: { type: "PathPrefix", value: route.path } }], name);
      assert.deepEqual(spec.rules[0].timeouts, { request: `${timeoutSeconds}s` }, name);
      const target = { group: "gateway.networking.k8s.io", kind: "HTTPRoute", name };
      const rate = of("RateLimitPolicy", name).spec;
      assert.deepEqual(rate.targetRefs, [target]);
      assert.equal(rate.rateLimit.rejectCode, 429);
      assert.deepEqual(
        rate.rateLimit.local.rules.map((rule: PlannedObject) => [rule.key, rule.rate]),
        [["$binary_remote_addr", `${requestsPerSecond}r/s`]],
        name,
      );
      const size = of("ClientSettingsPolicy", name).spec;
      assert.deepEqual([size.targetRef, size.body.maxSize], [target, `${bodyKibibytes}k`], name);
      const proxy = of("ProxySettingsPolicy", name).spec;
      assert.deepEqual([proxy.targetRefs, proxy.timeout.read], [[target], `${timeoutSeconds}s`], name);
    }
  });

  it("is where its settings point: stores, streams, neighbours and exchanges", () => {
    for (const service of services) {
      const { name, uses = {} } = service;
      const data = dataOf(service);
      const expected: Record<string, string | undefined> = {
        SERVICE_NAME: name,
        PORT: String(service.port),
        CACHE_PREFIX: uses.cache && `${uses.cache.prefix}:`,
        CACHE_USER: uses.cache && name,
        CACHE_TLS: uses.cache && "true",
        BROKER_USER: uses.queues && name,
        BROKER_TLS: uses.queues && "true",
        KAFKA_USER: uses.topics && name,
        KAFKA_GROUP: uses.topics && name,
        KAFKA_SECURITY_PROTOCOL: uses.topics && "SASL_SSL",
        ELASTICSEARCH_USER: uses.elasticsearch && name,
        DATABASE_USER: uses.postgres?.role,
        DATABASE_SSL_MODE: uses.postgres && "require",
      };
      for (const [key, value] of Object.entries(expected)) assert.equal(data[key], value, `${name} ${key}`);
      for (const exchange of uses.exchanges ?? []) {
        const hosts = data[`EXCHANGE_${exchange.toUpperCase()}_HOSTS`]!.split(",");
        const live = catalog.exchanges.find((each) => each.name === exchange)!.live;
        assert.deepEqual(
          hosts,
          live.map(({ host, port }) => `${host}:${port}`),
          name,
        );
      }
    }
  });

  it("is which passwords and secrets it reads, all of them and no other", async () => {
    const { secrets } = await loadCatalog();
    for (const { name, uses = {}, secrets: named = [] } of services) {
      const expected = [
        ...(uses.postgres ? ["DATABASE_PASSWORD"] : []),
        ...(uses.cache ? ["CACHE_PASSWORD"] : []),
        ...(uses.queues ? ["BROKER_PASSWORD"] : []),
        ...(uses.topics ? ["KAFKA_PASSWORD", "SCHEMA_REGISTRY_PASSWORD"] : []),
        ...(uses.elasticsearch ? ["ELASTICSEARCH_PASSWORD"] : []),
        ...named,
      ];
      const data = (of("ExternalSecret", `${name}-secrets`).spec.data ?? []) as PlannedObject[];
      assert.deepEqual(data.map(({ secretKey }) => secretKey).sort(), expected.sort(), name);
      for (const { secretKey, remoteRef } of data.filter((entry) => named.includes(entry.secretKey))) {
        const { path, property } = secrets.find((secret) => secret.name === secretKey)!;
        assert.deepEqual([remoteRef.key, remoteRef.property], [context.names.secret(path), property], name);
      }
    }
  });

  it("is which indices it reads and writes, and nothing of the cluster", () => {
    for (const service of services.filter(({ uses }) => uses?.elasticsearch)) {
      const { cluster, indices } = searchRole(service);
      const { read = [], write = [] } = service.uses!.elasticsearch!;
      const having = (privilege: string) =>
        indices.flatMap(({ names, privileges }) => ((privileges as string[]).includes(privilege) ? names : []));
      assert.deepEqual([cluster, having("index"), having("read")], [[], [...write], [...read]], service.name);
      for (const { privileges } of indices) assert.ok(!(privileges as string[]).includes("all"), service.name);
    }
  });

  it("is known to Consul once, as itself", () => {
    const synced = [...byKind(objects, "Service").values()].filter(
      ({ metadata }) => metadata.annotations?.["consul.hashicorp.com/service-sync"] === "true",
    );
    assert.deepEqual(
      synced.map(({ metadata }) => metadata.annotations!["consul.hashicorp.com/service-name"]).sort(),
      services.map(({ name }) => name).sort(),
    );
    for (const { metadata, spec } of byKind(objects, "Service").values()) {
      const { annotations = {} } = metadata;
      // Without the annotation the sync would take it: what is not registered says so.
      assert.match(annotations["consul.hashicorp.com/service-sync"] ?? "", /^(true|false)$/, metadata.name);
      const port = annotations["consul.hashicorp.com/service-port"];
      if (port !== undefined)
        assert.ok(
          spec.ports.some(({ name }: PlannedObject) => name === port),
          metadata.name,
        );
    }
  });

  it("is told apart in traces, which go to the collector of the cluster", () => {
    for (const { name } of services) {
      const environment = of("Rollout", name).spec.template.spec.containers[0].env as { name: string; value: string }[];
      const value = (key: string) => environment.find((variable) => variable.name === key)?.value;
      assert.equal(value("OTEL_SERVICE_NAME"), name);
      assert.equal(value("OTEL_EXPORTER_OTLP_ENDPOINT"), "http://otel-gateway.tracing.svc:4317");
      assert.equal(value("OTEL_EXPORTER_OTLP_PROTOCOL"), "grpc");
      assert.match(value("OTEL_RESOURCE_ATTRIBUTES")!, /service\.namespace=trading,.*k8s\.pod\.name=\$\(POD_NAME\)/);
      // A variable can name another only when that stands before it.
      const positions = ["POD_NAME", "OTEL_RESOURCE_ATTRIBUTES"].map((key) =>
        environment.findIndex((variable) => variable.name === key),
      );
      assert.ok(positions[0]! < positions[1]!, name);
    }
  });

  it("is given time to start and to end, and never less than all of its replicas while it changes", () => {
    for (const service of services) {
      const { name, kind } = service;
      const { spec } = of("Rollout", name);
      const [container] = spec.template.spec.containers;
      const { periodSeconds, failureThreshold } = container.startupProbe;
      assert.ok(periodSeconds * failureThreshold >= archetypes[kind].startupSeconds, name);
      assert.deepEqual(
        ["startupProbe", "livenessProbe", "readinessProbe"].map((probe) => container[probe].httpGet.path),
        ["/health/live", "/health/live", "/health/ready"],
        name,
      );
      assert.equal(spec.strategy.canary.maxUnavailable, 0, name);
      for (const { analysis } of spec.strategy.canary.steps)
        if (analysis)
          assert.deepEqual(analysis.args, [{ name: "hash", valueFrom: { podTemplateHashValue: "Latest" } }]);
      const shutdown = Number(dataOf(service).SHUTDOWN_SECONDS);
      const drain = container.lifecycle.preStop.sleep.seconds;
      assert.ok(spec.template.spec.terminationGracePeriodSeconds >= shutdown + drain, name);
      if (kind !== "springBoot") continue;
      const properties = springProperties(service);
      assert.equal(properties["server.shutdown"], "graceful");
      assert.equal(properties["spring.lifecycle.timeout-per-shutdown-phase"], "${SHUTDOWN_SECONDS}s");
      assert.match(dataOf(service).JAVA_TOOL_OPTIONS!, /MaxRAMPercentage=\d\d\b/);
      for (const store of ["spring.data.redis", "spring.rabbitmq"])
        if (properties[`${store}.host`] !== undefined) assert.equal(properties[`${store}.ssl.enabled`], "true", name);
      const { cache, topics, postgres } = service.uses ?? {};
      const parameters = new URLSearchParams(properties["spring.datasource.url"]?.split("?")[1]);
      // Else the driver sends SET, which ties each connection of RDS Proxy to one client.
      assert.equal(parameters.get("assumeMinServerVersion"), postgres ? "9.0" : null, name);
      assert.equal(parameters.get("ApplicationName"), postgres ? "${SERVICE_NAME}" : null, name);
      assert.equal(properties["spring.cache.redis.key-prefix"], cache && "${CACHE_PREFIX}", name);
      const registers = properties["spring.kafka.producer.properties.auto.register.schemas"];
      assert.equal(registers, topics?.produce?.length ? "false" : undefined, `${name}: schemas are the catalog's`);
      assert.equal(properties["logging.structured.format.console"], "logstash", name);
      assert.equal(properties["management.endpoints.web.exposure.include"], "health,info,prometheus", name);
    }
  });

  it("runs by its digest where there is one", () => {
    const place = { names: context.names, accountId: context.accountId, region: context.region };
    const digest = `sha256:${"a".repeat(64)}`;
    const repository = "111122223333.dkr.ecr.us-east-1.amazonaws.com/trading-platform/dashboard";
    assert.equal(imageReference(place, "dashboard", { tag: "1", digest }), `${repository}:1@${digest}`);
    assert.equal(imageReference(place, "dashboard", { digest }), `${repository}@${digest}`);
    assert.equal(imageReference(place, "dashboard", { tag: "1" }), `${repository}:1`);
    assert.throws(() => imageReference(place, "dashboard", {}), /npm run release -- dashboard/);
  });

  it("reaches the exchanges of the requirement sheets, and their sandboxes where the environment says so", async () => {
    assert.deepEqual(catalog.exchanges.map(({ name }) => name).sort(), Object.keys(hostsOfExchanges).sort());
    for (const { name, live, test } of catalog.exchanges)
      for (const { host } of [...live, ...test]) assert.match(host, hostsOfExchanges[name]!, name);
    const { plan } = await planWorkloads({
      settings: { exchangeHosts: "test", exchangeEgress: "names", canaryWithoutTraffic: "pass" },
    });
    const policy = byKind(objectsOf(plan.resources), "ApplicationNetworkPolicy").get(
      "trading/binance-trader-macd-outside",
    );
    const names = policy!.spec.egress.flatMap(({ to }: PlannedObject) =>
      to.flatMap((peer: PlannedObject) => peer.domainNames),
    );
    assert.deepEqual(names.sort(), ["stream.testnet.binance.vision", "testnet.binance.vision"]);
  });
});

describe("queues", () => {
  it("outlive a node, and keep what was delivered too often", () => {
    const [queue] = [{ name: "jobs", description: "", owner: "platform", deliveryLimit: 4, maximumLength: 9 }];
    const requests = new Map(queueRequests(queue!).map(({ path, body }) => [path, body as PlannedObject]));
    for (const name of ["jobs", "jobs.dead"]) {
      const body = requests.get(`/api/queues/%2F/${name}`)!;
      assert.equal(body.arguments["x-queue-type"], "quorum", name);
      assert.equal(body.durable, true, name);
      assert.ok(requests.has(`/api/bindings/%2F/e/${name}/q/${name}`), name);
    }
    assert.equal(requests.get("/api/queues/%2F/jobs")!.arguments["x-dead-letter-exchange"], "jobs.dead");
    assert.deepEqual(requests.get("/api/policies/%2F/jobs")!.definition, {
      "delivery-limit": 4,
      "max-length": 9,
      overflow: "reject-publish",
    });
  });
});

describe("a synthetic service", () => {
  it("uses a bit of everything, so that a plan of many is as hard as one of real ones", () => {
    const [service] = syntheticServices(1);
    assert.deepEqual(Object.keys(service!.uses!).sort(), [
      "buckets",
      "cache",
      "exchanges",
      "postgres",
      "queues",
      "topics",
    ]);
  });
});
