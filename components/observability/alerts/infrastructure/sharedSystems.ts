import { primaryInstance } from "../../../platform/exporterValues.ts";
import type { AlertCase, AlertContext, AlertDefinition, Labels } from "../types.ts";

/** A system that services share, and what Prometheus hears of it as long as any part of it works. */
interface SharedSystem {
  /** Its name in the label `service`. */
  readonly name: string;
  readonly component: string;
  /** Selector of series that every working part tells, at all times. */
  readonly sign: string;
  /** True for the scrape's own `up`, which stays there and turns 0: then none may be left that is 1. */
  readonly scraped?: true;
  /** What a stack leaves out with it, where the sign's exporter does not tell. */
  readonly system?: AlertDefinition["system"];
  /** What stops when it is gone. */
  readonly impact: string;
}

/**
 * The systems that services share. Not among them: Vault, whose own alert asks for the absence (VaultNoActiveNode), and
 * Prometheus and Alertmanager, which cannot tell of themselves: the Watchdog's beat stays away outside and inside AWS.
 */
export const sharedSystems: readonly SharedSystem[] = [
  {
    name: "postgres",
    component: "postgres",
    // The replicas have exporters of their own, which would go on telling.
    sign: `pg_up{instance="${primaryInstance}"}`,
    impact: "Nobody would hear of a database that is down: DatabaseConnectionFailure cannot fire.",
  },
  {
    name: "redis",
    component: "redis",
    sign: "redis_up",
    impact: "Nobody would hear of a cache that is down: RedisConnectionFailure cannot fire.",
  },
  {
    name: "elasticsearch",
    component: "elasticsearch",
    sign: "elasticsearch_cluster_health_status",
    impact: "No audit trail, no kline search, no traces; Logstash holds events back as long as its queue lasts.",
  },
  {
    name: "kafka",
    component: "kafka",
    // Of brokers only: controllers that live on without them would pass for the cluster.
    sign: "kafka_server_replicamanager_underreplicatedpartitions",
    impact: "No events: klines, signals and trade events stop, producers block or drop.",
  },
  {
    name: "schema-registry",
    component: "kafka",
    sign: 'up{job="schema-registry"}',
    scraped: true,
    system: "kafka",
    impact: "Producers and consumers that start now cannot read schemas.",
  },
  {
    name: "rabbitmq",
    component: "rabbitmq",
    sign: "rabbitmq_alarms_memory_used_watermark",
    impact: "No commands and no notifications; orders by command do not go out.",
  },
  {
    name: "consul",
    component: "consul",
    sign: "consul_server_isLeader",
    impact: "Registrations, discovery by Consul and key-value reads and writes fail.",
  },
  {
    name: "gateway",
    component: "gateway",
    sign: 'up{job="gateway/gateway-edge"}',
    scraped: true,
    impact: "No request from outside reaches a service.",
  },
  {
    name: "loki",
    component: "logging",
    sign: "loki_build_info",
    impact: "No logs can be read, none is kept, and every alert on logs is blind.",
  },
  {
    name: "alloy",
    component: "logging",
    // The collector of events lives in another namespace and has the same metric.
    sign: 'alloy_build_info{namespace="node-agents"}',
    impact: "No pod's logs are collected; nodes keep them only until their files rotate.",
  },
  {
    name: "jaeger",
    component: "tracing",
    sign: 'up{job="jaeger"}',
    scraped: true,
    system: "tracing",
    impact: "Traces are neither kept nor shown.",
  },
  {
    name: "otel-gateway",
    component: "tracing",
    sign: 'up{job="otel-gateway"}',
    scraped: true,
    system: "tracing",
    impact: "Services cannot hand over traces; what their own buffers cannot hold is lost.",
  },
  {
    name: "otel-sampler",
    component: "tracing",
    sign: 'up{job="otel-sampler"}',
    scraped: true,
    system: "tracing",
    impact: "No trace gets past the sampling; what the gateway's queue cannot hold is lost.",
  },
  {
    name: "grafana",
    component: "grafana",
    sign: "grafana_build_info",
    impact: "No dashboards, and every alert on logs and on CloudWatch's numbers is blind.",
  },
];

