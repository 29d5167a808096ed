import assert from "node:assert/strict";
import fc from "fast-check";
import { lokiCanary } from "../../catalog/metrics/platform.ts";
import { alloyConfiguration, alloyEventsValues, alloyPodsValues } from "../../components/platform/alloyValues.ts";
import { chartPin } from "../../components/platform/charts.ts";
import { gatewayConfiguration, samplerConfiguration } from "../../components/platform/collectorConfiguration.ts";
import { gatewayCollectorValues, samplerCollectorValues } from "../../components/platform/collectorValues.ts";
import { jaegerObjects } from "../../components/platform/jaegerObjects.ts";
import { jaegerValues } from "../../components/platform/jaegerValues.ts";
import { lokiStatements } from "../../components/platform/loki.ts";
import { lokiValues, replicationFactor } from "../../components/platform/lokiValues.ts";
import { planNamespaces } from "../../components/platform/namespacePlan.ts";
import { mebibytesOf } from "../../stack/memory.ts";
import type { LoggingSettings } from "../../stack/sections/logging.ts";
import { checkCustomResource, needReference } from "../support/charts.ts";
import { stackContext, stackSettings } from "../support/platformPlan.ts";

const settings = stackSettings("production");
const context = stackContext(settings);

type Tree = { [key: string]: Tree } & { [key: string]: unknown };
const tree = (values: unknown) => values as Tree;

/** The parts of Loki that the chart can start, by the mode that they belong to. */
const lokiParts = {
  monolithic: ["singleBinary"],
  distributed: ["ingester", "distributor", "querier", "queryFrontend", "queryScheduler", "indexGateway", "compactor"],
  scalable: ["read", "write", "backend"],
};

describe("Loki", () => {
  const loki = settings.logging.loki;
  const odd = fc.constantFrom(3, 5, 7);

  it("starts the parts of one mode only, or the chart refuses to render", () => {
    fc.assert(
      fc.property(fc.constantFrom("monolithic" as const, "distributed" as const), odd, (mode, replicas) => {
        const values = tree(lokiValues(context, { ...loki, mode, replicas }));
        for (const [owner, parts] of Object.entries(lokiParts)) {
          for (const part of parts) {
            const count = (values[part]?.replicas as number | undefined) ?? 0;
            assert.equal(count > 0, owner === mode, `${part} has ${count} replicas in mode ${mode}`);
          }
        }
      }),
    );
  });

  it("keeps logs for the days of the settings, by the compactor", () => {
    const values = tree(lokiValues(context, loki));
    assert.equal(values.loki!.limits_config!.retention_period, "2160h");
    assert.equal(values.loki!.compactor!.retention_enabled, true);
    assert.equal(values.compactor!.replicas, 1);
  });

  it("never asks for more copies than there are pods", () => {
    fc.assert(fc.property(fc.constantFrom(1, 3, 5, 15), (replicas) => replicationFactor({ replicas }) <= replicas));
  });

  it("has a disruption budget with a number in it wherever two pods run, and none for one", () => {
    const changed: LoggingSettings["loki"] = { ...loki, caches: { ...loki.caches!, replicas: 1 } };
    const several = tree(lokiValues(context, loki));
    const single = tree(lokiValues(context, changed));
    for (const cache of ["chunksCache", "resultsCache"]) {
      assert.deepEqual(several[cache]!.podDisruptionBudget, { enabled: true, maxUnavailable: 1 });
      assert.deepEqual(single[cache]!.podDisruptionBudget, { enabled: false });
    }
  });

  it("sizes the caches, whose own defaults would ask for ten gigabytes", () => {
    const values = tree(lokiValues(context, loki));
    assert.ok((values.chunksCache!.allocatedMemory as unknown as number) <= 4096);
  });

  it("may touch its own bucket and nothing else in S3", () => {
    const bucket = context.names.bucketArn("loki");
    for (const { Action, Resource } of lokiStatements(context, "key")) {
      if (![Action].flat().some((action) => action.startsWith("s3:"))) continue;
      for (const resource of [Resource].flat()) assert.ok(String(resource).startsWith(bucket), String(resource));
    }
  });

  it("has a canary whose stream Alloy labels as the canary asks for it", () => {
    const canary = tree(lokiValues(context, loki)).lokiCanary!;
    const streamName = (canary.extraArgs as unknown as string[]).find((each) => each.startsWith("-streamname="))!;
    const labels = [canary.labelname as unknown as string, streamName.split("=")[1]!];
    for (const label of labels) {
      assert.match(alloyConfiguration("pods"), new RegExp(`target_label\\s+= "${label}"`), label);
    }
    // Pushed lines would not go the way that is measured.
    assert.equal(canary.push, false);
    assert.ok(lokiCanary.metrics.some(({ name }) => name === "loki_canary_response_latency_seconds"));
  });
});

