import type { ChartName } from "./charts.ts";

/** One image of a chart, and the key by which the chart takes it from elsewhere. */
export interface ChartImage {
  /** Path of the key among the chart's values. */
  key: string;
  /** `registry`: the host alone; `repository`: host and path; `image`: host, path and tag. */
  form: "registry" | "repository" | "image";
  /** What the chart uses when nothing is set; `{appVersion}` is the pin's. */
  upstream: string;
}

const registry = (key: string, upstream: string): ChartImage => ({ key, form: "registry", upstream });
const repository = (key: string, upstream: string): ChartImage => ({ key, form: "repository", upstream });
const image = (key: string, upstream: string): ChartImage => ({ key, form: "image", upstream });

/** All images that each chart can start with our values; those of parts that we leave off are not listed. */
export const mirroredImages: { [chart in ChartName]: ChartImage[] } = {
  "prometheus-operator-crds": [],
  "cert-manager": [registry("imageRegistry", "quay.io")],
  "external-secrets": [
    repository("image.repository", "ghcr.io/external-secrets/external-secrets"),
    repository("webhook.image.repository", "ghcr.io/external-secrets/external-secrets"),
    repository("certController.image.repository", "ghcr.io/external-secrets/external-secrets"),
  ],
  "external-dns": [repository("image.repository", "registry.k8s.io/external-dns/external-dns")],
  "metrics-server": [repository("image.repository", "registry.k8s.io/metrics-server/metrics-server")],
  "kube-prometheus-stack": [
    registry("alertmanager.alertmanagerSpec.image.registry", "quay.io"),
    registry("prometheusOperator.admissionWebhooks.deployment.image.registry", "quay.io"),
    registry("prometheusOperator.admissionWebhooks.patch.image.registry", "ghcr.io"),
    registry("prometheusOperator.image.registry", "quay.io"),
    registry("prometheusOperator.prometheusConfigReloader.image.registry", "quay.io"),
    registry("prometheusOperator.thanosImage.registry", "quay.io"),
    registry("prometheus.prometheusSpec.image.registry", "quay.io"),
    registry("grafana.image.registry", "docker.io"),
    registry("grafana.sidecar.image.registry", "quay.io"),
    registry("grafana.downloadDashboardsImage.registry", "docker.io"),
    registry("kube-state-metrics.image.registry", "registry.k8s.io"),
    registry("prometheus-node-exporter.image.registry", "quay.io"),
  ],
  "prometheus-postgres-exporter": [registry("image.registry", "quay.io")],
  "prometheus-redis-exporter": [repository("image.repository", "docker.io/oliver006/redis_exporter")],
  "prometheus-elasticsearch-exporter": [
    repository("image.repository", "quay.io/prometheuscommunity/elasticsearch-exporter"),
  ],
  "prometheus-blackbox-exporter": [
    registry("image.registry", "quay.io"),
    registry("configReloader.image.registry", "quay.io"),
  ],
  "prometheus-yet-another-cloudwatch-exporter": [registry("image.registry", "quay.io")],
  loki: [
    registry("loki.image.registry", "docker.io"),
    registry("defaults.statefulSetRecreateJob.image.registry", "registry.k8s.io"),
    registry("lokiCanary.image.registry", "docker.io"),
    registry("gateway.image.registry", "docker.io"),
    registry("memcached.image.registry", "docker.io"),
    registry("memcachedExporter.image.registry", "docker.io"),
    registry("sidecar.image.registry", "docker.io"),
  ],
  alloy: [registry("image.registry", "docker.io"), registry("configReloader.image.registry", "quay.io")],
  "opentelemetry-collector": [repository("image.repository", "docker.io/otel/opentelemetry-collector-contrib")],
  jaeger: [
    registry("jaeger.image.registry", "docker.io"),
    registry("esIndexCleaner.image.registry", "docker.io"),
    registry("esRollover.image.registry", "docker.io"),
    registry("esLookback.image.registry", "docker.io"),
    registry("spark.image.registry", "docker.io"),
  ],
  vault: [
    repository("server.image.repository", "docker.io/hashicorp/vault"),
    repository("injector.image.repository", "docker.io/hashicorp/vault-k8s"),
    repository("injector.agentImage.repository", "docker.io/hashicorp/vault"),
  ],
  consul: [
    image("global.image", "docker.io/hashicorp/consul:{appVersion}"),
    image("global.imageK8S", "docker.io/hashicorp/consul-k8s-control-plane:{appVersion}"),
    image("global.imageConsulDataplane", "docker.io/hashicorp/consul-dataplane:{appVersion}"),
  ],
  "strimzi-kafka-operator": [registry("defaultImageRegistry", "quay.io")],
  "eck-operator": [
    repository("image.repository", "docker.elastic.co/eck/eck-operator"),
    // Where the operator takes Elasticsearch, Kibana and Logstash from.
    registry("config.containerRegistry", "docker.elastic.co"),
  ],
  "nginx-gateway-fabric": [
    repository("nginxGateway.image.repository", "ghcr.io/nginx/nginx-gateway-fabric"),
    repository("nginx.image.repository", "ghcr.io/nginx/nginx-gateway-fabric/nginx"),
  ],
  "argo-rollouts": [registry("controller.image.registry", "quay.io")],
  reloader: [repository("image.repository", "ghcr.io/stakater/reloader")],
};
