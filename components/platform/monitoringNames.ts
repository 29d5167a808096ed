/** What others must know about the systems that watch: namespaces, addresses, and names of secrets. */

/** Namespace of Prometheus, Alertmanager, Grafana and the exporters. */
export const monitoringNamespace = "monitoring";

/** Namespace of Loki and of Alloy's reader of Kubernetes events. */
export const loggingNamespace = "logging";

/** Namespace of the OpenTelemetry Collector and Jaeger. */
export const tracingNamespace = "tracing";

/** Namespace of the agents that read the node itself; the only privileged one. */
export const nodeAgentsNamespace = "node-agents";

/** Address of Prometheus inside the cluster. */
export const prometheusAddress = `http://monitoring-prometheus.${monitoringNamespace}.svc:9090`;

/** Address of Alertmanager inside the cluster. */
export const alertmanagerAddress = `http://monitoring-alertmanager.${monitoringNamespace}.svc:9093`;

/**
 * Address of every replica of Alertmanager. Who raises alerts must tell all of them: they share silences and what was sent,
 * but not the alerts, and one that hears nothing for five minutes says that it is over.
 */
export function alertmanagerReplicas(replicas: number): string[] {
  return Array.from(
    { length: replicas },
    (_, index) =>
      `http://alertmanager-monitoring-${index}.alertmanager-operated.${monitoringNamespace}.svc.cluster.local:9093`,
  );
}

/** Address of Loki's gateway inside the cluster, for reading and writing. */
export const lokiAddress = `http://loki-gateway.${loggingNamespace}.svc:80`;

/** Address of Jaeger's query interface inside the cluster. */
export const jaegerQueryAddress = `http://jaeger.${tracingNamespace}.svc:16686`;

/** Where the collector sends the traces that are kept, by gRPC. */
export const jaegerOtlpEndpoint = `jaeger.${tracingNamespace}.svc:4317`;

/** Where the services send their spans, by gRPC. */
export const otlpGrpcAddress = `http://otel-gateway.${tracingNamespace}.svc:4317`;

/** Address of the blackbox exporter, as a Probe wants it. */
export const blackboxAddress = `blackbox-exporter.${monitoringNamespace}.svc:9115`;

/** Secret with Alertmanager's configuration under the key `alertmanager.yaml`, made by the routing. */
export const alertmanagerConfigSecret = "alertmanager-config";

/** Secret with the receivers' credentials, mounted at `/etc/alertmanager/secrets/<name>/`. */
export const alertmanagerReceiversSecret = "alertmanager-receivers";

/** Secret with Grafana's administrator: `admin-user`, `admin-password`. */
export const grafanaAdminSecret = "grafana-admin";

/** Secret with Grafana's database: the environment variables `GF_DATABASE_*`. */
export const grafanaDatabaseSecret = "grafana-database";

/** Secret with the client secret of Grafana's login: `clientSecret`. */
export const grafanaOidcSecret = "grafana-oidc";

/** Service account of Grafana; its AWS role reads CloudWatch. */
export const grafanaServiceAccount = "grafana";

/** Service account of Alertmanager; its AWS role publishes to the SNS topics of alerts. */
export const alertmanagerServiceAccount = "alertmanager";

/** Service account of Prometheus; its AWS role finds the trading bot's machine. */
export const prometheusServiceAccount = "prometheus";
