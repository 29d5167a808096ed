import type { PlatformContext } from "./context.ts";
import { loggingNamespace, monitoringNamespace, nodeAgentsNamespace, tracingNamespace } from "./monitoringNames.ts";
import {
  type Flows,
  fromApiServer,
  fromGateway,
  fromPrometheus,
  toApiServer,
  toAws,
  toInternet,
  toPodIdentity,
  vpcFlow,
  withinNamespace,
} from "./networkPolicies.ts";

/** Network policies by name. */
export type FlowPlan = { [name: string]: Flows };

type Addresses = Pick<PlatformContext, "vpcCidr" | "serviceCidr">;

const pods = (name: string) => ({ "app.kubernetes.io/name": name });
const elasticsearch = { peers: [{ namespace: "elastic" }], ports: [9200] };

/** What flows to and from Prometheus, Alertmanager and Grafana. */
export function monitoringFlows(addresses: Addresses, mailPort: number): FlowPlan {
  const namespace = monitoringNamespace;
  return {
    "monitoring-inside": {
      namespace,
      ingress: [withinNamespace(namespace), fromApiServer(addresses, [10250])],
      // Operator, kube-state-metrics, service discovery and the dashboards' sidecar ask the API.
      egress: [withinNamespace(namespace), toApiServer(addresses)],
    },
    prometheus: {
      namespace,
      pods: pods("prometheus"),
      ingress: [
        // Canary analysis, and Jaeger's page on the services' rates and errors.
        { peers: [{ namespace: "argo-rollouts" }, { namespace: tracingNamespace }], ports: [9090] },
      ],
      egress: [
        // Every pod, node and machine of the VPC that has metrics, on whatever port it has them.
        { peers: [{ cidr: addresses.vpcCidr }, { cidr: addresses.serviceCidr }] },
        // EC2, which knows the trading bot's address.
        toAws(addresses),
        toPodIdentity(),
      ],
    },
    alertmanager: {
      namespace,
      pods: pods("alertmanager"),
      // Slack and the external heartbeat; mail; SNS.
      egress: [{ peers: [toInternet()], ports: [443, mailPort] }, toAws(addresses), toPodIdentity()],
    },
    grafana: {
      namespace,
      pods: pods("grafana"),
      ingress: [fromGateway([3000])],
      egress: [
        { peers: [{ namespace: loggingNamespace }], ports: [8080] },
        { peers: [{ namespace: tracingNamespace }], ports: [16686] },
        elasticsearch,
        // CloudWatch, and the login provider in the internet.
        toAws(addresses),
        toPodIdentity(),
        vpcFlow(addresses, [5432]),
      ],
    },
  };
}

/** What flows from the exporters to what they watch; Prometheus reaches them inside the namespace. */
export function exporterFlows(addresses: Addresses): FlowPlan {
  const namespace = monitoringNamespace;
  return {
    "postgres-exporter": {
      namespace,
      pods: pods("prometheus-postgres-exporter"),
      egress: [vpcFlow(addresses, [5432])],
    },
    "redis-exporter": {
      namespace,
      pods: pods("prometheus-redis-exporter"),
      egress: [vpcFlow(addresses, [6379])],
    },
    "elasticsearch-exporter": {
      namespace,
      pods: pods("prometheus-elasticsearch-exporter"),
      egress: [elasticsearch],
    },
    "blackbox-exporter": {
      namespace,
      pods: pods("prometheus-blackbox-exporter"),
      egress: [
        // The public hosts, whose balancer is outside or, in a private environment, inside the VPC.
        { peers: [toInternet(), { cidr: addresses.vpcCidr }], ports: [443] },
        { peers: [{ namespace: "vault" }], ports: [8200] },
      ],
    },
    "cloudwatch-exporter": {
      namespace,
      pods: pods("prometheus-yet-another-cloudwatch-exporter"),
      egress: [toAws(addresses), toPodIdentity()],
    },
  };
}

/** What flows to and from Loki, its canary, and Alloy's reader of events. */
export function loggingFlows(addresses: Addresses): FlowPlan {
  const namespace = loggingNamespace;
  return {
    "logging-inside": { namespace, ingress: [withinNamespace(namespace)], egress: [withinNamespace(namespace)] },
    "logging-metrics": {
      namespace,
      // Loki, its canary, the caches' exporter, Alloy.
      ingress: [fromPrometheus([3100, 3500, 9150, 12345])],
    },
    loki: {
      namespace,
      pods: pods("loki"),
      ingress: [
        {
          peers: [{ namespace: nodeAgentsNamespace }, { namespace: monitoringNamespace, pods: pods("grafana") }],
          ports: [8080],
        },
      ],
      // Chunks and index lie in S3.
      egress: [toAws(addresses), toPodIdentity()],
    },
    "alloy-events": { namespace, pods: pods("alloy"), egress: [toApiServer(addresses)] },
  };
}

/** What flows to and from the agents on the nodes; node-exporter uses the node's network, where policies do not hold. */
export function nodeAgentFlows(addresses: Addresses): FlowPlan {
  const namespace = nodeAgentsNamespace;
  return {
    alloy: {
      namespace,
      pods: pods("alloy"),
      ingress: [fromPrometheus([12345])],
      egress: [{ peers: [{ namespace: loggingNamespace, pods: pods("loki") }], ports: [8080] }, toApiServer(addresses)],
    },
  };
}

/** What flows to and from the collector and Jaeger. */
export function tracingFlows(addresses: Addresses): FlowPlan {
  const namespace = tracingNamespace;
  return {
    "tracing-inside": { namespace, ingress: [withinNamespace(namespace)], egress: [withinNamespace(namespace)] },
    "tracing-metrics": { namespace, ingress: [fromPrometheus([8888, 8889])] },
    "otel-gateway": {
      namespace,
      pods: { "app.kubernetes.io/instance": "otel-gateway" },
      ingress: [{ peers: [{ namespace: "trading" }, { namespace: "gateway" }], ports: [4317, 4318] }],
      // Which pod a span came from.
      egress: [toApiServer(addresses)],
    },
    jaeger: {
      namespace,
      pods: pods("jaeger"),
      ingress: [
        fromGateway([16686]),
        { peers: [{ namespace: monitoringNamespace, pods: pods("grafana") }], ports: [16686] },
      ],
      egress: [elasticsearch, { peers: [{ namespace: monitoringNamespace, pods: pods("prometheus") }], ports: [9090] }],
    },
  };
}
