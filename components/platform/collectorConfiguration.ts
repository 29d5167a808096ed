import type { TracingSettings } from "../../stack/sections/tracing.ts";
import type { ChartValues } from "./values.ts";

/** Name of the first tier: takes spans in, and sends all spans of a trace to the same sampler. */
export const gatewayName = "otel-gateway";

/** Name of the second tier: sees whole traces and decides which are kept. */
export const samplerName = "otel-sampler";

/** Port of the collector on which Prometheus reads the metrics made of spans. */
export const spanMetricsPort = 8889;

/** Attribute by which the services mark spans that place, change or cancel an order. */
const orderAttribute = "trading.order";

/** Buckets of the span histogram; 100 ms and 1 s are the latency objectives. */
const durationBuckets = ["5ms", "10ms", "25ms", "50ms", "100ms", "250ms", "500ms", "1s", "2500ms", "5s", "10s"];

/** The pod's own address: a collector must not listen on addresses that it does not need. */
const own = (port: number) => `\${env:MY_POD_IP}:${port}`;

/** First of all processors: refuses work before the kernel kills the pod. */
const memoryLimiter = { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 20 };

/** Default receivers, exporters and pipelines of the chart that this configuration does without; null removes them. */
const withoutDefaults = {
  receivers: { jaeger: null, zipkin: null, prometheus: null },
  exporters: { debug: null },
  pipelines: { logs: null, metrics: null },
};

const otlpReceiver = { protocols: { grpc: { endpoint: own(4317) }, http: { endpoint: own(4318) } } };

/** Configuration of the first tier. */
export function gatewayConfiguration(namespace: string, settings: TracingSettings): ChartValues {
  const tracesTo = settings.spanMetrics ? ["load_balancing", "span_metrics"] : ["load_balancing"];
  return {
    receivers: { ...withoutDefaults.receivers, otlp: otlpReceiver },
    processors: {
      // The balancer batches per sampler; a batch here would only be torn apart again.
      batch: null,
      memory_limiter: memoryLimiter,
      k8s_attributes: kubernetesAttributes,
    },
    ...(settings.spanMetrics ? { connectors: { span_metrics: spanMetrics } } : {}),
    exporters: {
      ...withoutDefaults.exporters,
      load_balancing: {
        routing_key: "traceID",
        protocol: {
          otlp: {
            tls: { insecure: true },
            timeout: "5s",
            sending_queue: { enabled: true, queue_size: 1000 },
            retry_on_failure: { enabled: true, max_elapsed_time: "60s" },
          },
        },
        // By name and not by the API: the headless Service tells every ready sampler, and no permission is needed.
        resolver: { dns: { hostname: `${samplerName}.${namespace}.svc.cluster.local`, port: "4317", interval: "5s" } },
      },
      ...(settings.spanMetrics
        ? { prometheus: { endpoint: own(spanMetricsPort), enable_open_metrics: true, metric_expiration: "10m" } }
        : {}),
    },
    service: {
      pipelines: {
        ...withoutDefaults.pipelines,
        traces: {
          receivers: ["otlp"],
          processors: ["memory_limiter", "k8s_attributes"],
          exporters: tracesTo,
        },
        ...(settings.spanMetrics
          ? { "metrics/spans": { receivers: ["span_metrics"], exporters: ["prometheus"] } }
          : {}),
      },
    },
  };
}

/** Configuration of the second tier. */
export function samplerConfiguration(jaegerEndpoint: string, settings: TracingSettings): ChartValues {
  return {
    receivers: { ...withoutDefaults.receivers, otlp: otlpReceiver },
    processors: {
      memory_limiter: memoryLimiter,
      tail_sampling: tailSampling(settings.sampling),
      batch: { send_batch_size: 1024, send_batch_max_size: 2048, timeout: "1s" },
    },
    exporters: {
      ...withoutDefaults.exporters,
      "otlp_grpc/jaeger": {
        endpoint: jaegerEndpoint,
        tls: { insecure: true },
        sending_queue: { enabled: true, queue_size: 5000 },
        retry_on_failure: { enabled: true, max_elapsed_time: "5m" },
      },
    },
    service: {
      pipelines: {
        ...withoutDefaults.pipelines,
        traces: {
          receivers: ["otlp"],
          processors: ["memory_limiter", "tail_sampling", "batch"],
          exporters: ["otlp_grpc/jaeger"],
        },
      },
    },
  };
}

/** What is kept: everything that went wrong, everything slow, every order, and a share of the rest. */
function tailSampling(sampling: TracingSettings["sampling"]) {
  return {
    decision_wait: `${sampling.decisionWaitSeconds}s`,
    num_traces: sampling.tracesInMemory,
    // A span that comes after the decision follows it, instead of starting a trace of its own.
    decision_cache: {
      sampled_cache_size: sampling.tracesInMemory * 2,
      non_sampled_cache_size: sampling.tracesInMemory * 2,
    },
    policies: [
      { name: "errors", type: "status_code", status_code: { status_codes: ["ERROR"] } },
      { name: "slow", type: "latency", latency: { threshold_ms: sampling.slowMilliseconds } },
      {
        name: "orders",
        type: "boolean_attribute",
        boolean_attribute: { key: orderAttribute, value: true },
      },
      {
        name: "share",
        type: "probabilistic",
        probabilistic: { sampling_percentage: sampling.probabilityPercent },
      },
    ],
  };
}

/** Names of pod, namespace and workload on every span, found by the address that the span came from. */
const kubernetesAttributes = {
  auth_type: "serviceAccount",
  passthrough: false,
  extract: {
    metadata: ["k8s.namespace.name", "k8s.pod.name", "k8s.pod.uid", "k8s.node.name", "k8s.deployment.name"],
    labels: [
      { tag_name: "service.version", key: "app.kubernetes.io/version", from: "pod" },
      { tag_name: "app.kubernetes.io/name", key: "app.kubernetes.io/name", from: "pod" },
    ],
  },
  pod_association: [
    { sources: [{ from: "resource_attribute", name: "k8s.pod.ip" }] },
    { sources: [{ from: "resource_attribute", name: "k8s.pod.uid" }] },
    { sources: [{ from: "connection" }] },
  ],
};

/** Rate, errors and duration of every span, made before sampling so that they count all; exemplars lead to a trace. */
const spanMetrics = {
  namespace: "traces.span.metrics",
  histogram: { unit: "s", explicit: { buckets: durationBuckets } },
  dimensions: [{ name: "http.request.method" }, { name: "http.response.status_code" }],
  exemplars: { enabled: true, max_per_data_point: 2 },
  // Names of spans with ids in them would grow without end.
  aggregation_cardinality_limit: 5000,
  metrics_flush_interval: "15s",
  metrics_expiration: "10m",
};

/** What the first tier may ask the Kubernetes API for, to find the pod behind an address. */
export const gatewayPermissions = [
  { apiGroups: [""], resources: ["pods", "namespaces"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get", "list", "watch"] },
];
