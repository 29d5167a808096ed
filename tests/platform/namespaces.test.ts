import assert from "node:assert/strict";
import { contains, privateRanges } from "../../components/network/addresses.ts";
import {
  namespaceDefaults,
  namespaceLabels,
  planNamespaces,
  quotaLimits,
} from "../../components/platform/namespacePlan.ts";
import { allowFlows, toInternet, toNameResolution } from "../../components/platform/networkPolicies.ts";
import type { Plan } from "../../plan/plan.ts";
import { namespaceNames } from "../../stack/sections/platform.ts";
import { planPlatform, stackSettings } from "../support/platformPlan.ts";
import { hostAccess, plannedPods, podProblems } from "../support/podRules.ts";

describe("namespaces", () => {
  it("are restricted but for the listed exceptions, each with a reason", () => {
    const exceptions = namespaceDefaults.filter(({ level }) => level !== "restricted");
    assert.deepEqual(
      exceptions.map(({ name }) => name),
      ["node-agents"],
    );
    for (const { reason } of exceptions) assert.ok((reason ?? "").length > 20);
    const careless = [{ ...namespaceDefaults[0]!, level: "privileged" as const }];
    assert.throws(
      () => planNamespaces({}, careless),
      /cert-manager has Pod Security level privileged without a reason/,
    );
  });

  it("refuse pods above their level, not only warn of them", () => {
    for (const plan of namespaceDefaults)
      assert.equal(namespaceLabels(plan)["pod-security.kubernetes.io/enforce"], plan.level, plan.name);
  });

  it("warn at level restricted even where more is allowed", () => {
    for (const plan of namespaceDefaults) {
      assert.equal(namespaceLabels(plan)["pod-security.kubernetes.io/warn"], "restricted");
    }
  });

  it("are those for which the stack file takes quotas", () => {
    assert.deepEqual(namespaceDefaults.map(({ name }) => name).sort(), [...namespaceNames].sort());
  });

  it("take quotas from the settings, and only for namespaces that exist", () => {
    const kafka = planNamespaces({ kafka: { cpu: 99 } }).find(({ name }) => name === "kafka")!;
    assert.deepEqual([kafka.quota.cpu, kafka.quota.pods], [99, 60]);
    assert.throws(() => planNamespaces({ kafak: { cpu: 1 } }), /kafak; namespaces are .*kafka/);
  });

  it("let nobody but the gateway open a load balancer", () => {
    const open = namespaceDefaults.filter((plan) => quotaLimits(plan)["services.loadbalancers"] !== "0");
    assert.deepEqual(
      open.map(({ name }) => name),
      ["gateway"],
    );
  });
});

describe("network policies", () => {
  const addresses = { vpcCidr: "10.20.0.0/16", serviceCidr: "172.20.0.0/16" };

  it("allow the flows given and speak of no other direction", () => {
    const policy = allowFlows("x", {
      namespace: "kafka",
      pods: { app: "a" },
      ingress: [
        { peers: [{ namespace: "trading", pods: { app: "b" } }], ports: [9093, { port: 53, protocol: "UDP" }] },
      ],
    });
    assert.deepEqual(policy.spec, {
      podSelector: { matchLabels: { app: "a" } },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "trading" } },
              podSelector: { matchLabels: { app: "b" } },
            },
          ],
          ports: [
            { protocol: "TCP", port: 9093 },
            { protocol: "UDP", port: 53 },
          ],
        },
      ],
    });
  });

  it("resolve names on port 53 only, and keep the internet apart from private ranges", () => {
    assert.ok(toNameResolution(addresses).ports!.every((port) => (typeof port === "number" ? port : port.port) === 53));
    const { except } = toInternet() as { except: string[] };
    const inside = [...privateRanges, "169.254.169.254/32"];
    for (const range of inside)
      assert.ok(
        except.some((each) => contains(each, range)),
        `${range} is no internet`,
      );
  });
});

