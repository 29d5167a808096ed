import {
  at,
  type ClusterParts,
  type ClusterPod,
  claimClasses,
  fullName,
  type Labels,
  mebibytes,
  nameOf,
  namespaceOf,
  podOf,
  thousandths,
  trees,
} from "./clusterParts.ts";
import { isTree, type Tree } from "./reference.ts";

/** What operators make of a custom resource, as their documentation and source say. */
export type OperatorMade = Pick<ClusterParts, "pods" | "services" | "secrets" | "serviceAccounts"> & {
  /** Network policies that the operator writes. */
  policies: Tree[];
};

type Maker = (object: Tree) => Partial<OperatorMade>;

const makers: { [kind: string]: Maker } = {
  Prometheus: (object) => watching(object, "prometheus", { "http-web": 9090, "reloader-web": 8080 }),
  Alertmanager: (object) => watching(object, "alertmanager", { "http-web": 9093, "reloader-web": 8080 }),
  Elasticsearch: elasticsearch,
  Kibana: (object) => stackPart(object, "kibana", "kb", 5601),
  Logstash: (object) => stackPart(object, "logstash", "ls", 9600),
  KafkaNodePool: kafkaPool,
  Kafka: kafka,
  // The user operator puts the login into a Secret of the user's name.
  KafkaUser: (object) => ({ secrets: [fullName(object)] }),
  NginxProxy: nginxProxy,
  // The hook of NGINX Gateway Fabric's chart.
  Job: (object) =>
    nameOf(object).endsWith("cert-generator")
      ? { secrets: ["server-tls", "agent-tls"].map((name) => `${namespaceOf(object)}/${name}`) }
      : {},
};

/** Reads what operators make of the given objects. */
export function operatorMade(objects: readonly Tree[]): OperatorMade {
  const made = objects.map((object) => makers[String(object.kind)]?.(object) ?? {});
  return {
    pods: made.flatMap(({ pods = [] }) => pods),
    services: made.flatMap(({ services = [] }) => services),
    secrets: made.flatMap(({ secrets = [] }) => secrets),
    serviceAccounts: made.flatMap(({ serviceAccounts = [] }) => serviceAccounts),
    policies: made.flatMap(({ policies = [] }) => policies),
  };
}

/** Prometheus and Alertmanager: a StatefulSet with a sidecar that reloads, and Secrets mounted by name. */
function watching(object: Tree, kind: string, ports: ClusterPod["ports"]): Partial<OperatorMade> {
  const spec = object.spec as Tree;
  const name = nameOf(object);
  const labels = {
    "app.kubernetes.io/name": kind,
    "app.kubernetes.io/instance": name,
    "operator.prometheus.io/name": name,
    [kind]: name,
  };
  const pod = podOf(`${object.kind} ${fullName(object)}`, namespaceOf(object), { metadata: { labels }, spec });
  const requests = at(spec, "resources", "requests") as Tree;
  const mounted = [...((spec.secrets ?? []) as string[]), ...[spec.configSecret].filter((each) => each !== undefined)];
  return {
    pods: [
      {
        ...pod,
        ports,
        secrets: mounted.map(String),
        storageClasses: claimClasses([at(spec, "storage", "volumeClaimTemplate")]),
        cpu: thousandths(String(requests.cpu)) + 10,
        memory: mebibytes(String(requests.memory)) + 64,
        count: Number(spec.replicas),
      },
    ],
  };
}

function elasticsearch(object: Tree): Partial<OperatorMade> {
  const name = nameOf(object);
  const namespace = namespaceOf(object);
  const spec = object.spec as Tree;
  const tls = at(spec, "http", "tls", "certificate", "secretName");
  const realms = [...trees(at(spec, "auth", "fileRealm")), ...trees(at(spec, "auth", "roles"))];
  return {
    pods: trees(spec.nodeSets).map((set) => ({
      ...templated(object, set, { "elasticsearch.k8s.elastic.co/cluster-name": name }, { https: 9200 }),
      secrets: [tls, ...realms.map(({ secretName }) => secretName)].map(String),
      count: Number(set.count) + 1,
    })),
    services: [
      elasticService(namespace, `${name}-es-http`, 9200, { "elasticsearch.k8s.elastic.co/cluster-name": name }),
    ],
    secrets: [`${namespace}/${name}-es-elastic-user`, `${namespace}/${name}-es-http-certs-public`],
  };
}

function stackPart(object: Tree, kind: string, short: string, port: number): Partial<OperatorMade> {
  const spec = object.spec as Tree;
  const name = nameOf(object);
  const labels = { [`${kind}.k8s.elastic.co/name`]: name };
  const pod = templated(object, spec, labels, { [kind]: port });
  const settings = trees(spec.secureSettings).map(({ secretName }) => String(secretName));
  return {
    pods: [{ ...pod, secrets: [...pod.secrets, ...settings], count: Number(spec.count) + 1 }],
    services: kind === "kibana" ? [elasticService(namespaceOf(object), `${name}-${short}-http`, port, labels)] : [],
  };
}

function elasticService(namespace: string, name: string, port: number, selector: Labels) {
  return { namespace, name, labels: {}, selector, ports: [{ name: "https", port, target: port }] };
}

