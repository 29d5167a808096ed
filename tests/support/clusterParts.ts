import { isTree, type Tree } from "./reference.ts";

/** A pod that something in the cluster makes, with all that it names. */
export interface ClusterPod {
  /** Kind, namespace and name of what makes it. */
  where: string;
  namespace: string;
  labels: Labels;
  /** Named ports of its containers. */
  ports: { [name: string]: number };
  serviceAccount: string;
  /** Uses the node's network, where policies do not hold. */
  hostNetwork: boolean;
  priorityClass?: string;
  /** Secrets and ConfigMaps without which it does not start. */
  secrets: string[];
  configMaps: string[];
  /** Storage classes of the volumes that it asks for. */
  storageClasses: string[];
  /** Requests of one pod: thousandths of a processor, and MiB. */
  cpu: number;
  memory: number;
  /** Most pods at the same time, with those that a rollout adds; one for each node is 0. */
  count: number;
  /** Selectors by which it is spread; each must choose the pod itself. */
  spreads: Selector[];
}

/** Labels of an object. */
export type Labels = { [label: string]: string };

/** A label selector. */
export interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** A Service, and what it leads to. */
export interface ClusterService {
  namespace: string;
  name: string;
  labels: Labels;
  selector: Labels;
  ports: { name?: string; port: number; target: number | string }[];
  /** It has no address of its own: its name leads to the pods themselves. */
  headless?: true;
}

/** What Prometheus scrapes by the API: a ServiceMonitor or PodMonitor. */
export interface ClusterMonitor {
  kind: "ServiceMonitor" | "PodMonitor";
  namespace: string;
  name: string;
  selector: Selector;
  /** Namespaces that it looks into. */
  namespaces: string[];
  /** Names or numbers of the ports; empty: all. */
  ports: (string | number)[];
}

/** What the API server calls: webhooks and aggregated APIs. */
export interface ApiCallee {
  name: string;
  namespace: string;
  service: string;
  port: number;
}

/** Everything among some objects that others refer to, or that refers to others. */
export interface ClusterParts {
  serviceAccounts: string[];
  secrets: string[];
  configMaps: string[];
  services: ClusterService[];
  pods: ClusterPod[];
  monitors: ClusterMonitor[];
  callees: ApiCallee[];
  /** Service accounts with a role: their pods speak to the API server. */
  bound: string[];
}

const podKinds = new Set(["Deployment", "StatefulSet", "DaemonSet", "Rollout", "Job", "CronJob"]);

/** Reads the parts out of manifests; names are written `namespace/name`. */
export function partsOf(objects: readonly Tree[]): ClusterParts {
  const ofKind = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(String(kind)));
  const names = (...kinds: string[]) => ofKind(...kinds).map((object) => fullName(object));
  const most = new Map(
    ofKind("HorizontalPodAutoscaler").map((object) => [
      `${namespaceOf(object)}/${text(object, "spec", "scaleTargetRef", "name")}`,
      Number(at(object, "spec", "maxReplicas")),
    ]),
  );
  return {
    serviceAccounts: names("ServiceAccount"),
    secrets: [
      ...names("Secret"),
      ...ofKind("ExternalSecret").map((each) => `${namespaceOf(each)}/${text(each, "spec", "target", "name")}`),
      ...ofKind("Certificate").map((each) => `${namespaceOf(each)}/${text(each, "spec", "secretName")}`),
    ],
    configMaps: names("ConfigMap"),
    services: ofKind("Service").map(service),
    pods: objects.filter(({ kind }) => podKinds.has(String(kind))).map((each) => workloadPod(each, most)),
    monitors: ofKind("ServiceMonitor", "PodMonitor").map(monitor),
    callees: ofKind("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService").flatMap(callees),
    bound: ofKind("RoleBinding", "ClusterRoleBinding").flatMap((binding) =>
      trees(binding.subjects)
        .filter(({ kind }) => kind === "ServiceAccount")
        .map(({ namespace, name }) => `${namespace ?? namespaceOf(binding)}/${name}`),
    ),
  };
}

function service(object: Tree): ClusterService {
  return {
    namespace: namespaceOf(object),
    name: nameOf(object),
    labels: labelsOf(object),
    selector: (at(object, "spec", "selector") ?? {}) as Labels,
    ports: trees(at(object, "spec", "ports")).map(({ name, port, targetPort }) => ({
      name: name as string | undefined,
      port: Number(port),
      target: (targetPort ?? port) as number | string,
    })),
    ...(at(object, "spec", "clusterIP") === "None" ? { headless: true } : {}),
  };
}

function monitor(object: Tree): ClusterMonitor {
  const spec = object.spec as Tree;
  const chosen = (spec.namespaceSelector ?? {}) as { any?: boolean; matchNames?: string[] };
  const endpoints = trees(spec.endpoints ?? spec.podMetricsEndpoints);
  return {
    kind: object.kind as ClusterMonitor["kind"],
    namespace: namespaceOf(object),
    name: nameOf(object),
    selector: spec.selector as Selector,
    namespaces: chosen.any ? ["*"] : (chosen.matchNames ?? [namespaceOf(object)]),
    ports: endpoints.flatMap(({ port, portNumber, targetPort }) => {
      const named = port ?? portNumber ?? targetPort;
      return named === undefined ? [] : [named as string | number];
    }),
  };
}

