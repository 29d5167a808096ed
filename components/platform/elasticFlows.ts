import type { PlatformContext } from "./context.ts";
import { elasticCluster, elasticNamespace, elasticSetupLabels, elasticsearchPort } from "./elasticNames.ts";
import { kafkaNamespace, kafkaPort, schemaRegistryPort } from "./kafkaNames.ts";
import {
  type Flow,
  type Flows,
  fromApiServer,
  fromPrometheus,
  toApiServer,
  toAws,
  toPodIdentity,
} from "./networkPolicies.ts";

const search = { "elasticsearch.k8s.elastic.co/cluster-name": elasticCluster };
const kibana = { "kibana.k8s.elastic.co/name": elasticCluster };
const logstash = { "logstash.k8s.elastic.co/name": elasticCluster };
const operator = { "app.kubernetes.io/name": "elastic-operator" };

/** What may flow to and from the pods of the namespace `elastic`. */
export function elasticFlows(context: Pick<PlatformContext, "vpcCidr" | "serviceCidr">): { [name: string]: Flows } {
  const namespace = elasticNamespace;
  const to = (pods: { [label: string]: string }, port: number): Flow => ({
    peers: [{ namespace, pods }],
    ports: [port],
  });
  return {
    elasticsearch: {
      namespace,
      pods: search,
      ingress: [
        {
          peers: ["trading", "tracing", "monitoring", namespace].map((peer) => ({ namespace: peer })),
          ports: [elasticsearchPort],
        },
        { peers: [{ namespace, pods: search }], ports: [9300] },
      ],
      egress: [to(search, elasticsearchPort), to(search, 9300), toAws(context), toPodIdentity()],
    },
    kibana: {
      namespace,
      pods: kibana,
      ingress: [
        {
          // People come by `kubectl port-forward`, which needs no flow.
          peers: [
            { namespace, pods: elasticSetupLabels },
            { namespace, pods: operator },
          ],
          ports: [5601],
        },
      ],
      egress: [to(search, elasticsearchPort)],
    },
    logstash: {
      namespace,
      pods: logstash,
      ingress: [{ peers: [{ namespace, pods: operator }], ports: [9600] }],
      egress: [
        to(search, elasticsearchPort),
        { peers: [{ namespace: kafkaNamespace }], ports: [kafkaPort, schemaRegistryPort] },
        toAws(context),
        toPodIdentity(),
      ],
    },
    "elastic-operator": {
      namespace,
      pods: operator,
      ingress: [fromApiServer(context, [9443]), fromPrometheus([8080])],
      egress: [toApiServer(context), to(search, elasticsearchPort), to(kibana, 5601), to(logstash, 9600)],
    },
    "elastic-setup": {
      namespace,
      pods: elasticSetupLabels,
      egress: [to(search, elasticsearchPort), to(kibana, 5601)],
    },
  };
}