const runbook: AlertDefinition["runbook"] = {
  diagnosis: [
    {
      text: "Gone, or not watched? Targets that answer have 1, those that do not 0; no line at all: nothing is discovered.",
      promql:
        'up{job=~".*(<service>|exporter|gateway-edge).*"} or up{namespace=~"kafka|consul|logging|node-agents|tracing"}',
    },
    {
      text: "A system of the cluster: pods, volumes and last events of its namespace (`kafka`, also of the schema registry; `elastic`; `consul`; `gateway`; `logging`; `node-agents` for Alloy; `tracing` for Jaeger and the collectors; `monitoring` for Grafana).",
      command:
        "kubectl -n <namespace> get pods,pvc -o wide; kubectl -n <namespace> get events --sort-by=.lastTimestamp | tail -20",
    },
    {
      text: "Why its pods ended.",
      command: "kubectl -n <namespace> logs <pod> --previous --tail=100",
    },
    {
      text: "PostgreSQL, the cache and Elasticsearch speak through an exporter: does it run, and can one reach the store without it?",
      command:
        "kubectl -n monitoring get pods | grep exporter; platform-psql -c 'select 1'; platform-cache ping; platform-search _cluster/health",
    },
    {
      text: "RabbitMQ is Amazon MQ's: state of the broker and, when it runs, the scrape's own error (password, certificate, address).",
      command:
        "aws mq list-brokers --query 'BrokerSummaries[].[BrokerName,BrokerState]' --output table; kubectl -n monitoring port-forward svc/monitoring-prometheus 9090 & sleep 2; curl -s localhost:9090/api/v1/targets | jq -r '.data.activeTargets[] | select(.health == \"down\") | \"\\(.labels.job): \\(.lastError)\"'",
    },
    {
      text: "Do the services miss it?",
      promql: 'max by (service, component) (component_health_status{status="unhealthy"}) == 1',
    },
  ],
  mitigation: [
    "No pods, or pods that wait: nodes, quota or a zone's volumes are missing (see the events); give them back, the operator or the StatefulSet starts the rest by itself.",
    "Pods that end again and again after a change: `pulumi up` with the version or the settings of before (`data/charts.json`, the stack file).",
    "Data lost for good: restore the newest snapshot (Elasticsearch, Consul: the bucket of snapshots; PostgreSQL and the cache: `docs/operations/data-and-compute.md`), then replay from Kafka what came after.",
    "The system works and only its exporter or scrape is gone: restart the exporter, check its ExternalSecret; a network policy or a monitor that was removed comes back with `pulumi up`. Until then look at the system by hand: none of its alerts can fire.",
    "Left out on purpose: name it in `platform.without` or take its exporter out of `monitoring.exporters`; its alerts go with it.",
  ],
};

/** A system whose every part is gone takes its series along, and with them every alert about it. */
export function sharedSystemAlerts(_context: AlertContext): AlertDefinition[] {
  return sharedSystems.map(
    (shared): AlertDefinition => ({
      name: "SharedSystemAbsent",
      category: "infrastructure",
      severity: "critical",
      component: shared.component,
      owner: "platform",
      service: { fixed: shared.name },
      ...(shared.system !== undefined && { system: shared.system }),
      expr: shared.scraped ? `absent(${shared.sign} == 1)` : `absent(${shared.sign})`,
      for: "5m",
      summary: `nothing is heard of ${shared.name}: it is gone, or nobody watches it`,
      description:
        "For five minutes no part of a system that services share has told anything: with its series all other alerts about it are silent. One rule per system that the stack runs.",
      impact: shared.impact,
      panel: { dashboard: "infrastructure", panel: "Shared systems" },
      source: "on-call review of the alerts; as ServiceAbsent of S2, for what is not in the catalog",
      runbook,
      cases: casesOf(shared),
    }),
  );
}

/** Labels that `absent()` keeps: those of equality matchers, and none of an expression with a comparison. */
function keptLabels({ sign, scraped }: SharedSystem): Labels {
  if (scraped) return {};
  return Object.fromEntries([...sign.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label!, value!]));
}

/** The sign with further labels, as series of single parts have them. */
function partOf(sign: string, labels: string): string {
  return sign.includes("{") ? sign.replace("}", `,${labels}}`) : `${sign}{${labels}}`;
}

function casesOf(shared: SharedSystem): AlertCase[] {
  const { name, sign, scraped } = shared;
  const metric = sign.replace(/\{.*/, "");
  const elsewhere = sign === metric ? 'up{job="something-else"}' : `${metric}{job="other",instance="other"}`;
  const fires = [keptLabels(shared)];
  return [
    {
      name: `when the last part of ${name} stops telling`,
      series: { [partOf(sign, 'pod="a"')]: scraped ? "1x9 0x60" : "0x9 stale", [elsewhere]: 1 },
      since: 10,
      fires,
    },
    { name: `when nothing of ${name} was ever there`, series: { [elsewhere]: 1 }, fires },
    {
      name: `while one part of ${name} tells something`,
      series: { [partOf(sign, 'pod="a"')]: scraped ? 1 : 0, [partOf(sign, 'pod="b"')]: "1x9 stale" },
    },
  ];
}
