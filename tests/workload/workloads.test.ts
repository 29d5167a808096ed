import assert from "node:assert/strict";
import { archetypes } from "../../catalog/archetypes.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { syntheticCatalog } from "../../catalog/synthetic.ts";
import type { Catalog, Service } from "../../catalog/types.ts";
import { ownAccountsOf } from "../../components/workload/accounts.ts";
import { rollout } from "../../components/workload/rollout.ts";
import { serviceSecret } from "../../components/workload/secrets.ts";
import { checkCustomResource } from "../support/customResources.ts";
import { type ComponentPlan, familyProblems } from "../support/planProgram.ts";
import { plannedPods, podProblems } from "../support/podRules.ts";
import { needReference } from "../support/reference.ts";
import { byKind, context, objectsOf, type PlannedObject, planWorkloads } from "./support.ts";

/** What every service of the cluster has, and what only some have. */
function expectedObjects(service: Service): string[] {
  const { name, uses = {}, secrets = [] } = service;
  const hasSecret =
    secrets.length > 0 || uses.postgres || uses.cache || uses.queues || uses.topics || uses.elasticsearch;
  const outside = (uses.exchanges?.length ?? 0) + (uses.buckets?.length ?? 0) > 0;
  const minimum = service.autoscaling?.minimum ?? service.replicas;
  return [
    `Rollout trading/${name}`,
    `AnalysisTemplate trading/${name}-5m`,
    `Service trading/${name}`,
    `ServiceAccount trading/${name}`,
    `ConfigMap trading/${name}-configuration`,
    `NetworkPolicy trading/${name}`,
    `ServiceMonitor trading/${name}`,
    ...(service.kind === "springBoot" ? [`ConfigMap trading/${name}-files`] : []),
    ...(hasSecret ? [`ExternalSecret trading/${name}-secrets`] : []),
    ...(outside ? [`ApplicationNetworkPolicy trading/${name}-outside`] : []),
    ...(service.autoscaling ? [`HorizontalPodAutoscaler trading/${name}`] : []),
    ...(minimum >= 2 ? [`PodDisruptionBudget trading/${name}`] : []),
    ...(service.public
      ? [
          `Service trading/${name}-stable`,
          `Service trading/${name}-canary`,
          `HTTPRoute trading/${name}`,
          `RateLimitPolicy trading/${name}`,
          `ClientSettingsPolicy trading/${name}`,
          `ProxySettingsPolicy trading/${name}`,
        ]
      : []),
    ...(uses.topics ? [`KafkaUser kafka/${name}`, `ExternalSecret kafka/${name}-kafka-account`] : []),
    ...(uses.postgres ? [`ExternalSecret platform-system/${name}-database-account`] : []),
    ...(uses.queues ? [`ExternalSecret platform-system/${name}-broker-account`] : []),
    ...(uses.elasticsearch ? [`ExternalSecret elastic/${name}-search-requests`] : []),
  ];
}

