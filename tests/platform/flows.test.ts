import assert from "node:assert/strict";
import { namespaceDefaults } from "../../components/platform/namespacePlan.ts";
import { type ClusterModel, clusterModel } from "../support/clusterModel.ts";
import { at, type ClusterPod, nameOf, namespaceOf, type Selector } from "../support/clusterParts.ts";
import { selects } from "../support/networkModel.ts";
import { stackSettings } from "../support/platformPlan.ts";

/** Monitors of what the model has no pods for, with the reason. */
const unseen: { [monitor: string]: string } = {
  "monitoring/monitoring-apiserver": "the API server is EKS's own",
  "monitoring/monitoring-kubelet": "the operator writes the endpoints of the kubelets",
  "vault/vault": "Vault itself puts the label vault-active on one of its pods",
};

/** Who calls whom: clients by a part of their maker's name, the Service, and its port. */
const calls: [clients: string, namespace: string, service: string, port: number][] = [
  ["Alertmanager monitoring/", "monitoring", "monitoring-alertmanager", 9093],
  ["Prometheus monitoring/", "monitoring", "monitoring-alertmanager", 9093],
  ["Prometheus monitoring/", "monitoring", "blackbox-exporter", 9115],
  ["Deployment monitoring/grafana", "monitoring", "monitoring-prometheus", 9090],
  ["Deployment monitoring/grafana", "monitoring", "monitoring-alertmanager", 9093],
  ["Deployment monitoring/grafana", "logging", "loki-gateway", 80],
  ["Deployment monitoring/grafana", "tracing", "jaeger", 16686],
  ["Deployment monitoring/grafana", "elastic", "trading-es-http", 9200],
  ["Deployment monitoring/elasticsearch-exporter", "elastic", "trading-es-http", 9200],
  ["Deployment monitoring/blackbox-exporter", "vault", "vault", 8200],
  ["DaemonSet node-agents/alloy", "logging", "loki-gateway", 80],
  ["Deployment logging/alloy-events", "logging", "loki-gateway", 80],
  ["DaemonSet logging/loki-canary", "logging", "loki-gateway", 80],
  ["Deployment tracing/otel-gateway", "tracing", "otel-sampler", 4317],
  ["tracing/otel-sampler", "tracing", "jaeger", 4317],
  ["Deployment tracing/jaeger", "elastic", "trading-es-http", 9200],
  ["CronJob tracing/jaeger-es-index-cleaner", "elastic", "trading-es-http", 9200],
  ["Deployment tracing/jaeger", "monitoring", "monitoring-prometheus", 9090],
  ["Deployment argo-rollouts/", "monitoring", "monitoring-prometheus", 9090],
  ["Deployment external-secrets/external-secrets", "vault", "vault", 8200],
  ["NginxProxy gateway/", "gateway", "nginx-gateway-fabric", 443],
  ["NginxProxy gateway/", "monitoring", "grafana", 80],
  ["NginxProxy gateway/", "tracing", "jaeger", 16686],
  ["Job vault/vault-setup", "vault", "vault-internal", 8200],
  ["Job vault/vault-setup", "vault", "vault", 8200],
  ["CronJob vault/vault-snapshot", "vault", "vault", 8200],
  ["StatefulSet vault/vault", "vault", "vault-internal", 8200],
  ["StatefulSet vault/vault", "vault", "vault-internal", 8201],
  ["Deployment consul/consul-sync-catalog", "consul", "consul-server", 8501],
  ["Deployment consul/consul-exporter", "consul", "consul-server", 8501],
  ["Job consul/consul-server-acl-init", "consul", "consul-server", 8501],
  ["Job consul/consul-access", "consul", "consul-server", 8501],
  ["CronJob consul/consul-snapshot", "consul", "consul-server", 8501],
  ["StatefulSet consul/consul-server", "consul", "consul-server", 8301],
  ["Rollout trading/", "tracing", "otel-gateway", 4317],
  ["StatefulSet kafka/schema-registry", "kafka", "trading-kafka-bootstrap", 9094],
  ["StatefulSet kafka/schema-registry", "kafka", "schema-registry", 8081],
  ["Job platform-system/schemas", "kafka", "schema-registry", 8081],
  ["Logstash elastic/", "kafka", "trading-kafka-bootstrap", 9094],
  ["Logstash elastic/", "kafka", "schema-registry", 8081],
  ["Logstash elastic/", "elastic", "trading-es-http", 9200],
  ["Kibana elastic/", "elastic", "trading-es-http", 9200],
  ["Job elastic/", "elastic", "trading-es-http", 9200],
  ["Job elastic/elastic-setup", "elastic", "trading-kb-http", 5601],
  ["elastic/elastic-operator", "elastic", "trading-es-http", 9200],
  ["elastic/elastic-operator", "elastic", "trading-kb-http", 5601],
];