function callees(object: Tree): ApiCallee[] {
  const services =
    object.kind === "APIService"
      ? [at(object, "spec", "service")]
      : trees(object.webhooks).map((webhook) => at(webhook, "clientConfig", "service"));
  const called = services.filter(isTree).map(({ namespace, name, port }) => ({
    name: nameOf(object),
    namespace: String(namespace),
    service: String(name),
    port: Number(port ?? 443),
  }));
  return called.filter((one, index) => called.findIndex((other) => other.service === one.service) === index);
}

function workloadPod(object: Tree, most: ReadonlyMap<string, number>): ClusterPod {
  const spec = (object.kind === "CronJob" ? at(object, "spec", "jobTemplate", "spec") : object.spec) as Tree;
  const replicas = most.get(fullName(object)) ?? Number(spec.replicas ?? 1);
  const counts: { [kind: string]: number } = {
    DaemonSet: 0,
    // A quarter more while a Deployment changes; a canary and its stable pods for a time side by side.
    Deployment: replicas + Math.ceil(replicas / 4),
    Rollout: replicas * 2,
  };
  const template = spec.template as Tree;
  return {
    ...podOf(`${object.kind} ${fullName(object)}`, namespaceOf(object), template),
    storageClasses: claimClasses(spec.volumeClaimTemplates),
    count: counts[String(object.kind)] ?? replicas,
  };
}

/** Storage classes that claim templates name. */
export function claimClasses(claims: unknown): string[] {
  return [...new Set(trees(claims).map((claim) => String(at(claim, "spec", "storageClassName"))))];
}

/** Reads a pod template; the count is the caller's to know. */
export function podOf(where: string, namespace: string, template: Tree): ClusterPod {
  const spec = (template.spec ?? {}) as Tree;
  const containers = trees(spec.containers);
  const first = trees(spec.initContainers);
  const needs = (resource: "cpu" | "memory", unit: (quantity: string) => number, least: string) => {
    const one = (container: Tree) => unit(String(at(container, "resources", "requests", resource) ?? least));
    const sum = containers.reduce((total, container) => total + one(container), 0);
    return Math.ceil(Math.max(sum, ...first.map(one)));
  };
  return {
    where,
    namespace,
    labels: labelsOf(template),
    ports: Object.fromEntries(
      containers
        .flatMap((container) => trees(container.ports))
        .filter(({ name }) => name !== undefined)
        .map(({ name, containerPort }) => [String(name), Number(containerPort)]),
    ),
    serviceAccount: String(spec.serviceAccountName ?? "default"),
    hostNetwork: spec.hostNetwork === true,
    priorityClass: spec.priorityClassName as string | undefined,
    secrets: referred(spec, "secret"),
    configMaps: referred(spec, "configMap"),
    storageClasses: [],
    // What says nothing gets the namespace's defaults.
    cpu: needs("cpu", thousandths, "50m"),
    memory: needs("memory", mebibytes, "64Mi"),
    count: 1,
    spreads: [
      ...trees(spec.topologySpreadConstraints),
      ...trees(at(spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")),
    ].map(({ labelSelector }) => labelSelector as Selector),
  };
}

/** Names of the Secrets or ConfigMaps that a pod cannot start without: volumes and environment, wherever they stand. */
function referred(value: unknown, kind: "secret" | "configMap"): string[] {
  const found = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(walk);
    if (!isTree(node)) return;
    for (const [key, child] of Object.entries(node)) {
      if (isTree(child) && child.optional !== true) {
        const name = [`${kind}Ref`, `${kind}KeyRef`, kind].includes(key) ? (child.secretName ?? child.name) : undefined;
        if (typeof name === "string") found.add(name);
      }
      walk(child);
    }
  };
  walk(value);
  return [...found].sort();
}

/** Thousandths of a processor. */
export function thousandths(quantity: string): number {
  return quantity.endsWith("m") ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000;
}

/** MiB of a quantity of memory. */
export function mebibytes(quantity: string): number {
  const [, digits, unit = ""] = /^([\d.]+)(\w*)$/.exec(quantity) ?? [];
  const sizes: { [unit: string]: number } = { Ki: 2 ** -10, Mi: 1, Gi: 1024, M: 1e6 / 2 ** 20, G: 1e9 / 2 ** 20 };
  return Number(digits) * (sizes[unit] ?? 2 ** -20);
}

/** The value at a path of keys, or undefined. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((node, key) => (isTree(node) ? node[key] : undefined), value);
}

/** The maps of a list. */
export function trees(value: unknown): Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}

/** `namespace/name` of an object. */
export function fullName(object: Tree): string {
  return `${namespaceOf(object)}/${nameOf(object)}`;
}

/** Namespace of an object. */
export function namespaceOf(object: Tree): string {
  return String(at(object, "metadata", "namespace"));
}

/** Name of an object. */
export function nameOf(object: Tree): string {
  return String(at(object, "metadata", "name"));
}

function labelsOf(object: Tree): Labels {
  const labels = (at(object, "metadata", "labels") ?? {}) as Labels;
  // These change with every version and choose nothing.
  const passing = ["helm.sh/chart", "app.kubernetes.io/version", "app.kubernetes.io/managed-by"];
  return Object.fromEntries(Object.entries(labels).filter(([label]) => !passing.includes(label)));
}

function text(object: Tree, ...path: string[]): string {
  return String(at(object, ...path));
}
