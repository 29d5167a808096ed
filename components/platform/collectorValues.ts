import type { TracingSettings } from "../../stack/sections/tracing.ts";
import { imagePin } from "./charts.ts";
import {
  gatewayConfiguration,
  gatewayName,
  gatewayPermissions,
  samplerConfiguration,
  samplerName,
  spanMetricsPort,
} from "./collectorConfiguration.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { tracingNamespace } from "./monitoringNames.ts";
import { hasBudget, resources, restrictedContainer, restrictedPod, topologySpread } from "./pods.ts";
import type { ChartValues } from "./values.ts";

/** Context that the collector's values need. */
export type CollectorContext = Pick<PlatformContext, "topologySpread">;

/** User of the collector's image. */
const collectorUser = 10001;

/** Values of the first tier: takes spans in, names their pods, makes metrics of them, and balances by trace. */
export function gatewayCollectorValues(context: CollectorContext, settings: TracingSettings): ChartValues {
  const { replicas, maximumReplicas, size } = settings.gateway;
  return {
    ...commonValues(context, gatewayName, replicas),
    config: gatewayConfiguration(tracingNamespace, settings),
    // The preset would do the same with wider permissions, and rewrites the pipelines.
    clusterRole: { create: true, rules: gatewayPermissions },
    ports: {
      ...ports,
      ...(settings.spanMetrics
        ? {
            "span-metrics": {
              enabled: true,
              containerPort: spanMetricsPort,
              servicePort: spanMetricsPort,
              protocol: "TCP",
            },
          }
        : {}),
    },
    serviceMonitor: {
      enabled: true,
      metricsEndpoints: [
        { port: "metrics", interval: "15s" },
        // The metrics speak of the services, not of the collector: their own labels win.
        ...(settings.spanMetrics ? [{ port: "span-metrics", interval: "15s", honorLabels: true }] : []),
      ],
    },
    autoscaling: {
      enabled: maximumReplicas > replicas,
      minReplicas: replicas,
      maxReplicas: maximumReplicas,
      targetCPUUtilizationPercentage: 70,
    },
    resources: resources(size.cpu, size.memory),
  };
}

/** Values of the second tier: holds whole traces and decides. Its Service is headless, so that the first tier sees each pod. */
export function samplerCollectorValues(
  context: CollectorContext,
  settings: TracingSettings,
  jaegerEndpoint: string,
): ChartValues {
  const { replicas, size } = settings.sampler;
  return {
    ...commonValues(context, samplerName, replicas),
    config: samplerConfiguration(jaegerEndpoint, settings),
    serviceAccount: { create: true, name: samplerName, automountServiceAccountToken: false },
    ports,
    service: { type: "ClusterIP", clusterIP: "None" },
    serviceMonitor: { enabled: true, metricsEndpoints: [{ port: "metrics", interval: "15s" }] },
    // The traces in memory are decided on before the pod goes.
    terminationGracePeriodSeconds: settings.sampling.decisionWaitSeconds + 30,
    resources: resources(size.cpu, size.memory),
  };
}

/** The chart opens a port for every protocol it knows: only OTLP is spoken here. */
const ports: ChartValues = {
  otlp: { enabled: true, hostPort: null },
  "otlp-http": { enabled: true, hostPort: null },
  metrics: { enabled: true },
  "jaeger-compact": { enabled: false },
  "jaeger-thrift": { enabled: false },
  "jaeger-grpc": { enabled: false },
  zipkin: { enabled: false },
};

function commonValues(context: CollectorContext, name: string, replicas: number): ChartValues {
  const { reference, tag } = imagePin("opentelemetry-collector-contrib");
  return {
    mode: "deployment",
    fullnameOverride: name,
    // The chart has no default image; balancing and tail sampling are only in contrib.
    image: { repository: reference, tag },
    replicaCount: replicas,
    podDisruptionBudget: hasBudget(replicas) ? { enabled: true, minAvailable: replicas - 1 } : { enabled: false },
    topologySpreadConstraints: topologySpread(context, replicas, { "app.kubernetes.io/instance": name }),
    priorityClassName: priorityClasses.observability,
    podSecurityContext: restrictedPod(collectorUser),
    securityContext: restrictedContainer,
    rollout: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
  };
}
