import { tradingNamespaces } from "../selectors.ts";
import type { AlertContext, AlertDefinition, AlertService } from "../types.ts";

const panel = { dashboard: "systemHealth", panel: "Service status" } as const;

/** Alerts that say: a service does not run. */
export function serviceAlerts({ services }: AlertContext): AlertDefinition[] {
  return [
    {
      name: "ServiceDown",
      category: "critical",
      severity: "critical",
      component: "service",
      owner: "platform",
      service: "expression",
      expr: `up{${tradingNamespaces}} == 0`,
      for: "1m",
      summary: "{{ $labels.job }} target {{ $labels.instance }} is down",
      description:
        "Four scrapes in a row failed: the process does not answer on its metrics port. Speaks of one target; that no replica is left is said by ServiceReplicasUnavailable and ServiceAbsent, which silence the symptoms of the service and of those that need it.",
      impact: "One replica of the service does not work; when it is the last one, what the service does has stopped.",
      panel,
      source: "S2, S1, S4 (the rule verbatim in S4)",
      runbook: {
        diagnosis: [
          { text: "Is it one replica or all of them?", promql: 'up{namespace=~"trading.*"} == 0' },
          {
            text: "State and last events of the pods.",
            command: "kubectl -n trading describe pods -l app.kubernetes.io/name=<service>",
          },
          {
            text: "Last words of the container that died.",
            command: "kubectl -n trading logs <pod> --previous --tail=200",
          },
          {
            text: "Did a release start just before?",
            command: "kubectl argo rollouts -n trading get rollout <service>",
          },
          {
            text: "Errors in the logs of the last quarter of an hour.",
            logql: '{namespace="trading", service="<service>"} | json | level=~"ERROR|FATAL"',
          },
        ],
        mitigation: [
          "A release is running: `kubectl argo rollouts -n trading abort <service>`, then `npm run rollback -- <service>`.",
          "The pod hangs without restarting: delete it; the Rollout starts a new one.",
          "All replicas fail on the same dependency (see DatabaseConnectionFailure, RedisConnectionFailure): mend that one first, the pods recover by themselves.",
          "The trading bot on EC2: let its Auto Scaling group replace the instance (`aws autoscaling set-instance-health --health-status Unhealthy`).",
        ],
      },
      cases: [
        {
          name: "when a target stops answering",
          series: {
            'up{job="trading-system",namespace="trading",service="trading-system",instance="10.0.1.5:8090"}':
              "1x4 0x60",
          },
          since: 5,
          fires: [
            { job: "trading-system", namespace: "trading", service: "trading-system", instance: "10.0.1.5:8090" },
          ],
        },
        {
          name: "for a target that answers, and for one outside the trading namespaces",
          series: {
            'up{job="trading-system",namespace="trading",service="trading-system",instance="10.0.1.5:8090"}': 1,
            'up{job="loki",namespace="logging",service="loki",instance="10.0.1.9:3100"}': 0,
          },
        },
      ],
    },
    ...services.map(serviceAbsent),
    {
      name: "ServiceReplicasUnavailable",
      category: "critical",
      severity: "critical",
      component: "service",
      owner: "platform",
      service: { label: "deployment" },
      anyExporterOf: ["kube-state-metrics", "argo-rollouts"],
      expr: [
        `(kube_deployment_status_replicas_available{${tradingNamespaces}} == 0`,
        `and on (namespace, deployment) kube_deployment_spec_replicas{${tradingNamespaces}} > 0)`,
        `or label_replace(rollout_info_replicas_available{${tradingNamespaces}} == 0`,
        `and on (namespace, name) rollout_info_replicas_desired{${tradingNamespaces}} > 0, "deployment", "$1", "name", "(.+)")`,
      ].join(" "),
      for: "1m",
      summary: "{{ $labels.deployment }} has no available replica",
      description:
        "A Deployment or Rollout wants replicas and none is available. Catalogued services are Argo Rollouts, so the reference's Deployment expression is joined by the Rollout's.",
      impact: "Nothing serves the service's requests, although the scheduler believes that it should run.",
      panel: { dashboard: "systemHealth", panel: "Replicas" },
      source: "S2; Rollout half: Argo Rollouts controller metrics",
      runbook: {
        diagnosis: [
          { text: "Wanted and available replicas.", promql: 'rollout_info_replicas_available{namespace=~"trading.*"}' },
          {
            text: "Why pods are not ready: image, probe, quota, scheduling.",
            command: "kubectl -n trading get events --sort-by=.lastTimestamp | tail -30",
          },
          {
            text: "Which revision is wanted, and is a canary stuck?",
            command: "kubectl argo rollouts -n trading get rollout <service>",
          },
          {
            text: "Pods that wait for a node.",
            command: "kubectl -n trading get pods --field-selector=status.phase=Pending",
          },
        ],
        mitigation: [
          "ImagePullBackOff: the digest is not in the registry; `npm run rollback -- <service>`.",
          "Readiness fails on a dependency: look at /health/ready of a pod, mend the dependency.",
          "Pending for lack of nodes: check the node pool's limits and the zone's capacity, raise the limit in the stack file.",
        ],
      },
      cases: [
        {
          name: "when the only replica of a Rollout is not available",
          series: {
            'rollout_info_replicas_available{namespace="trading",name="ml-platform"}': 0,
            'rollout_info_replicas_desired{namespace="trading",name="ml-platform"}': 1,
          },
          fires: [{ namespace: "trading", name: "ml-platform", deployment: "ml-platform" }],
        },
        {
          name: "when no replica of a Rollout is available",
          series: {
            'rollout_info_replicas_available{namespace="trading",name="trading-system"}': 0,
            'rollout_info_replicas_desired{namespace="trading",name="trading-system"}': 3,
            'rollout_info_replicas_available{namespace="trading",name="dashboard"}': 1,
            'rollout_info_replicas_desired{namespace="trading",name="dashboard"}': 2,
          },
          fires: [{ namespace: "trading", name: "trading-system", deployment: "trading-system" }],
        },
        {
          name: "when no replica of a Deployment is available",
          series: {
            'kube_deployment_status_replicas_available{namespace="trading",deployment="dashboard"}': 0,
            'kube_deployment_spec_replicas{namespace="trading",deployment="dashboard"}': 1,
          },
          fires: [{ namespace: "trading", deployment: "dashboard" }],
        },
        {
          name: "when nothing is wanted, when some are available, and outside the trading namespaces",
          series: {
            'rollout_info_replicas_available{namespace="trading",name="paused"}': 0,
            'rollout_info_replicas_desired{namespace="trading",name="paused"}': 0,
            'rollout_info_replicas_available{namespace="argo",name="demo"}': 0,
            'rollout_info_replicas_desired{namespace="argo",name="demo"}': 1,
            'kube_deployment_status_replicas_available{namespace="trading",deployment="paused"}': 0,
            'kube_deployment_spec_replicas{namespace="trading",deployment="paused"}': 0,
            'kube_deployment_status_replicas_available{namespace="kafka",deployment="exporter"}': 0,
            'kube_deployment_spec_replicas{namespace="kafka",deployment="exporter"}': 1,
            'kube_deployment_status_replicas_available{namespace="trading",deployment="small"}': 1,
            'kube_deployment_spec_replicas{namespace="trading",deployment="small"}': 2,
          },
        },
      ],
    },
    {
      name: "ContainerOOMKilled",
      category: "critical",
      severity: "critical",
      component: "kubernetes",
      owner: "platform",
      service: "pod",
      expr: [
        `(increase(kube_pod_container_status_restarts_total{${tradingNamespaces}}[10m]) > 0) and on (namespace, pod, container)`,
        `(kube_pod_container_status_last_terminated_reason{${tradingNamespaces},reason="OOMKilled"} == 1)`,
      ].join(" "),
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.container }}) was OOM-killed",
      description:
        "The container was restarted in the last ten minutes and its last end was for lack of memory. The reason alone would stay for ever, hence the restart beside it.",
      impact: "Requests and orders in flight were lost; with a leak the next kill follows.",
      panel: { dashboard: "systemHealth", panel: "Restarts" },
      source: "S2",
      runbook: {
        diagnosis: [
          {
            text: "Memory of the container against its limit, before the kill.",
            promql: 'container_memory_working_set_bytes{namespace="trading",pod="<pod>",container!=""}',
          },
          {
            text: "A leak grows in a straight line since the last start; a burst follows load. Compare with the request rate.",
            promql: 'service:http_requests:rate5m{service="<service>"}',
          },
          {
            text: "Heap of a Java service: the limit must leave room beside -Xmx.",
            promql: 'jvm_memory_max_bytes{area="heap",service="<service>"}',
          },
          { text: "Exit code and limit.", command: "kubectl -n trading describe pod <pod> | grep -A8 'Last State'" },
        ],
        mitigation: [
          "Raise `resources.memoryMebibytes` of the service in the catalog (or in the stack's override) and release; roughly 1.5 times the highest working set.",
          "After a release: `npm run rollback -- <service>` and give the heap dump to the service's team.",
          "One customer or query blows it up: limit the request size or the result set at the gateway until it is mended.",
        ],
      },
      cases: [
        {
          name: "right after a restart for lack of memory",
          series: {
            'kube_pod_container_status_restarts_total{namespace="trading",pod="trading-system-7d9f6c-x2x4z",container="app"}':
              "0x4 1x60",
            'kube_pod_container_status_last_terminated_reason{namespace="trading",pod="trading-system-7d9f6c-x2x4z",container="app",reason="OOMKilled"}':
              "0x4 1x60",
          },
          since: 5,
          stillAt: 13,
          goneAt: 20,
          fires: [{ namespace: "trading", pod: "trading-system-7d9f6c-x2x4z", container: "app" }],
        },
        {
          name: "for an old kill without a new restart, for other reasons and other namespaces",
          at: 12,
          series: {
            'kube_pod_container_status_restarts_total{namespace="trading",pod="old-7d9f6c-x2x4z",container="app"}': 1,
            'kube_pod_container_status_last_terminated_reason{namespace="trading",pod="old-7d9f6c-x2x4z",container="app",reason="OOMKilled"}': 1,
            'kube_pod_container_status_restarts_total{namespace="trading",pod="error-7d9f6c-x2x4z",container="app"}':
              "0x4 1x60",
            'kube_pod_container_status_last_terminated_reason{namespace="trading",pod="error-7d9f6c-x2x4z",container="app",reason="Error"}': 1,
            'kube_pod_container_status_last_terminated_reason{namespace="trading",pod="error-7d9f6c-x2x4z",container="app",reason="OOMKilled"}': 0,
            'kube_pod_container_status_restarts_total{namespace="kafka",pod="broker-7d9f6c-x2x4z",container="app"}':
              "0x4 1x60",
            'kube_pod_container_status_last_terminated_reason{namespace="kafka",pod="broker-7d9f6c-x2x4z",container="app",reason="OOMKilled"}': 1,
          },
        },
      ],
    },
  ];
}

