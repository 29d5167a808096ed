import type { AlertSettings } from "../../../stack/sections/alerts.ts";

/** Version of kube-prometheus-stack whose rules were read (charts/kube-prometheus-stack/templates/prometheus/rules-1.14). */
export const chartVersionRead = "88.5.3";

/**
 * Rules of the chart that have a twin of ours, or that contradict the routing. Two messages for one incident teach
 * people to look away; ours stays, because it has a page, cases and our threshold.
 */
export const replacedChartAlerts: Readonly<Record<string, string>> = {
  Watchdog: "Watchdog, with a heartbeat outside the cluster",
  InfoInhibitor: "nothing: informational alerts go into the daily digest, this one would silence them",
  NodeFilesystemSpaceFillingUp: "DiskWillFillIn24h",
  NodeFilesystemAlmostOutOfSpace: "HighDiskUsage and CriticalDiskUsage",
  NodeFilesystemFilesFillingUp: "SaturationForecast (node_inodes)",
  NodeFilesystemAlmostOutOfFiles: "SaturationHigh and SaturationCritical (node_inodes)",
  NodeNetworkReceiveErrs: "HighNetworkErrors",
  NodeNetworkTransmitErrs: "HighNetworkErrors",
  NodeHighNumberConntrackEntriesUsed: "SaturationHigh (node_conntrack)",
  NodeFileDescriptorLimit: "SaturationHigh and SaturationCritical (node_file_descriptors)",
  NodeCPUHighUsage: "NodeCpuHigh",
  NodeMemoryHighUtilization: "NodeMemoryHigh",
  KubePersistentVolumeFillingUp: "VolumeAlmostFull, VolumeCriticallyFull and SaturationForecast",
  KubeCPUOvercommit: "SaturationHigh (cluster_cpu_requests); node pools grow by themselves",
  KubeMemoryOvercommit: "SaturationHigh (cluster_memory_requests); node pools grow by themselves",
  PrometheusRuleFailures: "RuleEvaluationFailures",
  PrometheusMissingRuleEvaluations: "RuleEvaluationsMissed",
  AlertmanagerFailedToSendAlerts: "NotificationsFailing",
};

/**
 * Rules of the chart that are critical there and warn here. Critical means that trading stops, data is lost or somebody
 * broke in (requirement sheet S4); these do not, or speak of what the platform does not run (RAID, remote write, shards).
 */
export const softenedChartAlerts: readonly string[] = [
  "AlertmanagerConfigInconsistent",
  "KubeStateMetricsShardingMismatch",
  "KubeStateMetricsShardsMissing",
  "NodeRAIDDegraded",
  "PrometheusBadConfig",
  "PrometheusRemoteStorageFailures",
  "PrometheusRemoteWriteBehind",
];

/** Rules of the chart that stay critical where an environment may page. */
export const criticalChartAlerts: readonly string[] = [
  "AlertmanagerClusterCrashlooping",
  "AlertmanagerClusterDown",
  "AlertmanagerClusterFailedToSendAlerts",
  "AlertmanagerFailedReload",
  "AlertmanagerMembersInconsistent",
  "KubeAPIDown",
  "KubeAPIErrorBudgetBurn",
  "KubeClientCertificateExpiration",
  "KubePersistentVolumeErrors",
  "KubePersistentVolumeInodesFillingUp",
  "KubeStateMetricsListErrors",
  "KubeStateMetricsWatchErrors",
  "KubeletClientCertificateExpiration",
  "KubeletDown",
  "KubeletServerCertificateExpiration",
];

/** Values of kube-prometheus-stack that bring its rules in line with ours. */
export type ChartRuleValues = {
  readonly defaultRules: {
    /** Rules that are left out. */
    readonly disabled: Readonly<Record<string, true>>;
    /** Labels that every rule of the chart gets, so that it can be filtered and owned like ours. */
    readonly additionalRuleLabels: Readonly<Record<string, string>>;
    /** Where the pages of the chart's rules are; ours are in docs/runbooks. */
    readonly runbookUrl: string;
  };
  /** Severities that differ from the chart's; the chart has one severity for all rules of a name. */
  readonly customRules: Readonly<Record<string, { readonly severity: "warning" }>>;
};

/** The chart's rules, kept, with the twins of ours left out and severities by our meaning of the words. */
export function chartRules({ severityCap }: Pick<AlertSettings, "severityCap">): ChartRuleValues {
  const lowered = [...softenedChartAlerts, ...(severityCap === "warning" ? criticalChartAlerts : [])].sort();
  return {
    defaultRules: {
      disabled: Object.fromEntries(Object.keys(replacedChartAlerts).map((name) => [name, true as const])),
      additionalRuleLabels: { category: "infrastructure", owner: "platform" },
      runbookUrl: "https://runbooks.prometheus-operator.dev/runbooks",
    },
    customRules: Object.fromEntries(lowered.map((name) => [name, { severity: "warning" as const }])),
  };
}