/** Who speaks to something outside the cluster: clients, and the port in the VPC. */
const outward: [clients: string, port: number][] = [
  ["Deployment monitoring/postgres-exporter", 5432],
  ["Deployment monitoring/redis-exporter", 6379],
  ["Deployment monitoring/blackbox-exporter", 443],
  ["Job platform-system/watching-database", 5432],
  ["Job platform-system/watching-broker", 443],
  ["Deployment platform-system/metrics-server", 10250],
];

for (const stack of ["staging", "production"]) {
  describe(`what flows in ${stack}`, () => {
    let model: ClusterModel;
    let prometheus: ClusterPod;
    before(async () => {
      model = await clusterModel(stack);
      prometheus = model.podsOf("Prometheus monitoring/")[0]!;
    });
    const guarded = () => model.pods.filter(({ hostNetwork }) => !hostNetwork);

    it("is closed at both ends of every pod unless a policy opens it", () => {
      const open = guarded().filter((pod) => {
        return !model.network.isGuarded(pod, "ingress") || !model.network.isGuarded(pod, "egress");
      });
      assert.deepEqual(
        open.map(({ where }) => where),
        [],
      );
    });

    it("goes by policies each of which chooses a pod", () => {
      const idle = policies(model).filter(
        (policy) =>
          !model.pods.some(
            (pod) =>
              pod.namespace === namespaceOf(policy) &&
              selects(at(policy, "spec", "podSelector") as Selector, pod.labels),
          ),
      );
      assert.deepEqual(
        idle.map((policy) => `${namespaceOf(policy)}/${nameOf(policy)}`).filter((name) => !model.unreleased.has(name)),
        [],
      );
    });

    it("reaches the resolver from every pod", () => {
      const resolver = { address: model.resolver };
      const refused = guarded().flatMap((pod) => [
        ...model.network.refusals(pod, resolver, 53, "UDP"),
        ...model.network.refusals(pod, resolver, 53),
      ]);
      assert.deepEqual(refused, []);
    });

    it("reaches the API server from every pod whose account has a role", () => {
      const bound = new Set(model.sources.flatMap(({ parts }) => parts.bound));
      const holders = guarded().filter((pod) => bound.has(`${pod.namespace}/${pod.serviceAccount}`));
      assert.ok(holders.length >= 15, `${holders.length}`);
      const refused = holders
        // Loki's role is for a sidecar that is off.
        .filter(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}` !== "logging/loki")
        .flatMap((pod) =>
          [model.apiServer.called, model.apiServer.caller].flatMap((address) =>
            model.network.refusals(pod, { address }, 443),
          ),
        );
      assert.deepEqual(refused, []);
    });

    it("reaches the Pod Identity agent and AWS from every pod of the platform that has an identity", () => {
      const identities = model.plan.resources
        .filter(({ type }) => type.endsWith(":PodIdentityAssociation"))
        // What the services may reach is declared in the catalog, see tests/workload/flows.test.ts.
        .filter(({ inputs }) => inputs.namespace !== "trading")
        .map(({ inputs }) => `${inputs.namespace}/${inputs.serviceAccount}`);
      const holders = guarded().filter((pod) => identities.includes(`${pod.namespace}/${pod.serviceAccount}`));
      assert.ok(holders.length >= identities.length);
      const refused = holders.flatMap((pod) => [
        ...model.network.refusals(pod, { address: "169.254.170.23" }, 80),
        ...model.network.refusals(pod, { address: "52.94.1.1" }, 443),
        ...model.network.refusals(pod, { address: model.apiServer.caller }, 443),
      ]);
      assert.deepEqual(refused, []);
    });

    it("reaches from Prometheus all that its monitors name, and each monitor names something", () => {
      const problems = model.sources
        .flatMap(({ parts }) => parts.monitors)
        .flatMap((monitor) => {
          const name = `${monitor.namespace}/${monitor.name}`;
          const targets = targetsOf(model, monitor);
          if (targets.length === 0 && unseen[name] === undefined && !model.unreleased.has(name))
            return [`${monitor.kind} ${name} finds no target`];
          return targets
            .filter(({ pod }) => !pod.hostNetwork)
            .flatMap(({ pod, port }) => model.network.refusals(prometheus, pod, port));
        });
      assert.deepEqual(problems, []);
    });

    it("reaches every webhook and aggregated API from the API server", () => {
      const callees = model.sources.flatMap(({ parts }) => parts.callees);
      assert.ok(callees.length >= 6, `${callees.length}`);
      const problems = callees.flatMap(({ name, namespace, service, port }) => {
        const targets = model.behind(namespace, service, port);
        if (targets.length === 0) return [`${name} calls ${namespace}/${service}:${port}, behind which is nothing`];
        return targets.flatMap((target) =>
          model.network.refusals({ address: model.apiServer.caller }, target.pod, target.port),
        );
      });
      assert.deepEqual(problems, []);
    });

    it("reaches every system from those that are written here to call it", () => {
      const problems = calls.flatMap(([clients, namespace, service, port]) => {
        const targets = model.behind(namespace, service, port);
        const callers = model.podsOf(clients);
        if (callers.length === 0) return [`no pod is called ${clients}`];
        if (targets.length === 0) return [`behind ${namespace}/${service}:${port} is nothing`];
        return callers.flatMap((pod) =>
          targets.flatMap((target) => model.network.refusals(pod, target.pod, target.port)),
        );
      });
      assert.deepEqual(problems, []);
    });

    it("leaves the pods by the Services' own addresses, which the VPC CNI sees", () => {
      const problems = calls.flatMap(([clients, namespace, service, port]) =>
        model.podsOf(clients).flatMap((pod) => model.serviceRefusals(pod, namespace, service, port)),
      );
      assert.deepEqual(problems, []);
    });

    it("reaches the data services and nodes of the VPC", () => {
      const address = model.apiServer.caller;
      const problems = outward.flatMap(([clients, port]) => {
        const callers = model.podsOf(clients);
        return callers.length === 0
          ? [`no pod is called ${clients}`]
          : callers.flatMap((pod) => model.network.refusals(pod, { address }, port));
      });
      assert.deepEqual(problems, []);
    });

    it("reaches the proxies from the balancer, and nothing else from outside", () => {
      const outside = { address: model.apiServer.caller };
      const proxies = model.podsOf("NginxProxy gateway/");
      for (const port of [80, 443, 8081]) assert.deepEqual(model.network.refusals(outside, proxies[0]!, port), []);
      const routed = new Set(model.objects.filter(({ kind }) => kind === "HTTPRoute").map(namespaceOf));
      // Grafana's route comes with its chart.
      const open = namespaceDefaults.filter(({ gatewayAccess }) => gatewayAccess).map(({ name }) => name);
      assert.deepEqual(open.sort(), [...routed, "monitoring"].sort());
      for (const target of ["StatefulSet vault/vault", "KafkaNodePool kafka/", "Elasticsearch elastic/"]) {
        const refused = model.podsOf(target).flatMap((pod) => model.network.refusals({ address: "8.8.8.8" }, pod, 443));
        assert.equal(refused.length, model.podsOf(target).length, target);
      }
    });

    it("is allowed before the pods start that need it", () => {
      const made = model.sources.filter(({ resource }) => resource.inputs.kind === "NetworkPolicy");
      const late = model.sources
        .filter(({ resource }) => resource.type.endsWith("v3:Release"))
        .flatMap(({ resource, parts }) => {
          const earlier = model.order(resource);
          return made
            .filter(({ resource: policy }) =>
              parts.pods.some(
                (pod) =>
                  pod.namespace === namespaceOf(policy.inputs) &&
                  selects(at(policy.inputs, "spec", "podSelector") as Selector, pod.labels),
              ),
            )
            .filter(({ resource: policy }) => !earlier.has(policy.urn))
            .map(({ resource: policy }) => `${resource.name} does not wait for the policy ${policy.name}`);
        });
      assert.deepEqual(late, []);
    });
  });

  describe(`what is asked for in ${stack}`, () => {
    it("fits the quota of each namespace, rollouts and scaling out of pods and nodes included", async () => {
      const model = await clusterModel(stack);
      // As many nodes as the pools may have, all of the smallest kind: agents run on each.
      const nodes = stackSettings(stack).cluster.nodePools.reduce(
        (sum, { cpuLimit, cpus }) => sum + Math.ceil(cpuLimit / Math.min(...cpus)),
        0,
      );
      const count = (pod: ClusterPod) => (pod.where.startsWith("DaemonSet ") ? nodes : pod.count);
      const problems = namespaceDefaults.flatMap(({ name }) => {
        const quota = model.objects.find((each) => each.kind === "ResourceQuota" && namespaceOf(each) === name);
        const hard = at(quota, "spec", "hard") as { [resource: string]: string };
        const pods = model.pods.filter(({ namespace }) => namespace === name);
        const sum = (of: (pod: ClusterPod) => number) => pods.reduce((total, pod) => total + of(pod) * count(pod), 0);
        const asked: [what: string, amount: number, allowed: number][] = [
          ["processors", sum(({ cpu }) => cpu) / 1000, Number(hard["requests.cpu"])],
          ["GiB", sum(({ memory }) => memory) / 1024, Number(hard["requests.memory"]!.replace("Gi", ""))],
          ["pods", sum(() => 1), Number(hard.pods)],
        ];
        return asked
          .filter(([, amount, allowed]) => amount > allowed)
          .map(([what, amount, allowed]) => `${name}: ${amount.toFixed(1)} ${what}, quota ${allowed}`);
      });
      assert.deepEqual(problems, []);
    });
  });
}

function policies({ sources }: ClusterModel) {
  return sources.map(({ resource }) => resource.inputs).filter(({ kind }) => kind === "NetworkPolicy");
}

function targetsOf(
  model: ClusterModel,
  monitor: ClusterModel["sources"][number]["parts"]["monitors"][number],
): { pod: ClusterPod; port: number }[] {
  const inside = (namespace: string) => monitor.namespaces.includes("*") || monitor.namespaces.includes(namespace);
  if (monitor.kind === "PodMonitor") {
    return model.pods
      .filter((pod) => inside(pod.namespace) && selects(monitor.selector, pod.labels))
      .flatMap((pod) =>
        monitor.ports.flatMap((port) => {
          const number = typeof port === "number" ? port : pod.ports[port];
          return number === undefined ? [] : [{ pod, port: number }];
        }),
      );
  }
  return model.sources
    .flatMap(({ parts }) => parts.services)
    .filter((service) => inside(service.namespace) && selects(monitor.selector, service.labels))
    .flatMap((service) =>
      service.ports
        .filter(({ name, port, target }) => {
          return monitor.ports.length === 0 || [name, port, target].some((each) => monitor.ports.includes(each!));
        })
        .flatMap(({ port }) => model.behind(service.namespace, service.name, port)),
    );
}
