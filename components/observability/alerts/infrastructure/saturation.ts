import { saturationPoints } from "../../saturation.ts";
import type { AlertContext, AlertDefinition, RunbookKnowledge } from "../types.ts";

const own = saturationPoints.filter(({ coveredBy }) => coveredBy === undefined).map(({ resource }) => resource);
const foreseeable = saturationPoints.filter(({ forecast }) => forecast).map(({ resource }) => resource);

const runbook: RunbookKnowledge = {
  diagnosis: [
    { text: "All resources, tightest first.", promql: "topk(15, saturation:ratio)" },
    {
      text: "Course of this one against its limits.",
      promql: 'saturation:ratio{resource="<resource>",subject="<subject>"}',
    },
    {
      text: "What the label `resource` stands for and how it is computed.",
      command: "grep -n -A8 '<resource>' components/observability/saturation.ts",
    },
  ],
  mitigation: [
    "node_conntrack, node_file_descriptors: find the pod that opens connections, restart it; larger nodes if it is real load.",
    "node_inodes: many small files; drain the node.",
    "cluster_cpu_requests, cluster_memory_requests: raise the limit of the node pool or lower requests that are far above use.",
    "cache_clients: see RedisRejectedConnections. prometheus_notification_queue: see AlertsNotDelivered.",
    "Disks, volumes, memory: grow them in the stack file before the forecast comes true.",
  ],
};

/** The uniform alerts: one for every resource that has no alert of its own, and a forecast for all that grow steadily. */
export function saturationAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { forecastHours } = settings.saturation;
  const ratio = (resources: readonly string[]) => `saturation:ratio{resource=~"${resources.join("|")}"}`;
  const node = 'saturation:ratio{resource="node_conntrack",subject="a"}';
  const disk = 'saturation:ratio{resource="node_inodes",subject="a//"}';
  const covered = 'saturation:ratio{resource="connection_pool",subject="api/main"}';
  const soft = {
    'saturation:soft_limit:ratio{resource="node_conntrack"}': 0.75,
    'saturation:soft_limit:ratio{resource="connection_pool"}': 0.8,
  };
  const hard = {
    'saturation:hard_limit:ratio{resource="node_conntrack"}': 0.9,
    'saturation:hard_limit:ratio{resource="node_inodes"}': 0.95,
    'saturation:hard_limit:ratio{resource="connection_pool"}': 0.95,
  };
  const common = {
    category: "infrastructure",
    component: "capacity",
    owner: "platform",
    family: "Saturation",
    service: { label: "resource" },
    panel: { dashboard: "capacity", panel: "Saturation" },
    source: "GitLab's saturation points (section 2.2); issue 6, item 4",
    runbook,
  } as const;
  return [
    {
      ...common,
      name: "SaturationHigh",
      severity: "warning",
      expr: `${ratio(own)} > on (resource) group_left () saturation:soft_limit:ratio`,
      for: "15m",
      keepFiringFor: "5m",
      summary: "{{ $labels.resource }} of {{ $labels.subject }} is {{ $value | humanizePercentage }} used",
      description:
        "Use of a resource is above its soft limit. Resources with an alert of their own are not repeated here.",
      impact: "Little room is left for a burst.",
      cases: [
        {
          name: "above the soft limit",
          series: { [node]: 0.8, ...soft },
          fires: [{ resource: "node_conntrack", subject: "a" }],
        },
        {
          name: "at the soft limit, and for a resource with an alert of its own",
          series: { [node]: 0.75, [covered]: 0.99, ...soft },
        },
      ],
    },
    {
      ...common,
      name: "SaturationCritical",
      severity: "critical",
      expr: `${ratio(own)} > on (resource) group_left () saturation:hard_limit:ratio`,
      for: "5m",
      summary: "{{ $labels.resource }} of {{ $labels.subject }} is {{ $value | humanizePercentage }} used",
      description:
        "Use of a resource is above its hard limit. Resources with an alert of their own are not repeated here.",
      impact: "The next request for it is refused.",
      cases: [
        {
          name: "above the hard limit",
          series: { [node]: 0.93, ...hard },
          fires: [{ resource: "node_conntrack", subject: "a" }],
        },
        {
          name: "at the hard limit, and for a resource with an alert of its own",
          series: { [node]: 0.9, [covered]: 0.99, ...hard },
        },
      ],
    },
    {
      ...common,
      name: "SaturationForecast",
      severity: "warning",
      slow: true,
      expr: [
        `predict_linear(${ratio(foreseeable)}[6h], ${forecastHours} * 3600)`,
        "> on (resource) group_left () saturation:hard_limit:ratio",
        "and on (resource, subject) saturation:ratio > 0.5",
      ].join(" "),
      for: "1h",
      summary: `{{ $labels.resource }} of {{ $labels.subject }} will be {{ $value | humanizePercentage }} used in ${forecastHours} hours`,
      description:
        "A straight line through the last six hours leads above the hard limit, and more than half is used already.",
      impact: "None yet; there is a day to act.",
      panel: { dashboard: "capacity", panel: "Saturation forecast" },
      cases: [
        {
          name: "when it has grown for two hours only",
          series: {
            'saturation:ratio{resource="node_inodes",subject="a//"}': "0.6x400 0.6+0.0003x150",
            'saturation:hard_limit:ratio{resource="node_inodes"}': 0.95,
          },
          at: 548,
        },
        {
          name: "when use grew before the last six hours",
          series: {
            'saturation:ratio{resource="node_inodes",subject="a//"}': "0.2+0.005x120 0.8x400",
            'saturation:hard_limit:ratio{resource="node_inodes"}': 0.95,
          },
          at: 520,
        },
        {
          name: "when use grows by 2 % an hour",
          series: { [disk]: "0.6+0.000333x500", ...hard },
          since: 1,
          fires: [{ resource: "node_inodes", subject: "a//" }],
        },
        { name: "when use grows by 0.9 % an hour", series: { [disk]: "0.6+0.00015x500", ...hard }, at: 200 },
        { name: "when little is used", series: { [disk]: "0.3+0.0009x220", ...hard }, at: 200 },
        { name: "for a resource whose use swings", series: { [node]: "0.6+0.001x300", ...hard }, at: 200 },
      ],
    },
  ];
}