describe("workloads", () => {
  let plan: ComponentPlan;
  let catalog: Catalog;
  let objects: PlannedObject[];
  let services: Service[];

  before(async () => {
    ({ plan, catalog } = await planWorkloads());
    objects = objectsOf(plan.resources);
    services = catalog.services.filter(({ kind }) => archetypes[kind].inCluster);
  });

  it("have every object that their service asks for, and no other", () => {
    const found = objects
      .filter(({ kind, metadata }) => kind !== "Job" && metadata.labels?.["app.kubernetes.io/name"] !== undefined)
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    assert.deepEqual(found.sort(), services.flatMap(expectedObjects).sort());
    const jobs = objects.filter(({ kind }) => kind === "Job").map(({ metadata }) => metadata.name);
    for (const { name, uses = {} } of services) {
      const systems = { database: uses.postgres, broker: uses.queues, search: uses.elasticsearch };
      for (const [system, use] of Object.entries(systems)) {
        const matching = jobs.filter((job) => new RegExp(`^${name}-${system}-[0-9a-f]{10}$`).test(job));
        assert.equal(matching.length, use === undefined ? 0 : 1, `${name} ${system}`);
      }
    }
  });

  it("fit the CRDs of their kinds", function () {
    needReference(this);
    assert.deepEqual(
      objects.flatMap((object) => checkCustomResource(object)),
      [],
    );
  });

  it("are one family", () => {
    assert.deepEqual(familyProblems(plan, "workloads"), []);
  });

  it("keep every password out of the plan and out of ConfigMaps", () => {
    const passwords = plan.all("random:index/randomPassword:RandomPassword");
    assert.equal(passwords.length, services.flatMap(ownAccountsOf).filter((system) => system !== "cache").length);
    assert.ok(!plan.text.includes("password of the cache"));
    for (const { metadata, data = {} } of byKind(objects, "ConfigMap").values()) {
      for (const key of Object.keys(data)) assert.doesNotMatch(key, /PASSWORD|SECRET|API_KEY/, metadata.name);
    }
  });

  it("run restricted, with probes, resources and time to finish", () => {
    for (const [name, { spec }] of byKind(objects, "Rollout")) {
      const pod = spec.template.spec;
      assert.equal(pod.automountServiceAccountToken, false, name);
      assert.equal(pod.securityContext.runAsNonRoot, true, name);
      assert.ok(pod.securityContext.runAsUser >= 10_000, name);
      assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault", name);
      for (const container of pod.containers) {
        assert.deepEqual(container.securityContext.capabilities, { drop: ["ALL"] }, name);
        assert.equal(container.securityContext.readOnlyRootFilesystem, true, name);
        assert.equal(container.securityContext.allowPrivilegeEscalation, false, name);
        for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) assert.ok(container[probe], name);
        assert.notEqual(container.livenessProbe.httpGet.path, container.readinessProbe.httpGet.path, name);
        assert.ok(container.resources.requests.cpu && container.resources.requests.memory, name);
        assert.equal(container.resources.requests.memory, container.resources.limits.memory, name);
        // What the service may take plus the draining of its connections.
        assert.ok(pod.terminationGracePeriodSeconds > container.lifecycle.preStop.sleep.seconds + 20, name);
      }
    }
  });

  it("start without a Secret where a service has nothing secret: a pod waits for ever for one that nobody makes", () => {
    const plain: Service = { ...services.find(({ name }) => name === "dashboard")!, uses: {}, secrets: [] };
    const plan = { context, service: plain, image: "image:1", ports: new Map(), trustSecret: "trust" };
    const [container] = rollout(plan).spec.template.spec.containers as { envFrom: unknown }[];
    assert.deepEqual(container!.envFrom, [{ configMapRef: { name: "dashboard-configuration" } }]);
    assert.equal(serviceSecret(plain, new Map(), context), undefined);
  });

  it("make no pod that Pod Security level restricted would refuse", () => {
    const pods = plannedPods(plan.resources);
    assert.ok(pods.length > services.length);
    assert.deepEqual(pods.flatMap(podProblems), []);
  });

  it("are as large as the requirement sheets say", () => {
    const rollouts = byKind(objects, "Rollout");
    const scalers = byKind(objects, "HorizontalPodAutoscaler");
    const limits = (name: string) => rollouts.get(name)!.spec.template.spec.containers[0].resources.limits;
    assert.equal(limits("trading/trading-system").cpu, "2000m");
    assert.equal(limits("trading/trading-system").memory, "2048Mi");
    assert.equal(limits("trading/dashboard").cpu, "1000m");
    const { minReplicas, maxReplicas, metrics } = scalers.get("trading/trading-system")!.spec;
    assert.deepEqual([minReplicas, maxReplicas], [2, 10]);
    assert.deepEqual(
      metrics.map(({ resource }: PlannedObject) => [resource.name, resource.target.averageUtilization]),
      [
        ["cpu", 70],
        ["memory", 80],
      ],
    );
    const dashboard = scalers.get("trading/dashboard")!.spec;
    assert.deepEqual([dashboard.minReplicas, dashboard.maxReplicas], [2, 5]);
  });

  it("leave the number of replicas to the autoscaler where there is one, and the weights to Argo", () => {
    for (const service of services) {
      const { spec } = byKind(objects, "Rollout").get(`trading/${service.name}`)!;
      assert.equal(spec.replicas, service.autoscaling === undefined ? service.replicas : undefined, service.name);
    }
    for (const { ignoreChanges } of plan.all("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")) {
      assert.ok(ignoreChanges.includes("spec.rules[*].backendRefs[*].weight"));
    }
  });

  it("are released in steps of 10, 50 and 100 %, each with five minutes of analysis of the new pods alone", () => {
    for (const [name, { spec }] of byKind(objects, "Rollout")) {
      const { steps } = spec.strategy.canary;
      assert.deepEqual(
        steps.filter((step: PlannedObject) => step.setWeight).map((step: PlannedObject) => step.setWeight),
        [10, 50, 100],
        name,
      );
      assert.ok(
        steps.every((step: PlannedObject, index: number) => (index % 2 === 0 ? step.setWeight : step.analysis)),
      );
      assert.equal(spec.progressDeadlineAbort, true, name);
      assert.deepEqual(spec.rollbackWindow, { revisions: 3 }, "the way back skips the steps: emergency-rollback.md");
    }
    for (const [name, { spec }] of byKind(objects, "AnalysisTemplate")) {
      for (const metric of spec.metrics) {
        assert.equal(metric.count * Number.parseInt(metric.interval, 10), 300, `${name} ${metric.name}`);
        assert.match(metric.provider.prometheus.query, /args\.hash/, `${name} ${metric.name}`);
        // The recovery aim for a bad release is five minutes: half of them to see it, half to go back.
        const seconds = Number.parseInt(metric.interval, 10);
        for (const limit of ["failureLimit", "inconclusiveLimit", "consecutiveErrorLimit"])
          assert.ok((metric[limit] + 1) * seconds <= 150, `${name} ${metric.name} ${limit}`);
      }
      assert.ok(
        spec.metrics.some((metric: PlannedObject) => metric.name === "answers"),
        name,
      );
    }
    for (const [, { spec }] of byKind(objects, "ServiceMonitor"))
      assert.deepEqual(spec.podTargetLabels, ["rollouts-pod-template-hash"]);
  });

  it("start only where an image is released, and say which wait", async () => {
    const { plan: waiting } = await planWorkloads({ images: { dashboard: { image: { tag: "1.0.0" } } } });
    const rollouts = byKind(objectsOf(waiting.resources), "Rollout");
    assert.deepEqual([...rollouts.keys()], ["trading/dashboard"]);
    assert.match(waiting.text, /Made ready but not released here: /);
  });

  it("grow by the same number of resources with each service, beyond one batch too", async () => {
    // A worker calls the service before it, so the synthetic services repeat every four.
    const count = async (synthetic: number) =>
      (await planWorkloads({ catalog: await syntheticCatalog(synthetic) })).plan.resources.length;
    // One plan at a time: the SDK keeps the monitor it talks to in a global place.
    const few = await count(4);
    const more = await count(8);
    const many = await count(72);
    assert.ok(more > few);
    assert.equal(many - more, ((more - few) * (72 - 8)) / 4);
  });

  it("reach a secret only by its own name", async () => {
    const secrets = new Map((await loadCatalog()).secrets.map((secret) => [secret.name, secret]));
    for (const service of services) {
      const object = byKind(objects, "ExternalSecret").get(`trading/${service.name}-secrets`);
      const keys = (object?.spec.data ?? []).map(({ remoteRef }: PlannedObject) => remoteRef.key as string);
      const allowed = new Set([
        context.names.secret(`services/${service.name}`),
        ...(service.uses?.postgres ? [context.names.secret(`database/${service.uses.postgres.role}`)] : []),
        ...(service.uses?.topics ? [context.names.secret("kafka/schema-registry")] : []),
        ...(service.secrets ?? []).map((name) => context.names.secret(secrets.get(name)!.path)),
      ]);
      for (const key of keys) assert.ok(allowed.has(key), `${service.name} reads ${key}`);
    }
  });
});