describe("Alloy", () => {
  const releases = {
    pods: tree(alloyPodsValues(context, settings.logging.alloy)),
    events: tree(alloyEventsValues(context, settings.logging.alloy)),
  };

  for (const name of ["pods", "events"] as const) {
    it(`gives ${name}.alloy every variable that it reads`, () => {
      const read = [...alloyConfiguration(name).matchAll(/sys\.env\("(\w+)"\)/g)].map(([, variable]) => variable!);
      const given = (releases[name].alloy!.extraEnv as unknown as { name: string }[]).map((each) => each.name);
      // The chart itself sets the node's name.
      for (const variable of read) assert.ok([...given, "HOSTNAME"].includes(variable), variable);
    });

    it(`holds nothing in ${name}.alloy that Helm would take for a template`, () => {
      assert.doesNotMatch(alloyConfiguration(name), /\{\{/);
    });

    it(`asks the API for ${name} and nothing else`, () => {
      const { rules, clusterRules } = releases[name].rbac! as unknown as Record<string, object[]>;
      const rule = (...verbs: string[]) => [{ apiGroups: [""], resources: [name], verbs }];
      // Neither list may be empty: the chart's template would write YAML that nobody can read.
      assert.deepEqual(rules, rule("get"));
      assert.deepEqual(clusterRules, rule("list", "watch"));
    });
  }

  it("keeps what is different for every request out of the labels", () => {
    const block = /stage\.labels \{([\s\S]*?)\n\t\}/.exec(alloyConfiguration("pods"))![1]!;
    assert.match(block, /level/);
    assert.doesNotMatch(block, /trace_id|span_id|order/);
    assert.match(alloyConfiguration("pods"), /stage\.structured_metadata \{[\s\S]*trace_id/);
  });

  it("reads on every node, as root without capabilities", () => {
    const { alloy, controller } = releases.pods;
    assert.deepEqual(controller!.tolerations, [{ operator: "Exists" }]);
    const security = alloy!.securityContext as unknown as { runAsUser: number; capabilities: unknown };
    assert.equal(security.runAsUser, 0);
    assert.deepEqual(security.capabilities, { drop: ["ALL"] });
  });

  it("reads every event once however many replicas stand by", () => {
    assert.equal((releases.events.alloy!.clustering as unknown as { enabled: boolean }).enabled, true);
    assert.match(alloyConfiguration("events"), /clustering \{\s+enabled = true/);
  });
});

describe("OpenTelemetry Collector", () => {
  const { tracing } = settings;
  const tiers = {
    gateway: tree(gatewayConfiguration("tracing", tracing)),
    sampler: tree(samplerConfiguration("jaeger:4317", tracing)),
  };

  for (const [tier, configuration] of Object.entries(tiers)) {
    it(`limits memory first in every pipeline of spans of the ${tier}`, () => {
      const traces = configuration.service!.pipelines!.traces as unknown as { processors: string[] };
      assert.equal(traces.processors[0], "memory_limiter");
    });

    it(`defines everything that a pipeline of the ${tier} names, and names everything that it defines`, () => {
      const kinds = ["receivers", "processors", "exporters", "connectors"];
      const defined = kinds.flatMap((kind) =>
        Object.entries(configuration[kind] ?? {}).flatMap(([name, value]) => (value === null ? [] : [name])),
      );
      const pipelines = Object.values(configuration.service!.pipelines!).filter((pipeline) => pipeline !== null);
      const named = pipelines.flatMap((pipeline) => Object.values(pipeline as Record<string, string[]>).flat());
      assert.deepEqual([...new Set(named)].sort(), [...new Set(defined)].sort());
    });
  }

  it("balances to the headless Service of the samplers", () => {
    const balancing = tiers.gateway.exporters!.load_balancing! as unknown as {
      routing_key: string;
      resolver: { dns: { hostname: string } };
    };
    const sampler = tree(samplerCollectorValues(context, tracing, "jaeger:4317"));
    assert.equal(balancing.routing_key, "traceID");
    assert.equal(balancing.resolver.dns.hostname, `${sampler.fullnameOverride}.tracing.svc.cluster.local`);
    assert.equal(sampler.service!.clusterIP, "None");
  });

  it("keeps errors, slow traces, orders, and the share of the settings", () => {
    const { policies } = tiers.sampler.processors!.tail_sampling! as unknown as {
      policies: { type: string; probabilistic?: object; latency?: object }[];
    };
    assert.deepEqual(
      policies.map(({ type }) => type),
      ["status_code", "latency", "boolean_attribute", "probabilistic"],
    );
    assert.deepEqual(policies[1]!.latency, { threshold_ms: tracing.sampling.slowMilliseconds });
    assert.deepEqual(policies[3]!.probabilistic, { sampling_percentage: tracing.sampling.probabilityPercent });
  });

  it("opens the port of the span metrics exactly when they are made", () => {
    const without = { ...tracing, spanMetrics: false };
    assert.ok("span-metrics" in tree(gatewayCollectorValues(context, tracing)).ports!);
    assert.ok(!("span-metrics" in tree(gatewayCollectorValues(context, without)).ports!));
    assert.doesNotMatch(JSON.stringify(gatewayConfiguration("tracing", without)), /span_metrics|8889/);
  });

  for (const stack of ["staging", "production"]) {
    it(`fits into the quota of its namespace in ${stack}, at full scale and with one pod more of each`, () => {
      const { tracing: wanted, platform } = stackSettings(stack);
      const quota = planNamespaces(platform.quotas).find(({ name }) => name === "tracing")!.quota;
      const pods = [
        [wanted.gateway.maximumReplicas, wanted.gateway.size],
        [wanted.sampler.replicas, wanted.sampler.size],
        [wanted.jaeger.replicas, wanted.jaeger.size],
      ] as const;
      const sum = (amount: (size: (typeof pods)[number][1]) => number) =>
        pods.reduce((total, [count, size]) => total + (count + 1) * amount(size), 0);
      const cores = ({ cpu }: { cpu: string }) => (cpu.endsWith("m") ? Number.parseInt(cpu, 10) / 1000 : Number(cpu));
      assert.ok(sum(({ memory }) => mebibytesOf(memory) / 1024) <= quota.memoryGib, "memory");
      assert.ok(sum(cores) <= quota.cpu, "processors");
    });
  }

  it("gives the samplers the time to decide before they go", () => {
    const seconds = tree(samplerCollectorValues(context, tracing, "j")).terminationGracePeriodSeconds;
    assert.ok((seconds as unknown as number) > tracing.sampling.decisionWaitSeconds);
  });
});

describe("Jaeger", () => {
  const storage = {
    address: "https://search:9200",
    user: "jaeger",
    passwordSecret: { name: "elasticsearch-jaeger", key: "password" },
    authoritySecret: "internal-authority",
  };
  const values = (tracing = settings.tracing) => tree(jaegerValues(context, tracing, storage));

  it("restarts its pods when the configuration changes, and only then", () => {
    const label = (tracing = settings.tracing) => JSON.stringify(values(tracing).jaeger!.podLabels);
    const changed = structuredClone(settings.tracing);
    changed.jaeger.shards += 1;
    assert.equal(label(), label());
    assert.notEqual(label(changed), label());
  });

  it("takes the password from a Secret, in the server and in the cleaner", () => {
    const text = JSON.stringify(values());
    assert.equal(text.match(/"secretKeyRef":\{"name":"elasticsearch-jaeger","key":"password"\}/g)?.length, 2);
    assert.match(text, /\$\{env:ES_PASSWORD\}/);
  });

  it("listens where the kubelet and the collector can reach it", () => {
    const text = JSON.stringify(values().userconfig);
    const endpoints = [...text.matchAll(/"endpoint":"([^"]+:\d+)"/g)].map(([, endpoint]) => endpoint!);
    for (const endpoint of endpoints.filter((each) => !each.startsWith("http"))) assert.match(endpoint, /^0\.0\.0\.0:/);
  });

  it("looks for span metrics in the unit that the collector makes them in", () => {
    const made = tree(gatewayConfiguration("tracing", settings.tracing)).connectors!.span_metrics!.histogram!.unit;
    assert.equal(made, "s");
    assert.match(JSON.stringify(values().userconfig), /"latency_unit":"s"/);
  });

  it("never stops all pods at once, and runs the pinned version", () => {
    assert.equal((values().jaeger!.strategy as unknown as { type: string }).type, "RollingUpdate");
    assert.deepEqual(values().jaeger!.image, { tag: chartPin("jaeger").appVersion });
    assert.deepEqual(values().esIndexCleaner!.image, { tag: chartPin("jaeger").appVersion });
  });

  it("sets no common annotations, on which the chart's templates fail", () => {
    assert.equal(values().commonAnnotations, undefined);
  });

  it("shows its page only behind a login", () => {
    const [filter, route] = jaegerObjects(context, 1);
    const [rule] = tree(route).spec!.rules as unknown as {
      filters: { extensionRef: { kind: string; name: string } }[];
    }[];
    assert.equal(rule!.filters[0]!.extensionRef.kind, filter!.kind);
    assert.equal(rule!.filters[0]!.extensionRef.name, filter!.metadata.name);
  });

  it("has objects that fit their CRDs, and a disruption budget from two replicas on", function () {
    needReference(this);
    const kinds = (replicas: number) => jaegerObjects(context, replicas).map(({ kind }) => kind);
    assert.ok(!kinds(1).includes("PodDisruptionBudget"));
    assert.ok(kinds(2).includes("PodDisruptionBudget"));
    const custom = jaegerObjects(context, 2).filter(({ kind }) => kind !== "PodDisruptionBudget");
    assert.deepEqual(
      custom.flatMap((object) => checkCustomResource(object)),
      [],
    );
  });
});