/** A service whose targets vanish has no `up` at all; one rule per service, because `absent()` needs the name. */
function serviceAbsent(service: AlertService): AlertDefinition {
  return {
    name: "ServiceAbsent",
    category: "critical",
    severity: service.tier === "supporting" ? "warning" : "critical",
    component: "service",
    owner: service.owner,
    service: { fixed: service.name },
    expr: `absent(up{job="${service.name}"})`,
    for: "5m",
    summary: `no target of ${service.name} is discovered`,
    description:
      "Prometheus knows no target with the service's job: nothing is scraped, so no other alert about it can fire.",
    impact: "The service may be down or unwatched; every alert about it is blind.",
    panel,
    source: "S2, one rule per catalogued service",
    runbook: {
      diagnosis: [
        {
          text: "Does the service have pods and a Service with ready end points?",
          command: "kubectl -n trading get pods,endpointslices -l app.kubernetes.io/name=<service>",
        },
        {
          text: "Does its ServiceMonitor exist and does Prometheus list it?",
          command: "kubectl -n trading get servicemonitor <service> -o yaml",
        },
        {
          text: "Targets that Prometheus found, with the reason of a dropped one.",
          promql: 'count by (job) (up{namespace=~"trading.*"})',
        },
        {
          text: "The bot on EC2 has a scrape configuration of its own; is the instance running?",
          command:
            "aws autoscaling describe-auto-scaling-groups --query \"AutoScalingGroups[?contains(AutoScalingGroupName,'bot')]\"",
        },
      ],
      mitigation: [
        "No pods: treat it as ServiceDown.",
        "Pods but no targets: the labels of Service and ServiceMonitor differ, or a network policy keeps Prometheus out; `pulumi up` restores both.",
        "The service was retired: remove its file from the catalog, the rule goes with it.",
      ],
    },
    cases: [
      {
        name: "when the service has no target while others have",
        series: { 'up{job="something-else"}': 1 },
        fires: [{ job: service.name }],
      },
      { name: "while a target exists, even one that is down", series: { [`up{job="${service.name}"}`]: 0 } },
    ],
  };
}
