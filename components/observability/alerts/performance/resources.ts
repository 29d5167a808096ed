import { tradingNamespaces } from "../selectors.ts";
import type { AlertContext, AlertDefinition, Severity } from "../types.ts";

interface Tier {
  readonly above: number;
  readonly for: string;
}

/** Alerts about processor, memory, restarts and scaling of pods and nodes. */
export function resourceAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { resources, service } = settings.thresholds;
  return [
    ...cpuUsage("HighCpuUsage", "warning", resources.cpuWarning),
    ...cpuUsage("CriticalCpuUsage", "critical", resources.cpuCritical),
    ...memoryUsage("HighMemoryUsage", "warning", resources.memoryWarning),
    ...memoryUsage("CriticalMemoryUsage", "critical", resources.memoryCritical),
    {
      name: "NodeCpuHigh",
      category: "performance",
      severity: "warning",
      component: "node",
      owner: "platform",
      service: { fixed: "nodes" },
      expr: `1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > ${resources.nodeCpu}`,
      for: "15m",
      keepFiringFor: "5m",
      summary: "node {{ $labels.instance }} CPU at {{ $value | humanizePercentage }}",
      description: "Share of time in which the processors of a node were not idle, for a quarter of an hour.",
      impact: "Pods on the node get less than they ask for; latency rises.",
      panel: { dashboard: "infrastructure", panel: "Node CPU" },
      source: "S2, S3; reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Which pods of the node use it?",
            promql:
              'topk(10, sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{node="<node>",container!=""}[5m])))',
          },
          {
            text: "Are requests far below use, so that the scheduler packs too tight?",
            command: "kubectl describe node <node> | grep -A12 'Allocated resources'",
          },
        ],
        mitigation: [
          "Raise the CPU request of the greedy pod; the scheduler spreads by requests.",
          "Drain the node (`kubectl drain <node> --ignore-daemonsets --delete-emptydir-data`), the pool brings a new one.",
          "The bot's instance: choose the next size in `bot.instanceType`.",
        ],
      },
      cases: [
        {
          name: "when a node becomes busy after an idle time",
          series: {
            'node_cpu_seconds_total{instance="a",cpu="0",mode="idle"}': "0+54x20 1080x60",
          },
          since: 25,
          slack: 1,
          fires: [{ instance: "a" }],
        },
        {
          name: "when it is idle for exactly 15 %",
          series: {
            'node_cpu_seconds_total{instance="a",cpu="0",mode="idle"}': { perMinute: 9 },
          },
        },
        {
          name: "when a node is idle for less than 15 %",
          series: {
            'node_cpu_seconds_total{instance="a",cpu="0",mode="idle"}': { perMinute: 6 },
            'node_cpu_seconds_total{instance="a",cpu="0",mode="user"}': { perMinute: 54 },
          },
          since: 1,
          fires: [{ instance: "a" }],
        },
        {
          name: "when it is idle for 16 %, and says nothing of other modes",
          series: {
            'node_cpu_seconds_total{instance="a",cpu="0",mode="idle"}': { perMinute: 9.6 },
            'node_cpu_seconds_total{instance="a",cpu="0",mode="iowait"}': { perMinute: 1 },
          },
        },
        {
          name: "at just under half of the limit",
          series: { 'node_cpu_seconds_total{instance="a",cpu="0",mode="idle"}': { perMinute: 30 } },
        },
      ],
    },
    {
      name: "NodeMemoryHigh",
      category: "performance",
      severity: "warning",
      component: "node",
      owner: "platform",
      service: { fixed: "nodes" },
      expr: `1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > ${resources.nodeMemory}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "node {{ $labels.instance }} memory at {{ $value | humanizePercentage }}",
      description: "Share of a node's memory that cannot be given out any more.",
      impact: "The kubelet evicts pods; the kernel kills processes.",
      panel: { dashboard: "infrastructure", panel: "Node memory" },
      source: "S2, S3; reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Largest pods of the node.",
            promql:
              'topk(10, sum by (namespace, pod) (container_memory_working_set_bytes{node="<node>",container!=""}))',
          },
          {
            text: "Pods without a limit.",
            command:
              "kubectl get pods -A --field-selector spec.nodeName=<node> -o json | jq -r '.items[] | select(.spec.containers[].resources.limits.memory == null) | .metadata.name'",
          },
        ],
        mitigation: [
          "Move the largest pod: cordon the node and delete the pod.",
          "Give every pod without a limit one; raise requests to what is used.",
        ],
      },
      cases: [
        {
          name: "with less than a tenth available",
          series: {
            'node_memory_MemAvailable_bytes{instance="a"}': 5,
            'node_memory_MemTotal_bytes{instance="a"}': 100,
          },
          fires: [{ instance: "a" }],
        },
        {
          name: "with exactly a tenth available",
          series: {
            'node_memory_MemAvailable_bytes{instance="a"}': 10,
            'node_memory_MemTotal_bytes{instance="a"}': 100,
          },
        },
      ],
    },
    {
      name: "TooManyRestarts",
      category: "performance",
      severity: "warning",
      component: "kubernetes",
      owner: "platform",
      service: "pod",
      expr: `increase(kube_pod_container_status_restarts_total{${tradingNamespaces}}[15m]) > ${service.restarts}`,
      summary: "{{ $labels.pod }} restarted {{ $value | humanize }} times in 15 minutes",
      description: "More restarts in a quarter of an hour than a slow start explains.",
      impact: "The replica serves only between two restarts; the back-off grows up to five minutes.",
      panel: { dashboard: "systemHealth", panel: "Restarts" },
      source: "S2",
      runbook: {
        diagnosis: [
          { text: "Exit code and reason.", command: "kubectl -n trading describe pod <pod> | grep -A10 'Last State'" },
          { text: "Last words before the end.", command: "kubectl -n trading logs <pod> --previous --tail=100" },
          {
            text: "Killed by its liveness probe?",
            logql: '{service="kubernetes-events", namespace="trading"} |= "Liveness probe failed"',
          },
        ],
        mitigation: [
          "OOMKilled: see ContainerOOMKilled.",
          "Liveness probe: the start takes longer than `startupProbe` allows, or the process hangs; never lengthen the liveness probe to hide a hang.",
          "Configuration or secret wrong since a release: `npm run rollback -- <service>`.",
        ],
      },
      cases: [
        {
          name: "after four restarts in thirteen minutes",
          series: {
            'kube_pod_container_status_restarts_total{namespace="trading",pod="api-7d9f6c-x2x4z",container="app"}':
              "0x2 1x2 2x2 3x2 4x30",
          },
          since: 12,
          goneAt: 25,
          fires: [{ namespace: "trading", pod: "api-7d9f6c-x2x4z", container: "app" }],
        },
        {
          name: "after two restarts, and outside the trading namespaces",
          series: {
            'kube_pod_container_status_restarts_total{namespace="trading",pod="api-7d9f6c-x2x4z",container="app"}':
              "0x4 2x40",
            'kube_pod_container_status_restarts_total{namespace="kafka",pod="broker-7d9f6c-x2x4z",container="app"}':
              "0x4 6x40",
          },
          at: 10,
        },
      ],
    },
    {
      name: "HpaMaxedOut",
      category: "performance",
      severity: "warning",
      component: "kubernetes",
      owner: "platform",
      service: { label: "horizontalpodautoscaler" },
      expr: [
        `kube_horizontalpodautoscaler_status_current_replicas{${tradingNamespaces}} ==`,
        `kube_horizontalpodautoscaler_spec_max_replicas{${tradingNamespaces}} and`,
        `kube_horizontalpodautoscaler_spec_max_replicas{${tradingNamespaces}} > 1`,
      ].join(" "),
      for: "15m",
      summary: "{{ $labels.horizontalpodautoscaler }} runs at its maximum",
      description: "The autoscaler has had no replica to add for a quarter of an hour.",
      impact: "More load means slower answers from here on.",
      panel: { dashboard: "capacity", panel: "Autoscaling" },
      source: "reference 3.3; workloads of requirements.md",
      runbook: {
        diagnosis: [
          { text: "What drives it: processor or memory?", command: "kubectl -n trading describe hpa <service>" },
          {
            text: "Request rate against last week.",
            promql:
              'service:http_requests:rate5m{service="<service>"} / (service:http_requests:rate5m{service="<service>"} offset 1w)',
          },
        ],
        mitigation: [
          "Real load: raise `autoscaling.maximum` in the stack's override of the service; check the database's connections first (replicas × pool size).",
          "Memory that never falls: scaling does not help, see CriticalMemoryUsage.",
          "A single client floods: RateLimitExceeded tells who.",
        ],
      },
      cases: [
        {
          name: "after a quarter of an hour at the maximum",
          series: {
            'kube_horizontalpodautoscaler_status_current_replicas{namespace="trading",horizontalpodautoscaler="dashboard"}': 2,
            'kube_horizontalpodautoscaler_spec_max_replicas{namespace="trading",horizontalpodautoscaler="dashboard"}': 2,
          },
          fires: [{ namespace: "trading", horizontalpodautoscaler: "dashboard" }],
        },
        {
          name: "below the maximum, with a maximum of one, and outside the trading namespaces",
          series: {
            'kube_horizontalpodautoscaler_status_current_replicas{namespace="trading",horizontalpodautoscaler="below"}': 4,
            'kube_horizontalpodautoscaler_spec_max_replicas{namespace="trading",horizontalpodautoscaler="below"}': 5,
            'kube_horizontalpodautoscaler_status_current_replicas{namespace="trading",horizontalpodautoscaler="single"}': 1,
            'kube_horizontalpodautoscaler_spec_max_replicas{namespace="trading",horizontalpodautoscaler="single"}': 1,
            'kube_horizontalpodautoscaler_status_current_replicas{namespace="gateway",horizontalpodautoscaler="gateway"}': 3,
            'kube_horizontalpodautoscaler_spec_max_replicas{namespace="gateway",horizontalpodautoscaler="gateway"}': 3,
          },
        },
      ],
    },
  ];
}

/** One tier of CPU use against the limit; conflict C1: 80 % for 10 minutes warns, 85 % for 15 minutes is critical. */
function cpuUsage(name: string, severity: Severity, tier: Tier | null): AlertDefinition[] {
  if (tier === null) return [];
  const usage = 'container_cpu_usage_seconds_total{namespace="trading",pod="api-7d9f6c-x2x4z",container="app"}';
  const limit =
    'kube_pod_container_resource_limits{namespace="trading",pod="api-7d9f6c-x2x4z",container="app",resource="cpu"}';
  return [
    {
      name,
      category: "performance",
      severity,
      component: "kubernetes",
      owner: "platform",
      family: "CpuUsage",
      service: "pod",
      expr: [
        `sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{${tradingNamespaces},container!=""}[5m]))`,
        `/ sum by (namespace, pod) (kube_pod_container_resource_limits{${tradingNamespaces},resource="cpu"}) > ${tier.above}`,
      ].join(" "),
      for: tier.for as `${number}m`,
      keepFiringFor: "5m",
      summary: "{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its CPU limit",
      description: "Processor time of a pod against its limit. Near the limit the kernel throttles it.",
      impact: "Throttled containers answer late; order placement and market data are delayed.",
      panel: { dashboard: "tradingSystem", panel: "CPU per instance" },
      source: "S2 (80 %), S3 (85 %); resolution C1: two tiers",
      runbook: {
        diagnosis: [
          {
            text: "Throttling of the container.",
            promql:
              'sum by (pod) (rate(container_cpu_usage_seconds_total{namespace="trading",pod=~"<service>-.*",container!=""}[5m]))',
          },
          { text: "Does the autoscaler react?", command: "kubectl -n trading get hpa <service>" },
          {
            text: "More requests, or more work per request?",
            promql: 'service:http_requests:rate5m{service="<service>"}',
          },
        ],
        mitigation: [
          "More requests: the autoscaler adds replicas; at its maximum see HpaMaxedOut.",
          "More work per request since a release: `npm run rollback -- <service>`.",
          "Limit too small for normal work: raise `resources.cpuMillicores` in the catalog.",
        ],
      },
      cases: [
        {
          name: `above ${tier.above * 100} % of the limit`,
          series: { [usage]: { perMinute: 60 * (tier.above + 0.05) }, [limit]: 1 },
          since: 5,
          fires: [{ namespace: "trading", pod: "api-7d9f6c-x2x4z" }],
        },
        {
          name: "below the limit, and above it outside the trading namespaces",
          series: {
            [usage]: { perMinute: 60 * (tier.above - 0.05) },
            [usage.replace("app", "")]: { perMinute: 60 },
            [limit]: 1,
            [limit.replace('resource="cpu"', 'resource="memory"')]: 0.01,
            [usage.replace("trading", "kafka")]: { perMinute: 60 },
            [limit.replace("trading", "kafka")]: 1,
          },
        },
        {
          name: "for a pod whose limit of another resource is small",
          series: {
            [usage]: { perMinute: 60 * (tier.above + 0.05) },
            [limit]: 1,
            [limit.replace('"cpu"', '"memory"')]: 9,
          },
          since: 5,
          fires: [{ namespace: "trading", pod: "api-7d9f6c-x2x4z" }],
        },
      ],
    },
  ];
}

/** One tier of memory use against the limit; conflict C2: 80 % warns, 90 % is critical. */
function memoryUsage(name: string, severity: Severity, tier: Tier | null): AlertDefinition[] {
  if (tier === null) return [];
  const usage = 'container_memory_working_set_bytes{namespace="trading",pod="api-7d9f6c-x2x4z",container="app"}';
  const limit =
    'kube_pod_container_resource_limits{namespace="trading",pod="api-7d9f6c-x2x4z",container="app",resource="memory"}';
  return [
    {
      name,
      category: "performance",
      severity,
      component: "kubernetes",
      owner: "platform",
      family: "MemoryUsage",
      service: "pod",
      expr: [
        `max by (namespace, pod, container) (container_memory_working_set_bytes{${tradingNamespaces},container!=""})`,
        "/ max by (namespace, pod, container)",
        `(kube_pod_container_resource_limits{${tradingNamespaces},resource="memory"} > 0) > ${tier.above}`,
      ].join(" "),
      for: tier.for as `${number}m`,
      keepFiringFor: "5m",
      summary: "{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit",
      description: "Working set of a container against its limit; at the limit the kernel kills it.",
      impact: "The container is about to be killed with everything it has in flight.",
      panel: { dashboard: "tradingSystem", panel: "Memory per instance" },
      source: "S2 (80 %), S3 (90 %), S1; resolution C2: two tiers",
      runbook: {
        diagnosis: [
          {
            text: "Working set over the last day: leak or load?",
            promql: 'container_memory_working_set_bytes{namespace="trading",pod=~"<service>-.*",container!=""}',
          },
          {
            text: "Java: heap, or memory beside it?",
            promql: 'sum by (area) (jvm_memory_used_bytes{service="<service>"})',
          },
          {
            text: "Time until the limit at the present slope.",
            promql:
              'predict_linear(container_memory_working_set_bytes{namespace="trading",pod="<pod>",container!=""}[1h], 3600)',
          },
        ],
        mitigation: [
          "A leak: restart one replica at a time (`kubectl argo rollouts -n trading restart <service>`) and roll back when it began with a release.",
          "Normal work: raise `resources.memoryMebibytes` in the catalog.",
          "A cache inside the process: lower its size in the service's settings.",
        ],
      },
      cases: [
        {
          name: `above ${tier.above * 100} % of the limit`,
          series: { [usage]: 1000 * tier.above + 20, [limit]: 1000, [limit.replace('"memory"', '"cpu"')]: 4000 },
          fires: [{ namespace: "trading", pod: "api-7d9f6c-x2x4z", container: "app" }],
        },
        {
          name: "at the limit of the tier, without a limit, and outside the trading namespaces",
          series: {
            [usage]: 1000 * tier.above,
            [limit]: 1000,
            [usage.replace("api-", "free-")]: 1000,
            [limit.replace("api-", "free-")]: 0,
            [usage.replace('container="app"', 'container=""')]: 4000,
            [limit.replace('container="app"', 'container=""')]: 4000,
            [usage.replace("trading", "kafka")]: 1000,
            [limit.replace("trading", "kafka")]: 1000,
          },
        },
      ],
    },
  ];
}