for (const stack of ["staging", "production"]) {
  describe(`what runs in ${stack}`, () => {
    let plan: Plan;
    before(async () => {
      plan = await planPlatform(stack);
    });

    it("stands in namespaces that deny by default and resolve names", () => {
      const policies = plan.resources.filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy");
      const named = (name: string) =>
        policies
          .map(({ inputs }) => inputs.metadata as { name: string; namespace: string })
          .filter((metadata) => metadata.name === name)
          .map(({ namespace }) => namespace)
          .sort();
      const namespaces = namespaceDefaults.map(({ name }) => name).sort();
      assert.deepEqual(named("default-deny"), namespaces);
      for (const { inputs } of policies.filter(({ name }) => name.endsWith("-default-deny")))
        assert.deepEqual(inputs.spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
      assert.deepEqual(named("allow-name-resolution"), namespaces);
    });

    it("loses no namespace, and with it no volume, where the environment is protected", () => {
      const namespaces = plan.resources.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
      assert.equal(namespaces.length, namespaceDefaults.length);
      for (const { name, protect } of namespaces) assert.equal(protect, stackSettings(stack).environment.protect, name);
    });

    it("has resources, probes and a security context in every container of our own", () => {
      assert.deepEqual(plannedPods(plan.resources).flatMap(podProblems), []);
    });

    it("asks for the host only in namespaces that allow it", () => {
      const privileged = namespaceDefaults.filter(({ level }) => level === "privileged").map(({ name }) => name);
      const wrong = plan.resources
        .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
        .filter(({ inputs }) => !privileged.includes(String(inputs.namespace)))
        .flatMap(({ name, inputs }) => hostAccess(inputs.values).map((key) => `${name}: ${key}`));
      assert.deepEqual(wrong, []);
    });

    it("has an explicit provider, all of it", () => {
      const without = plan.resources.filter(({ custom, provider, type }) => {
        return custom && !provider && !type.startsWith("pulumi:providers:");
      });
      assert.deepEqual(
        without.map(({ name }) => name),
        [],
      );
    });

    it("is installed only where its namespace exists, with a plain provider and a parent", () => {
      const known = new Set(namespaceDefaults.map(({ name }) => name));
      for (const { name, inputs, type, parent, provider } of plan.resources) {
        if (!type.startsWith("kubernetes:")) continue;
        const namespace = (inputs.metadata as { namespace?: string } | undefined)?.namespace ?? inputs.namespace;
        if (namespace !== undefined) assert.ok(known.has(String(namespace)), `${name}: ${namespace}`);
        assert.ok(parent?.includes("trading-platform:platform:"), name);
        if (!type.includes("yaml")) assert.match(provider ?? "", /pulumi:providers:kubernetes/, name);
      }
    });
  });
}

describe("the check of pods", () => {
  const context = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
  const container = {
    name: "a",
    resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } },
    securityContext: { ...context, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    readinessProbe: {},
    livenessProbe: {},
  };
  const pod = (changes: object, spec: object = {}) =>
    podProblems({
      where: "x",
      namespace: "y",
      longRunning: true,
      spec: { containers: [{ ...container, ...changes }], ...spec },
    });

  it("accepts what is complete", () => assert.deepEqual(pod({}), []));
  it("finds missing resources", () => assert.equal(pod({ resources: {} }).length, 2));
  it("finds missing probes", () => assert.match(pod({ livenessProbe: undefined }).join(), /no livenessProbe/));
  it("finds a missing security context", () => assert.equal(pod({ securityContext: {} }).length, 5));
  it("finds what the host would have to give", () => {
    assert.equal(pod({}, { hostNetwork: true, volumes: [{ hostPath: {} }] }).length, 2);
    assert.deepEqual(hostAccess({ a: [{ hostPath: { path: "/" } }], b: { privileged: true } }), [
      "a[0].hostPath",
      "b.privileged",
    ]);
  });
});
