import assert from "node:assert/strict";
import { archetypes } from "../../catalog/archetypes.ts";
import { startupNeeds } from "../../catalog/order.ts";
import { syntheticServices } from "../../catalog/synthetic.ts";
import type { Catalog, Service } from "../../catalog/types.ts";
import { poolSizeOf } from "../../components/workload/accounts.ts";
import { autoscaler, replicaBounds } from "../../components/workload/autoscaling.ts";
import { springProperties } from "../../components/workload/configuration.ts";
import { rollout } from "../../components/workload/rollout.ts";
import { byKind, context, objectsOf, type PlannedObject, planWorkloads } from "./support.ts";

/** True when a selector's labels are all among those of an object. */
function selects(matchLabels: Record<string, string>, labels: Record<string, string> = {}): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

describe("what runs of a service", () => {
  let catalog: Catalog;
  let services: Service[];
  let objects: PlannedObject[];
  const rolloutOf = (name: string) => byKind(objects, "Rollout").get(`trading/${name}`)!;
  const podOf = (name: string) => rolloutOf(name).spec.template.spec;

  before(async () => {
    const planned = await planWorkloads();
    catalog = planned.catalog;
    objects = objectsOf(planned.plan.resources);
    services = catalog.services.filter(({ kind }) => archetypes[kind].inCluster);
  });

  it("is selected, scaled, kept and measured by its own objects alone", () => {
    for (const { name } of services) {
      const { spec } = rolloutOf(name);
      const pods = services.filter((other) =>
        selects(spec.selector.matchLabels, rolloutOf(other.name).spec.template.metadata.labels),
      );
      assert.deepEqual(
        pods.map((each) => each.name),
        [name],
      );
      const scaler = byKind(objects, "HorizontalPodAutoscaler").get(`trading/${name}`);
      if (scaler !== undefined)
        assert.deepEqual(scaler.spec.scaleTargetRef, { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name });
      const budget = byKind(objects, "PodDisruptionBudget").get(`trading/${name}`);
      if (budget !== undefined)
        assert.deepEqual([budget.spec.selector, budget.spec.maxUnavailable], [spec.selector, 1], name);
      const monitor = byKind(objects, "ServiceMonitor").get(`trading/${name}`)!;
      const scraped = [...byKind(objects, "Service").values()].filter(({ metadata }) =>
        selects(monitor.spec.selector.matchLabels, metadata.labels),
      );
      // The halves of a release stand before the same pods: with them every sample would be counted twice.
      assert.deepEqual(
        scraped.map(({ metadata }) => metadata.name),
        [name],
      );
      assert.deepEqual(scraped[0]!.spec.selector, spec.selector.matchLabels);
      assert.equal(monitor.spec.endpoints[0].port, scraped[0]!.spec.ports[0].name);
    }
  });

  it("grows at 70 % of its processors and 80 % of its memory unless its entry says otherwise", () => {
    const [service] = syntheticServices(1);
    const targets = (autoscaling: Service["autoscaling"], kind: Service["kind"] = "fastApi") =>
      (autoscaler({ ...service!, kind, autoscaling }).spec as unknown as PlannedObject).metrics.map(
        ({ resource }: PlannedObject) => `${resource.name} ${resource.target.averageUtilization}`,
      );
    assert.deepEqual(targets({ minimum: 2, maximum: 5 }), ["cpu 70", "memory 80"]);
    const own = { minimum: 2, maximum: 5, cpuPercent: 50, memoryPercent: 60 };
    assert.deepEqual(targets(own), ["cpu 50", "memory 60"]);
    // Java gives no memory back: it would stay at its maximum after the first busy hour.
    assert.deepEqual(targets({ minimum: 2, maximum: 5 }, "springBoot"), ["cpu 70"]);
    assert.deepEqual(targets(own, "springBoot"), ["cpu 50", "memory 60"]);
  });

  it("has a disruption budget only where two replicas are left", async () => {
    const [service] = syntheticServices(1);
    const single = { ...service!, replicas: 1, autoscaling: { minimum: 1, maximum: 3 } };
    const { plan } = await planWorkloads({ catalog: { ...catalog, services: [...catalog.services, single] } });
    const budgets = byKind(objectsOf(plan.resources), "PodDisruptionBudget");
    assert.equal(budgets.has(`trading/${single.name}`), false);
    assert.equal(budgets.has("trading/dashboard"), true);
  });

  it("divides the traffic of a release between two halves that the route knows", () => {
    for (const service of services) {
      const { canary } = rolloutOf(service.name).spec.strategy;
      if (service.public === undefined) {
        assert.equal(canary.trafficRouting, undefined, service.name);
        continue;
      }
      const plugin = canary.trafficRouting.plugins["argoproj-labs/gatewayAPI"];
      const route = byKind(objects, "HTTPRoute").get(`${plugin.namespace}/${plugin.httpRoute}`)!;
      const backends = route.spec.rules[0].backendRefs.map((backend: PlannedObject) => backend.name);
      assert.deepEqual(backends, [canary.stableService, canary.canaryService], service.name);
      const weights = route.spec.rules[0].backendRefs.map((backend: PlannedObject) => backend.weight);
      assert.deepEqual(weights, [100, 0], "what has proved itself serves until a release moves the weights");
      for (const half of backends) {
        const front = byKind(objects, "Service").get(`trading/${half}`)!;
        assert.deepEqual(front.spec.selector, rolloutOf(service.name).spec.selector.matchLabels, half);
        assert.equal(front.spec.ports[0].port, route.spec.rules[0].backendRefs[0].port, half);
      }
    }
  });

  it("names only analyses, settings, secrets and volumes that are there", () => {
    for (const { name } of services) {
      for (const { analysis } of rolloutOf(name).spec.strategy.canary.steps)
        for (const { templateName } of analysis?.templates ?? [])
          assert.ok(byKind(objects, "AnalysisTemplate").has(`trading/${templateName}`), templateName);
      const { containers, volumes, serviceAccountName } = podOf(name);
      const account = byKind(objects, "ServiceAccount").get(`trading/${serviceAccountName}`);
      assert.equal(account?.automountServiceAccountToken, false, name);
      for (const { configMapRef, secretRef } of containers[0].envFrom) {
        const [kind, reference] = configMapRef ? ["ConfigMap", configMapRef] : ["ExternalSecret", secretRef];
        assert.ok(byKind(objects, kind).has(`trading/${reference.name}`), `${name} reads ${kind} ${reference.name}`);
      }
      for (const volume of volumes) {
        if (volume.configMap) assert.ok(byKind(objects, "ConfigMap").has(`trading/${volume.configMap.name}`));
        if (volume.secret) assert.ok(byKind(objects, "Certificate").has(`trading/${volume.secret.secretName}`));
      }
      for (const mount of containers[0].volumeMounts)
        assert.ok(
          volumes.some((volume: PlannedObject) => volume.name === mount.name),
          `${name} mounts ${mount.name}`,
        );
      assert.ok(containers[0].volumeMounts.some((mount: PlannedObject) => mount.mountPath === "/tmp"));
    }
  });

  it("spreads over zones where the environment demands it, over nodes where it can, each version by itself", () => {
    const several = services.filter((service) => replicaBounds(service).maximum > 1);
    assert.ok(several.length > 5);
    for (const { name } of several) {
      const spread = podOf(name).topologySpreadConstraints as PlannedObject[];
      assert.deepEqual(
        spread.map(({ topologyKey, whenUnsatisfiable, maxSkew }) => [topologyKey, whenUnsatisfiable, maxSkew]),
        [
          ["topology.kubernetes.io/zone", "DoNotSchedule", 1],
          ["kubernetes.io/hostname", "ScheduleAnyway", 1],
        ],
        name,
      );
      for (const { labelSelector, matchLabelKeys } of spread) {
        assert.deepEqual(labelSelector, rolloutOf(name).spec.selector, name);
        assert.deepEqual(matchLabelKeys, ["rollouts-pod-template-hash"], name);
      }
    }
  });

  it("yields to what trading needs more, by its tier", () => {
    const classes = { critical: "trading-critical", standard: "trading-workload", supporting: "trading-supporting" };
    for (const { name, tier } of services) assert.equal(podOf(name).priorityClassName, classes[tier], name);
    assert.equal(new Set(services.map(({ tier }) => tier)).size, 3);
  });

  it("waits for the services that must be ready first", () => {
    const waits = services.map(({ name }) => [name, podOf(name).initContainers ?? []] as const);
    for (const [name, containers] of waits) {
      const needs = startupNeeds(services.find((service) => service.name === name)!);
      assert.deepEqual(
        containers.map((container: PlannedObject) => container.name),
        needs.map((need) => `wait-for-${need}`),
      );
    }
    const [wait] = podOf("binance-trader-macd").initContainers;
    assert.match(wait.command.at(-1), /http:\/\/binance-data-storage\.trading\.svc:8081\/health\/ready/);
  });

  it("is given more time than its longest step of analysis, whatever the steps", () => {
    const [service] = syntheticServices(1);
    const slow = { ...service!, canary: [{ weightPercent: 100, minutes: 120 }] };
    const { spec } = rollout({ context, service: slow, image: "image", ports: new Map(), trustSecret: "trust" });
    assert.ok(spec.progressDeadlineSeconds > 120 * 60 + archetypes[slow.kind].startupSeconds);
  });

  it("may open as many connections as all of its replicas do in the midst of a release", () => {
    const jobs = objects.filter(({ kind, metadata }) => kind === "Job" && /-database-/.test(metadata.name));
    assert.ok(jobs.length > 5);
    for (const job of jobs) {
      const environment = job.spec.template.spec.containers[0].env as { name: string; value: string }[];
      const value = (key: string) => environment.find(({ name }) => name === key)!.value;
      const service = services.find(({ uses }) => uses?.postgres?.role === value("ROLE"))!;
      const { maximum } = replicaBounds(service);
      // A route keeps the old version whole beside the new one.
      const replicas = service.public ? 2 * maximum : Math.ceil(1.25 * maximum);
      assert.equal(Number(value("CONNECTION_LIMIT")), replicas * poolSizeOf(service.uses!.postgres!), service.name);
    }
  });

  it("joins consumer groups of its own only, even where its name begins like another's", () => {
    for (const { metadata, spec } of byKind(objects, "KafkaUser").values()) {
      const groups = (spec.authorization.acls as PlannedObject[]).filter(({ resource }) => resource.type === "group");
      for (const { resource } of groups) {
        if (resource.patternType === "literal") assert.equal(resource.name, metadata.name);
        else assert.equal(resource.name, `${metadata.name}.`);
      }
    }
  });

  it("looks at its stores for readiness, but never for liveness, where Spring would", () => {
    for (const service of services.filter(({ kind }) => kind === "springBoot")) {
      const properties = springProperties(service);
      const group = "management.endpoint.health.group";
      assert.equal(properties[`${group}.liveness.include`], "livenessState", service.name);
      const readiness = properties[`${group}.readiness.include`]!.split(",");
      assert.equal(readiness.includes("db"), service.uses?.postgres !== undefined, service.name);
      assert.equal(readiness.includes("redis"), service.uses?.cache !== undefined, service.name);
      const bundle = properties["spring.elasticsearch.restclient.ssl.bundle"];
      assert.equal(bundle !== undefined, service.uses?.elasticsearch !== undefined, service.name);
      const { data } = byKind(objects, "ConfigMap").get(`trading/${service.name}-configuration`)!;
      const { data: files } = byKind(objects, "ConfigMap").get(`trading/${service.name}-files`)!;
      const variables = [...(files["application.properties"] as string).matchAll(/\$\{([A-Z_]+)\}/g)];
      const secret = byKind(objects, "ExternalSecret").get(`trading/${service.name}-secrets`)!;
      const keys = secret.spec.data.map(({ secretKey }: PlannedObject) => secretKey);
      for (const [, variable] of variables)
        assert.ok(variable! in data || keys.includes(variable), `${service.name} has no ${variable}`);
    }
  });

  it("has a bucket at every latency that it promises, however it is written", () => {
    for (const service of services) {
      const { data } = byKind(objects, "ConfigMap").get(`trading/${service.name}-configuration`)!;
      const buckets = (data.HISTOGRAM_BUCKETS_SECONDS as string).split(",").map(Number);
      const promised = [50, 100, service.slos?.latency?.thresholdMilliseconds ?? 100];
      for (const milliseconds of promised)
        assert.ok(buckets.includes(milliseconds / 1000), `${service.name} ${milliseconds} ms`);
      if (service.kind !== "springBoot") continue;
      const slo = springProperties(service)["management.metrics.distribution.slo.http.server.requests"]!;
      assert.deepEqual(
        slo.split(",").map((each) => Number.parseInt(each, 10) / 1000),
        buckets,
      );
    }
  });
});
