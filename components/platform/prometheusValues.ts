import type { MonitoringSettings } from "../../stack/sections/monitoring.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import {
  alertmanagerConfigSecret,
  alertmanagerReceiversSecret,
  alertmanagerServiceAccount,
  nodeAgentsNamespace,
  prometheusServiceAccount,
} from "./monitoringNames.ts";
import { hasBudget, onStatefulNodes, resources, topologySpread } from "./pods.ts";
import type { ChartValues } from "./values.ts";

/** Context that the values of Prometheus and Alertmanager need. */
export type PrometheusContext = Pick<
  PlatformContext,
  "environment" | "region" | "clusterName" | "storageClassName" | "topologySpread" | "statefulPool"
>;

/** Seconds between two scrapes, from the requirement sheet. */
export const scrapeIntervalSeconds = 15;

/** Seconds between two evaluations of a rule, from the requirement sheet. */
const evaluationIntervalSeconds = 30;

/**
 * Control plane parts that EKS does not let anybody scrape, and the node agents that Auto Mode hides: targets of theirs
 * would be down for ever, and rules about them would fire for ever.
 */
export const hiddenTargets = ["kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy", "coreDns"] as const;

/** Values of kube-prometheus-stack without Grafana, see `grafanaValues`. */
export function prometheusStackValues(context: PrometheusContext, settings: MonitoringSettings): ChartValues {
  return {
    fullnameOverride: "monitoring",
    // Set once and never changed: the names of volumes hang on it.
    cleanPrometheusOperatorObjectNames: true,
    // The release prometheus-operator-crds owns them and upgrades them.
    crds: { enabled: false },
    ...Object.fromEntries(hiddenTargets.map((target) => [target, { enabled: false }])),
    kubelet: {
      serviceMonitor: {
        interval: `${scrapeIntervalSeconds}s`,
        cAdvisorInterval: `${scrapeIntervalSeconds}s`,
        // Labels of the kubelet's targets tell the node: the alerts about volumes and pods join on it.
        attachMetadata: { node: true },
      },
    },
    prometheusOperator: operatorValues(settings),
    prometheus: prometheusValues(context, settings),
    alertmanager: alertmanagerValues(context, settings),
    "kube-state-metrics": {
      fullnameOverride: "kube-state-metrics",
      resources: resources("50m", "256Mi"),
      priorityClassName: priorityClasses.observability,
      // Nobody asks how many Secrets there are, and without it the pod need not read them.
      collectorsExclude: ["secrets"],
      // Alerts and dashboards select by these labels of the catalog.
      metricLabelsAllowlist: ["pods=[app.kubernetes.io/name,app.kubernetes.io/part-of]"],
    },
    "prometheus-node-exporter": {
      fullnameOverride: "node-exporter",
      // It needs the host's network and processes, which only the agents' own namespace allows.
      namespaceOverride: nodeAgentsNamespace,
      resources: resources("20m", "64Mi"),
      priorityClassName: "system-node-critical",
      containerSecurityContext: {
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      },
    },
  };
}

function operatorValues(settings: MonitoringSettings): ChartValues {
  const webhooks = settings.prometheus.replicas > 1 ? 2 : 1;
  return {
    resources: resources("100m", "512Mi"),
    priorityClassName: priorityClasses.observability,
    // The Endpoints API is deprecated; slices carry the kubelets' addresses.
    kubeletEndpointsEnabled: false,
    kubeletEndpointSliceEnabled: true,
    prometheusConfigReloader: { resources: resources("10m", "64Mi"), enableProbe: true },
    admissionWebhooks: {
      enabled: true,
      // A rule that cannot be checked must not block an emergency change.
      failurePolicy: "Ignore",
      // The chart's own certificate comes from hook jobs; cert-manager renews it.
      patch: { enabled: false },
      certManager: { enabled: true },
      deployment: {
        enabled: true,
        replicas: webhooks,
        priorityClassName: priorityClasses.observability,
        resources: resources("20m", "64Mi"),
        podDisruptionBudget: { enabled: hasBudget(webhooks), minAvailable: 1 },
      },
    },
  };
}

