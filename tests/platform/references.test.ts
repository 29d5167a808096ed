import assert from "node:assert/strict";
import type { PlannedResource } from "../../plan/resource.ts";
import { type ClusterModel, clusterModel, makersOf } from "../support/clusterModel.ts";
import { at, type ClusterPod, nameOf, namespaceOf, trees } from "../support/clusterParts.ts";
import { selects } from "../support/networkModel.ts";
import { isTree, type Tree } from "../support/reference.ts";

/** What Kubernetes itself puts into every namespace. */
const everywhere = { serviceAccounts: ["default"], configMaps: ["kube-root-ca.crt"] };

/** Services that Kubernetes has of itself. */
const ofKubernetes = ["kubernetes.default"];

/** Pods whose charts offer no priority, with the reason why that is borne. */
const ordinary: { [pod: string]: string } = {
  "Job gateway/nginx-gateway-fabric-cert-generator": "a hook of seconds",
  "Job consul/consul-server-acl-init": "a job of seconds",
  "Job consul/consul-server-acl-init-cleanup": "a hook of seconds",
  "Deployment tracing/jaeger": "the chart has no key for it; traces are the first to go when room is short",
  "CronJob tracing/jaeger-es-index-cleaner": "once a day, and the next day again",
};

/** What a pod may wait for after it was made, with the reason. */
const awaited: { [name: string]: string } = {
  "monitoring/alertmanager-config":
    "the operator starts Alertmanager with its own configuration until the routing is there",
  "monitoring/alertmanager-receivers": "people fill the entries after the first deployment; the pod starts then",
  "trading/platform-trust": "a Certificate of the same moment: a pod that is faster waits for it in ContainerCreating",
  "monitoring/grafana-oidc": "people fill the entry after the first deployment; optional for Grafana",
};

