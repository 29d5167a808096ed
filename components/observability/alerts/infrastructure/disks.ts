import { realFileSystems, realInterfaces, secondsPerDay } from "../selectors.ts";
import type { AlertContext, AlertDefinition } from "../types.ts";

const nodes = { fixed: "nodes" } as const;
const disk = { instance: "a", device: "/dev/nvme0n1p1", mountpoint: "/", fstype: "xfs" } as const;
const available = 'node_filesystem_avail_bytes{instance="a",device="/dev/nvme0n1p1",mountpoint="/",fstype="xfs"}';
const size = 'node_filesystem_size_bytes{instance="a",device="/dev/nvme0n1p1",mountpoint="/",fstype="xfs"}';
const inMemory = (series: string) => series.replace('"xfs"', '"tmpfs"').replace('"/"', '"/run"');

/** Alerts about disks and network interfaces of the nodes, and about the volumes of stateful systems. */
export function diskAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { resources } = settings.thresholds;
  const usage = `1 - node_filesystem_avail_bytes{${realFileSystems}} / node_filesystem_size_bytes{${realFileSystems}}`;
  const free = `node_filesystem_avail_bytes{${realFileSystems}} / node_filesystem_size_bytes{${realFileSystems}}`;
  const volumeFree = "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes";
  const diskDiagnosis = [
    {
      text: "What fills it: images, logs, or data?",
      command: "kubectl debug node/<node> -it --image=busybox -- du -xh -d3 /host/var | sort -h | tail -20",
    },
    { text: "Since when?", promql: 'node_filesystem_avail_bytes{instance="<instance>",mountpoint="<mountpoint>"}' },
    {
      text: "Pods with much temporary storage.",
      command: `kubectl get --raw /api/v1/nodes/<node>/proxy/stats/summary | jq -r '.pods[] | "\\(."ephemeral-storage".usedBytes) \\(.podRef.namespace)/\\(.podRef.name)"' | sort -rn | head`,
    },
  ];
  const diskMitigation = [
    "A node of the cluster: cordon and drain it, the pool brings a fresh one.",
    "The bot's instance: `sudo docker system prune -af --filter until=24h`, then check the log rotation.",
    "It comes back: give the pod a limit of ephemeral storage, so that it is evicted before it fills the node; a larger disk for all nodes is `ephemeralStorage` in components/compute/nodePoolManifests.ts.",
  ];
  const volumeDiagnosis = [
    {
      text: "Growth of the last day.",
      promql: 'kubelet_volume_stats_available_bytes{persistentvolumeclaim="<claim>"}',
    },
    { text: "Can the class grow?", command: "kubectl get storageclass; kubectl -n <namespace> get pvc <claim>" },
  ];
  const volumeMitigation = [
    "Grow it: raise the storage setting of the system in the stack file, `pulumi up`; gp3 grows without a restart, once in six hours.",
    "Prometheus: lower the retention size. Kafka: lower `retentionHours` of the largest topic. Elasticsearch: see ElasticsearchDiskLow.",
  ];
  return [
    {
      name: "HighDiskUsage",
      category: "infrastructure",
      severity: "warning",
      component: "node",
      owner: "platform",
      family: "DiskUsage",
      service: nodes,
      expr: `${usage} > ${resources.diskWarning}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "{{ $labels.instance }} {{ $labels.mountpoint }} is {{ $value | humanizePercentage }} full",
      description: "Use of a file system on a disk; those in memory and of container layers do not count.",
      impact: "At the end nothing can be written: no logs, no new pods.",
      panel: { dashboard: "infrastructure", panel: "Disk usage" },
      source: "S2 (> 85 %), S1; resolution C3",
      runbook: { diagnosis: diskDiagnosis, mitigation: diskMitigation },
      cases: [
        { name: "above the first tier", series: { [available]: 10, [size]: 100 }, fires: [disk] },
        {
          name: "exactly at the first tier, and for file systems in memory",
          series: { [available]: 15, [size]: 100, [inMemory(available)]: 1, [inMemory(size)]: 100 },
        },
        { name: "at half of the first tier", series: { [available]: 50, [size]: 100 } },
      ],
    },
    {
      name: "CriticalDiskUsage",
      category: "infrastructure",
      severity: "critical",
      component: "node",
      owner: "platform",
      family: "DiskUsage",
      service: nodes,
      expr: `${usage} > ${resources.diskCritical}`,
      for: "5m",
      summary: "{{ $labels.instance }} {{ $labels.mountpoint }} is {{ $value | humanizePercentage }} full",
      description: "Second tier of HighDiskUsage: nearly nothing is left.",
      impact: "Writing fails within minutes; the kubelet evicts pods.",
      panel: { dashboard: "infrastructure", panel: "Disk usage" },
      source: "S2, S3 (95 %); resolution C3",
      runbook: { diagnosis: diskDiagnosis, mitigation: diskMitigation },
      cases: [
        { name: "above the second tier", series: { [available]: 2, [size]: 100 }, fires: [disk] },
        {
          name: "exactly at the second tier, and for file systems in memory",
          series: { [available]: 5, [size]: 100, [inMemory(available)]: 1, [inMemory(size)]: 100 },
        },
        { name: "at half of the second tier", series: { [available]: 50, [size]: 100 } },
      ],
    },
    {
      name: "DiskWillFillIn24h",
      category: "infrastructure",
      severity: "warning",
      component: "node",
      owner: "platform",
      family: "DiskUsage",
      service: nodes,
      slow: true,
      expr: [
        `predict_linear(node_filesystem_avail_bytes{${realFileSystems}}[6h], ${secondsPerDay}) < 0`,
        `and ${free} < ${resources.diskForecastFree}`,
      ].join(" "),
      for: "1h",
      summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} fills within 24 hours",
      description:
        "The slope of the last six hours leads below zero within a day, and less than 40 % is free: a large empty disk that fills for an hour is no trouble.",
      impact: "None yet; within a day the node can no longer write.",
      panel: { dashboard: "capacity", panel: "Disk forecast" },
      source: "node-mixin (two-stage prediction); reference 3.3",
      runbook: { diagnosis: diskDiagnosis, mitigation: diskMitigation },
      cases: [
        {
          name: "when it was written to before the last six hours",
          series: {
            'node_filesystem_avail_bytes{instance="a",device="/dev/nvme0n1p1",mountpoint="/",fstype="xfs"}':
              "9000-50x120 3000x400",
            'node_filesystem_size_bytes{instance="a",device="/dev/nvme0n1p1",mountpoint="/",fstype="xfs"}': 10000,
          },
          at: 520,
        },
        {
          name: "when a disk with 39 % free loses 2.4 % an hour",
          series: { [available]: "3900-4x500", [size]: 10000 },
          since: 1,
          fires: [disk],
        },
        {
          name: "when it loses 0.9 % an hour, when much is free, when it gains, and for file systems in memory",
          series: {
            [available]: "3900-1.5x500",
            [size]: 10000,
            [available.replace('"a"', '"large"')]: "9000-8x500",
            [size.replace('"a"', '"large"')]: 10000,
            [available.replace('"a"', '"half"')]: "6000-4x500",
            [size.replace('"a"', '"half"')]: 10000,
            [available.replace('"a"', '"gains"')]: "1000+8x500",
            [size.replace('"a"', '"gains"')]: 10000,
            [inMemory(available)]: "3900-7x500",
            [inMemory(size)]: 10000,
          },
          at: 300,
        },
      ],
    },
    {
      name: "VolumeAlmostFull",
      category: "infrastructure",
      severity: "warning",
      component: "kubernetes",
      owner: "platform",
      family: "VolumeUsage",
      service: { label: "persistentvolumeclaim" },
      expr: `${volumeFree} < ${resources.volumeWarningFree}`,
      for: "5m",
      summary: "volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left",
      description: "Free share of a persistent volume, as the kubelet sees it.",
      impact: "The system on it (Prometheus, Loki, Kafka, Elasticsearch, Vault) stops writing when it is full.",
      panel: { dashboard: "infrastructure", panel: "Volumes" },
      source: "S1 (disk space); reference 3.3",
      runbook: { diagnosis: volumeDiagnosis, mitigation: volumeMitigation },
      cases: [
        {
          name: "with a tenth left",
          series: {
            'kubelet_volume_stats_available_bytes{namespace="kafka",persistentvolumeclaim="data-0"}': 10,
            'kubelet_volume_stats_capacity_bytes{namespace="kafka",persistentvolumeclaim="data-0"}': 100,
          },
          fires: [{ namespace: "kafka", persistentvolumeclaim: "data-0" }],
        },
        {
          name: "with 15 % left",
          series: {
            'kubelet_volume_stats_available_bytes{namespace="kafka",persistentvolumeclaim="data-0"}': 15,
            'kubelet_volume_stats_capacity_bytes{namespace="kafka",persistentvolumeclaim="data-0"}': 100,
          },
        },
      ],
    },
    {
      name: "VolumeCriticallyFull",
      category: "infrastructure",
      severity: "critical",
      component: "kubernetes",
      owner: "platform",
      family: "VolumeUsage",
      service: { label: "persistentvolumeclaim" },
      expr: `${volumeFree} < ${resources.volumeCriticalFree}`,
      for: "1m",
      summary: "volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left",
      description: "Second tier of VolumeAlmostFull.",
      impact: "Writing fails within minutes.",
      panel: { dashboard: "infrastructure", panel: "Volumes" },
      source: "S1; reference 3.3",
      runbook: { diagnosis: volumeDiagnosis, mitigation: volumeMitigation },
      cases: [
        {
          name: "with 3 % left",
          series: {
            'kubelet_volume_stats_available_bytes{namespace="kafka",persistentvolumeclaim="data-0"}': 3,
            'kubelet_volume_stats_capacity_bytes{namespace="kafka",persistentvolumeclaim="data-0"}': 100,
          },
          fires: [{ namespace: "kafka", persistentvolumeclaim: "data-0" }],
        },
        {
          name: "with 5 % left",
          series: {
            'kubelet_volume_stats_available_bytes{namespace="kafka",persistentvolumeclaim="data-0"}': 5,
            'kubelet_volume_stats_capacity_bytes{namespace="kafka",persistentvolumeclaim="data-0"}': 100,
          },
        },
      ],
    },
    {
      name: "HighNetworkErrors",
      category: "infrastructure",
      severity: "warning",
      component: "node",
      owner: "platform",
      service: nodes,
      expr: [
        `rate(node_network_receive_errs_total{${realInterfaces}}[5m])`,
        `+ rate(node_network_transmit_errs_total{${realInterfaces}}[5m]) > ${resources.networkErrorsPerSecond}`,
      ].join(" "),
      for: "5m",
      summary: "{{ $labels.device }} of {{ $labels.instance }} has {{ $value | humanize }} errors per second",
      description: "Receive and transmit errors of a node's own interfaces.",
      impact: "Retransmissions: latency of everything on the node.",
      panel: { dashboard: "infrastructure", panel: "Network errors" },
      source: "S2",
      runbook: {
        diagnosis: [
          { text: "One node or a zone?", promql: "topk(10, rate(node_network_receive_errs_total[5m]))" },
          {
            text: "Limits of the instance type exceeded?",
            command:
              "kubectl debug node/<node> -it --image=nicolaka/netshoot -- ethtool -S <device> | grep allowance_exceeded",
          },
          { text: "AWS health events.", command: "aws health describe-events --filter eventTypeCategories=issue" },
        ],
        mitigation: [
          "Drain the node; the pool replaces it.",
          "Allowance exceeded: larger instances for the pool.",
          "A zone: wait for AWS, move replicas by cordoning the zone's nodes.",
        ],
      },
      cases: [
        {
          name: "with exactly ten errors per second",
          series: {
            'node_network_receive_errs_total{instance="a",device="eth0"}': { perMinute: 300 },
            'node_network_transmit_errs_total{instance="a",device="eth0"}': { perMinute: 300 },
          },
        },
        {
          name: "with fifteen errors per second",
          series: {
            'node_network_receive_errs_total{instance="a",device="eth0"}': { perMinute: 600 },
            'node_network_transmit_errs_total{instance="a",device="eth0"}': { perMinute: 300 },
          },
          since: 4,
          fires: [{ instance: "a", device: "eth0" }],
        },
        {
          name: "with eight errors per second, and for interfaces of pods",
          series: {
            'node_network_receive_errs_total{instance="a",device="eth0"}': { perMinute: 400 },
            'node_network_transmit_errs_total{instance="a",device="eth0"}': { perMinute: 80 },
            'node_network_receive_errs_total{instance="a",device="veth12"}': { perMinute: 900 },
            'node_network_transmit_errs_total{instance="a",device="veth12"}': { perMinute: 900 },
          },
        },
      ],
    },
  ];
}