function templated(object: Tree, part: Tree, labels: Labels, ports: ClusterPod["ports"]): ClusterPod {
  const template = (part.podTemplate ?? {}) as Tree;
  const metadata = {
    ...(template.metadata as Tree),
    labels: { ...(at(template, "metadata", "labels") as Labels), ...labels },
  };
  const where = [`${object.kind} ${fullName(object)}`, part.name].filter((each) => each !== undefined).join(" ");
  return {
    ...podOf(where, namespaceOf(object), { ...template, metadata }),
    ports,
    storageClasses: claimClasses(part.volumeClaimTemplates),
  };
}

function kafkaPool(object: Tree): Partial<OperatorMade> {
  const spec = object.spec as Tree;
  const cluster = String(at(object, "metadata", "labels", "strimzi.io/cluster"));
  const labels = { ...strimzi(cluster, "kafka"), "strimzi.io/pool-name": nameOf(object) };
  const template = at(spec, "template", "pod") as Tree;
  const containers = [{ name: "kafka", resources: spec.resources }];
  return {
    pods: [
      {
        ...podOf(`KafkaNodePool ${fullName(object)}`, namespaceOf(object), {
          metadata: { labels },
          spec: { ...template, containers },
        }),
        ports: { "tcp-prometheus": 9404 },
        storageClasses: [...new Set(trees(at(spec, "storage", "volumes")).map((volume) => String(volume.class)))],
        count: Number(spec.replicas),
      },
    ],
  };
}

/** The cluster's Services, what runs beside the brokers, and the policies that the operator writes for all of them. */
function kafka(object: Tree): Partial<OperatorMade> {
  const spec = object.spec as Tree;
  const namespace = namespaceOf(object);
  const cluster = nameOf(object);
  const listeners = trees(at(spec, "kafka", "listeners"));
  const beside = (name: string, key: string, containers: unknown[], ports: ClusterPod["ports"]): ClusterPod[] =>
    spec[key] === undefined
      ? []
      : [
          {
            ...podOf(`Kafka ${fullName(object)} ${name}`, namespace, {
              metadata: { labels: { ...strimzi(cluster, name), "app.kubernetes.io/name": name } },
              spec: { ...(at(spec, key, "template", "pod") as Tree), containers },
            }),
            ports,
            // Deployments: one more while they change.
            count: 2,
          },
        ];
  const open = (name: string, ingress: Tree[]) => ({
    kind: "NetworkPolicy",
    metadata: { namespace, name },
    spec: { podSelector: { matchLabels: strimzi(cluster, name) }, policyTypes: ["Ingress"], ingress },
  });
  const inside = { from: [{ podSelector: { matchLabels: { "strimzi.io/cluster": cluster } } }] };
  const metrics = { ports: [{ port: 9404, protocol: "TCP" }] };
  return {
    pods: [
      ...beside(
        "entity-operator",
        "entityOperator",
        ["topicOperator", "userOperator"].map((key) => ({ name: key, ...(at(spec, "entityOperator", key) as Tree) })),
        { healthcheck: 8080 },
      ),
      ...beside("kafka-exporter", "kafkaExporter", [at(spec, "kafkaExporter")], { "tcp-prometheus": 9404 }),
      ...beside("cruise-control", "cruiseControl", [at(spec, "cruiseControl")], { "tcp-prometheus": 9404 }),
    ],
    services: [
      {
        namespace,
        name: `${cluster}-kafka-bootstrap`,
        labels: {},
        selector: strimzi(cluster, "kafka"),
        ports: listeners.map(({ port }) => ({ port: Number(port), target: Number(port) })),
      },
    ],
    policies: [
      open("kafka", [
        inside,
        metrics,
        ...listeners.map(({ port, networkPolicyPeers }) => ({
          ...(networkPolicyPeers === undefined ? {} : { from: networkPolicyPeers }),
          ports: [{ port, protocol: "TCP" }],
        })),
      ]),
      open("kafka-exporter", [metrics]),
      open("cruise-control", [inside, metrics]),
    ],
  };
}

function strimzi(cluster: string, name: string): Labels {
  return { "strimzi.io/cluster": cluster, "strimzi.io/kind": "Kafka", "strimzi.io/name": `${cluster}-${name}` };
}

/** NGINX Gateway Fabric makes the proxies of the gateway `edge` by what its chart wrote into the NginxProxy. */
function nginxProxy(object: Tree): Partial<OperatorMade> {
  const namespace = namespaceOf(object);
  const deployment = at(object, "spec", "kubernetes", "deployment") as Tree;
  const labels = { "gateway.networking.k8s.io/gateway-name": "edge", "app.kubernetes.io/name": "edge-nginx" };
  const most = Number(at(deployment, "autoscaling", "maxReplicas") ?? deployment.replicas);
  const containers = isTree(deployment.container) ? [deployment.container] : [];
  const patched = trees(deployment.patches).map((patch) => at(patch, "value", "spec", "template", "spec") as Tree);
  const spec = Object.assign({}, deployment.pod, ...patched, { containers, serviceAccountName: "edge-nginx" }) as Tree;
  return {
    pods: [
      {
        ...podOf(`NginxProxy ${fullName(object)}`, namespace, { metadata: { labels }, spec }),
        ports: { metrics: 9113 },
        count: most + Math.ceil(most / 4),
      },
    ],
    services: [
      {
        namespace,
        name: "edge-nginx",
        labels: {},
        selector: labels,
        ports: [80, 443].map((port) => ({ port, target: port })),
      },
    ],
    serviceAccounts: [`${namespace}/edge-nginx`],
  };
}