for (const stack of ["staging", "production"]) {
  describe(`what refers to something else in ${stack}`, () => {
    let model: ClusterModel;
    before(async () => {
      model = await clusterModel(stack);
    });

    const users = (): { resource: PlannedResource; pod: ClusterPod }[] =>
      model.sources.flatMap(({ resource, parts }) => parts.pods.map((pod) => ({ resource, pod })));

    /** Problems of pods whose Secrets, ConfigMaps or service accounts nobody makes, or makes too late. */
    function dangling(sort: "secrets" | "configMaps" | "serviceAccounts", wanted: (pod: ClusterPod) => string[]) {
      const makers = makersOf(model.sources, sort);
      return users().flatMap(({ resource, pod }) =>
        wanted(pod).flatMap((short) => {
          const name = `${pod.namespace}/${short}`;
          const by = makers.get(name) ?? [];
          if (by.length === 0) return [`${pod.where} names ${sort} ${name}, which nothing makes`];
          const earlier = model.order(resource);
          const early = by.some(({ urn }) => urn === resource.urn || earlier.has(urn));
          return early || awaited[name] !== undefined ? [] : [`${pod.where} does not wait for ${sort} ${name}`];
        }),
      );
    }

    it("finds pods enough to be worth the name", () => assert.ok(model.pods.length > 60, `${model.pods.length}`));

    it("finds every Secret, made before its pods", () => {
      assert.deepEqual(
        dangling("secrets", ({ secrets }) => secrets),
        [],
      );
    });

    it("finds every ConfigMap, made before its pods", () => {
      const wanted = ({ configMaps }: ClusterPod) => configMaps.filter((name) => !everywhere.configMaps.includes(name));
      assert.deepEqual(dangling("configMaps", wanted), []);
    });

    it("finds every service account", () => {
      const wanted = ({ serviceAccount }: ClusterPod) =>
        everywhere.serviceAccounts.includes(serviceAccount) ? [] : [serviceAccount];
      assert.deepEqual(dangling("serviceAccounts", wanted), []);
    });

    it("finds every priority class and every storage class", () => {
      const names = (kind: string) => model.objects.filter((object) => object.kind === kind).map(nameOf);
      const known = ["system-cluster-critical", "system-node-critical", ...names("PriorityClass")];
      const classes = names("StorageClass");
      assert.ok(classes.length > 0);
      const wrong = model.pods.flatMap(({ where, priorityClass, storageClasses }) => [
        ...(priorityClass === undefined || known.includes(priorityClass) ? [] : [`${where}: ${priorityClass}`]),
        ...storageClasses.filter((name) => !classes.includes(name)).map((name) => `${where}: ${name}`),
      ]);
      assert.deepEqual(wrong, []);
    });

    it("gives every pod of a chart and of our own a priority", () => {
      const without = model.pods.filter(({ priorityClass }) => priorityClass === undefined).map(({ where }) => where);
      assert.deepEqual(without.sort(), Object.keys(ordinary).sort());
    });

    it("finds every Service under the name and port by which it is called", () => {
      const services = model.sources.flatMap(({ parts }) => parts.services);
      const wrong = new Set<string>();
      for (const { resource, host, port } of addresses(model)) {
        if (ofKubernetes.includes(host)) continue;
        const found = services.filter(({ namespace, name }) => `${name}.${namespace}` === host);
        const ports = found.flatMap((service) => service.ports.map((each) => each.port));
        if (found.length === 0) wrong.add(`${resource.name} names ${host}, which nothing makes`);
        else if (port !== undefined && !ports.includes(port))
          wrong.add(`${resource.name}: ${host}:${port}, not ${ports}`);
      }
      assert.deepEqual([...wrong], []);
    });

    it("gives each AWS identity to a service account that exists, before its pods start", () => {
      const accounts = makersOf(model.sources, "serviceAccounts");
      const associations = model.plan.resources.filter(({ type }) => type.endsWith(":PodIdentityAssociation"));
      assert.ok(associations.length >= 8);
      const wrong = associations.flatMap(({ urn, inputs }) => {
        const name = `${inputs.namespace}/${inputs.serviceAccount}`;
        if (!accounts.has(name)) return [`${name}, which nothing makes`];
        const holders = users().filter(({ pod }) => `${pod.namespace}/${pod.serviceAccount}` === name);
        if (holders.length === 0 && !model.unreleased.has(name)) return [`${name}, which no pod has`];
        return holders
          .filter(({ resource }) => !model.order(resource).has(urn))
          .map(({ pod }) => `${pod.where} may start without the identity of ${name}`);
      });
      assert.deepEqual(wrong, []);
    });

    it("spreads pods by selectors that choose them", () => {
      const wrong = model.pods.flatMap(({ where, labels, spreads }) =>
        spreads
          .filter((selector) => !selects(selector, labels))
          .map((selector) => `${where}: ${JSON.stringify(selector)}`),
      );
      assert.deepEqual(wrong, []);
    });

    it("has budgets that choose pods", () => {
      const budgets = model.objects.filter(({ kind }) => kind === "PodDisruptionBudget");
      const idle = budgets.filter(
        (budget) =>
          !model.pods.some(
            (pod) =>
              pod.namespace === namespaceOf(budget) && selects(at(budget, "spec", "selector") as Tree, pod.labels),
          ),
      );
      assert.deepEqual(idle.map(nameOf), []);
    });

    it("waits for no secret that only a person can fill", () => {
      const filled = new Set(
        model.plan.resources
          .filter(({ type }) => type.endsWith(":SecretVersion"))
          .flatMap(({ parent }) => parent ?? []),
      );
      const empty = new Set(
        model.plan.resources
          .filter(({ type, parent }) => type.endsWith("secretsmanager/secret:Secret") && !filled.has(parent ?? ""))
          .map(({ inputs }) => String(inputs.name)),
      );
      assert.ok(empty.size > 0);
      const waiting = model.objects.filter(
        (object) =>
          object.kind === "ExternalSecret" &&
          JSON.stringify(at(object, "metadata", "annotations") ?? {}).includes("waitFor") &&
          trees(at(object, "spec", "data")).some((each) => empty.has(String(at(each, "remoteRef", "key")))),
      );
      assert.deepEqual(waiting.map(nameOf), []);
    });
  });
}

/** Every `name.namespace.svc` with or without a port, wherever it stands in a planned object or in values. */
function addresses({ sources }: ClusterModel): { resource: PlannedResource; host: string; port?: number }[] {
  const pattern =
    /(?<![\w.*-])(?:[a-z0-9-]+\.)?([a-z][a-z0-9-]*\.[a-z][a-z0-9-]+)\.svc(?:\.cluster\.local)?(?::(\d+))?/g;
  return sources
    .filter(({ resource }) => resource.inputs.kind !== "Certificate")
    .flatMap(({ resource }) =>
      texts(resource.inputs)
        .flatMap((text) => [...text.matchAll(pattern)])
        .map(([, host, port]) => ({ resource, host: host!, ...(port === undefined ? {} : { port: Number(port) }) })),
    );
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(texts);
  return isTree(value) ? Object.values(value).flatMap(texts) : [];
}
