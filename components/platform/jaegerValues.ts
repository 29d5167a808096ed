import { hash } from "node:crypto";
import type { TracingSettings } from "../../stack/sections/tracing.ts";
import { chartPin } from "./charts.ts";
import type { PlatformContext } from "./context.ts";
import { prometheusAddress } from "./monitoringNames.ts";
import { goMemoryLimit, resources, restrictedContainer, restrictedPod, topologySpread } from "./pods.ts";
import type { ChartValues } from "./values.ts";

/** Context that Jaeger's values need. */
export type JaegerContext = Pick<PlatformContext, "topologySpread">;

/** Where Jaeger keeps its spans, and how it logs in there. */
export interface JaegerStorage {
  /** Address of Elasticsearch, for example `https://trading-es-http.elastic.svc:9200`. */
  address: string;
  /** User at Elasticsearch, which may use `jaeger-*` only. */
  user: string;
  /** Secret in the namespace `tracing` with the user's password. */
  passwordSecret: { name: string; key: string };
  /** Secret in the namespace `tracing` with the certificate authority under `ca.crt`. */
  authoritySecret: string;
}

const authorityDirectory = "/authority";

/** User of Jaeger's image. */
const jaegerUser = 10001;

/** Jaeger's configuration: spans in by OTLP, kept in Elasticsearch, one index a day. */
function jaegerConfiguration(settings: TracingSettings, storage: JaegerStorage): ChartValues {
  const indices = (shards: number) => ({ shards, replicas: settings.jaeger.shardReplicas });
  return {
    service: {
      extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
      pipelines: {
        traces: {
          receivers: ["otlp"],
          processors: ["memory_limiter", "batch"],
          exporters: ["jaeger_storage_exporter"],
        },
      },
      telemetry: {
        resource: { "service.name": "jaeger" },
        metrics: {
          level: "detailed",
          readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: 8888 } } } }],
        },
        logs: { level: "info", encoding: "json" },
      },
    },
    extensions: {
      // The kubelet asks from outside the pod: 127.0.0.1, the default, would never answer it.
      healthcheckv2: { use_v2: true, http: { endpoint: "0.0.0.0:13133" } },
      jaeger_query: {
        storage: { traces: "elasticsearch", ...(settings.spanMetrics ? { metrics: "prometheus" } : {}) },
        http: { endpoint: "0.0.0.0:16686" },
        grpc: { endpoint: "0.0.0.0:16685" },
        ui: { config_file: "/etc/jaeger/ui-config.json" },
      },
      jaeger_storage: {
        backends: {
          elasticsearch: {
            elasticsearch: {
              server_urls: [storage.address],
              // The configuration is a ConfigMap: the password is in the environment only.
              auth: { basic: { username: storage.user, password: "${env:ES_PASSWORD}" } },
              tls: { ca_file: `${authorityDirectory}/ca.crt` },
              // Without a prefix of its own the names begin with jaeger-, which is what the user may touch.
              indices: {
                spans: indices(settings.jaeger.shards),
                services: indices(1),
                dependencies: indices(1),
              },
            },
          },
        },
        ...(settings.spanMetrics ? { metric_backends: { prometheus: { prometheus: spanMetricsSource } } } : {}),
      },
    },
    receivers: {
      otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" }, http: { endpoint: "0.0.0.0:4318" } } },
    },
    processors: {
      memory_limiter: { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 20 },
      batch: {},
    },
    exporters: { jaeger_storage_exporter: { trace_storage: "elasticsearch" } },
  };
}

/** The Monitor page reads what the collector made of the spans before sampling. */
const spanMetricsSource = {
  endpoint: prometheusAddress,
  // The collector counts in seconds, Jaeger would look for milliseconds.
  latency_unit: "s",
  normalize_calls: true,
  normalize_duration: true,
};

/** What the page in the browser shows beyond its defaults. */
function jaegerPage(settings: TracingSettings): ChartValues {
  return {
    monitor: { menuEnabled: settings.spanMetrics },
    dependencies: { menuEnabled: true },
    search: {
      maxLookback: { label: `${settings.jaeger.retentionDays} days`, value: `${settings.jaeger.retentionDays}d` },
    },
    criticalPathEnabled: true,
    tracking: { trackErrors: false },
  };
}

/**
 * Label that changes with the configuration. The chart mounts it by subPath and without a checksum, so that a changed
 * ConfigMap alone would never reach a running pod.
 */
function configurationHash(...parts: ChartValues[]): string {
  return hash("sha256", JSON.stringify(parts)).slice(0, 16);
}

/** Values of Jaeger. The route is not the chart's: it carries the login, see `Jaeger`. */
export function jaegerValues(context: JaegerContext, settings: TracingSettings, storage: JaegerStorage): ChartValues {
  const { replicas, retentionDays, size } = settings.jaeger;
  const userconfig = jaegerConfiguration(settings, storage);
  const uiconfig = jaegerPage(settings);
  const password = { name: "ES_PASSWORD", valueFrom: { secretKeyRef: storage.passwordSecret } };
  const tag = chartPin("jaeger").appVersion;
  return {
    fullnameOverride: "jaeger",
    userconfig,
    uiconfig,
    jaeger: {
      // The top-level `tag` is read by no template.
      image: { tag },
      replicas,
      // The chart's own strategy is Recreate: every change would be an outage.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      extraEnv: [password, goMemoryLimit(size.memory)],
      extraVolumes: [{ name: "authority", secret: { secretName: storage.authoritySecret } }],
      extraVolumeMounts: [{ name: "authority", mountPath: authorityDirectory, readOnly: true }],
      serviceAccount: { automountServiceAccountToken: false },
      resources: resources(size.cpu, size.memory),
      podSecurityContext: restrictedPod(jaegerUser),
      securityContext: restrictedContainer,
      podLabels: { "trading-platform/configuration": configurationHash(userconfig, uiconfig) },
      topologySpreadConstraints: topologySpread(context, replicas, { "app.kubernetes.io/name": "jaeger" }),
    },
    storage: {
      type: "elasticsearch",
      elasticsearch: { url: storage.address, user: storage.user, tls: { enabled: false } },
    },
    esIndexCleaner: {
      enabled: true,
      image: { tag },
      numberOfDays: retentionDays,
      schedule: "55 0 * * *",
      resources: resources("20m", "64Mi"),
      podSecurityContext: restrictedPod(1000),
      securityContext: restrictedContainer,
      extraEnv: [
        // The chart takes this password in clear only.
        password,
        { name: "ES_TLS_ENABLED", value: "true" },
        { name: "ES_TLS_CA", value: `${authorityDirectory}/ca.crt` },
      ],
      extraSecretMounts: [
        { name: "authority", mountPath: authorityDirectory, secretName: storage.authoritySecret, readOnly: true },
      ],
    },
  };
}
