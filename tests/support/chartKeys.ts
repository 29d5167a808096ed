/**
 * What the charts' own values.yaml does not show, each with the reason: keys that stand only in comments there and are
 * read by the templates, and maps that are free-form although the chart gives them content.
 * A path ends a key; `*` stands for one key; everything under a listed path is accepted.
 */
export const acceptedKeys: { [chart: string]: { [path: string]: string } } = {
  "cert-manager": {
    config: "ControllerConfiguration, passed to the controller whole",
    "webhook.config": "WebhookConfiguration, passed to the webhook whole",
    "podDisruptionBudget.minAvailable": "commented out, read by the template",
    "webhook.podDisruptionBudget.minAvailable": "commented out, read by the template",
    "cainjector.podDisruptionBudget.minAvailable": "commented out, read by the template",
    "serviceAccount.annotations": "commented out, read by the template",
  },
  loki: {
    "loki.limits_config": "Loki's own configuration, merged into config.yaml",
    "loki.compactor": "Loki's own configuration, merged into config.yaml",
    "loki.rulerConfig": "Loki's own configuration, merged into config.yaml",
    "loki.storage.bucketNames": "required by the template, absent from the defaults",
    "loki.schemaConfig": "Loki's own configuration, merged into config.yaml",
    "loki.server": "Loki's own configuration, merged into config.yaml",
    "loki.ingester": "Loki's own configuration, merged into config.yaml",
    "loki.query_range": "Loki's own configuration, merged into config.yaml",
    "loki.frontend": "Loki's own configuration, merged into config.yaml",
    "loki.commonConfig": "Loki's own configuration, merged into config.yaml",
    "loki.querier": "Loki's own configuration, merged into config.yaml",
    "loki.analytics": "Loki's own configuration, merged into config.yaml",
  },
  "opentelemetry-collector": {
    "service.clusterIP": "absent from values.yaml, in values.schema.json, read by the template of the Service",
    config: "the collector's own configuration; null removes a default",
    "ports.*": "one port of the Service each, named freely",
    "podDisruptionBudget.minAvailable": "commented out, read by the template",
  },
  jaeger: {
    "jaeger.topologySpreadConstraints":
      "values.yaml misspells it topologySpreadContraints; the template reads this one",
    "jaeger.strategy": "absent from values.yaml, read by the template; without it the strategy is Recreate",
    "jaeger.resources": "absent from values.yaml, read by the template",
    "jaeger.podLabels": "absent from values.yaml, read by the template",
    "storage.elasticsearch.user": "absent from values.yaml, read by the template",
    userconfig: "Jaeger's own configuration, written to the ConfigMap whole",
  },
  "kube-prometheus-stack": {
    "alertmanager.alertmanagerSpec.configSecret": "commented out in values.yaml, read by the template",
    "prometheusOperator.priorityClassName": "commented out in values.yaml, read by the template",
    "prometheusOperator.admissionWebhooks.deployment.priorityClassName":
      "commented out in values.yaml, read by the template",
    "alertmanager.config": "Alertmanager's own configuration",
    "grafana.grafana.ini": "Grafana's own configuration, section by section",
    "grafana.persistence.storageClassName": "commented out in the subchart's values.yaml, read by its template",
    "grafana.annotations":
      "commented out in the subchart's values.yaml (annotations of the Deployment), read by its template",
    "grafana.fullnameOverride": "absent from the subchart's values.yaml, read by grafana.fullname",
    "grafana.priorityClassName": "commented out in the subchart's values.yaml, read by its template",
    "kube-state-metrics.priorityClassName": "commented out in the subchart's values.yaml, read by its template",
    "prometheus-node-exporter.priorityClassName": "commented out in the subchart's values.yaml, read by its template",
    "grafana.sidecar.datasources.alertmanager": "commented in part; read by the data source template",
  },
  "prometheus-blackbox-exporter": {
    fullnameOverride: "absent from values.yaml, read by prometheus-blackbox-exporter.fullname",
    "config.modules": "one module each, named freely",
  },
  "prometheus-postgres-exporter": {
    fullnameOverride: "absent from values.yaml, read by prometheus-postgres-exporter.fullname",
    "serviceMonitor.interval": "commented out, read by the template",
    "serviceMonitor.relabelings": "commented out, read by the template",
  },
  "prometheus-redis-exporter": {
    fullnameOverride: "absent from values.yaml, read by prometheus-redis-exporter.fullname",
    "serviceMonitor.interval": "commented out, read by the template",
  },
  "prometheus-elasticsearch-exporter": {
    fullnameOverride: "absent from values.yaml, read by elasticsearch-exporter.fullname",
  },
  "prometheus-yet-another-cloudwatch-exporter": {
    "serviceMonitor.interval": "commented out, read by the template",
  },
  reloader: {
    "reloader.podDisruptionBudget.minAvailable": "commented out, read by the template",
  },
  vault: {
    fullnameOverride: "absent from values.yaml, read by vault.fullname",
  },
  "nginx-gateway-fabric": {
    "nginx.config": "the spec of the NginxProxy resource; checked against its CRD through the chart's schema",
  },
};

/** Keys below which Kubernetes' own types stand, in every chart: any field of that type is right there. */
export const kubernetesKeys: ReadonlySet<string> = new Set([
  "resources",
  "securityContext",
  "podSecurityContext",
  "containerSecurityContext",
  "nodeSelector",
  "affinity",
  "annotations",
  "podAnnotations",
  "labels",
  "podLabels",
  "extraLabels",
  "strategy",
  "deploymentStrategy",
  "updateStrategy",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
]);