function prometheusValues(context: PrometheusContext, settings: MonitoringSettings): ChartValues {
  const { replicas, retentionDays, retentionGibibytes, volumeGibibytes, size } = settings.prometheus;
  return {
    podDisruptionBudget: { enabled: hasBudget(replicas), minAvailable: 1 },
    serviceAccount: { name: prometheusServiceAccount },
    // Replicas differ by a few samples: a reader must stay with one, or graphs flicker.
    service: { sessionAffinity: "ClientIP" },
    prometheusSpec: {
      replicas,
      shards: 1,
      scrapeInterval: `${scrapeIntervalSeconds}s`,
      evaluationInterval: `${evaluationIntervalSeconds}s`,
      retention: `${retentionDays}d`,
      retentionSize: `${retentionGibibytes}GiB`,
      walCompression: true,
      // Exemplars lead from a graph to its trace; the scrape metrics feed the alert on slow targets.
      enableFeatures: ["exemplar-storage", "extra-scrape-metrics"],
      // Everything is scraped, span metrics too: nothing pushes, so no door stands open for it.
      enableRemoteWriteReceiver: false,
      enableOTLPReceiver: false,
      enableAdminAPI: false,
      externalLabels: {
        environment: context.environment,
        cluster: context.clusterName,
        region: context.region,
      },
      // As the operator publishes the kubelets (see `operatorValues`): by Endpoints, its default, none of them is found.
      serviceDiscoveryRole: "EndpointSlice",
      // Monitors, probes and rules of all namespaces, whoever made them.
      serviceMonitorSelectorNilUsesHelmValues: false,
      podMonitorSelectorNilUsesHelmValues: false,
      ruleSelectorNilUsesHelmValues: false,
      probeSelectorNilUsesHelmValues: false,
      scrapeConfigSelectorNilUsesHelmValues: false,
      serviceMonitorNamespaceSelector: {},
      podMonitorNamespaceSelector: {},
      ruleNamespaceSelector: {},
      probeNamespaceSelector: {},
      scrapeConfigNamespaceSelector: {},
      podAntiAffinity: replicas > 1 ? "hard" : "soft",
      topologySpreadConstraints: topologySpread(context, replicas, { "app.kubernetes.io/name": "prometheus" }),
      priorityClassName: priorityClasses.observability,
      resources: resources(size.cpu, size.memory),
      ...onStatefulNodes(context),
      storageSpec: volume(context, volumeGibibytes),
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    },
  };
}

function alertmanagerValues(context: PrometheusContext, settings: MonitoringSettings): ChartValues {
  const { replicas, volumeGibibytes } = settings.alertmanager;
  return {
    // One more than half must stay, so that a rolled node never silences a page.
    podDisruptionBudget: { enabled: hasBudget(replicas), minAvailable: Math.max(1, replicas - 1) },
    serviceAccount: { name: alertmanagerServiceAccount, automountServiceAccountToken: false },
    alertmanagerSpec: {
      replicas,
      automountServiceAccountToken: false,
      // Routing, inhibitions and receivers are one tree of `observability/`, without the chart's InfoInhibitor.
      useExistingSecret: true,
      configSecret: alertmanagerConfigSecret,
      secrets: [alertmanagerReceiversSecret],
      // AlertmanagerConfig resources would add branches to that tree: only labelled ones are read, and nobody labels.
      alertmanagerConfigSelector: { matchLabels: { "trading-platform/alertmanager": "monitoring" } },
      retention: "120h",
      // Replicas speak one after the other, each this much later, unless the one before has sent: the last of three must
      // have looked before the next group interval of critical alerts (15 s) begins, else a message could come twice.
      clusterPeerTimeout: "5s",
      podAntiAffinity: replicas > 1 ? "hard" : "soft",
      topologySpreadConstraints: topologySpread(context, replicas, { "app.kubernetes.io/name": "alertmanager" }),
      priorityClassName: priorityClasses.observability,
      resources: resources("50m", "256Mi"),
      ...onStatefulNodes(context),
      storage: volume(context, volumeGibibytes),
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    },
  };
}

function volume({ storageClassName }: Pick<PlatformContext, "storageClassName">, gibibytes: number): ChartValues {
  return {
    volumeClaimTemplate: {
      spec: {
        storageClassName,
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: `${gibibytes}Gi` } },
      },
    },
  };
}
