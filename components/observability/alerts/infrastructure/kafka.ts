import type { AlertContext, AlertDefinition } from "../types.ts";

const kafka = { fixed: "kafka" } as const;
const cluster = 'namespace="kafka",strimzi_io_cluster="trading"';
const clusterLabels = { namespace: "kafka", strimzi_io_cluster: "trading" } as const;

const clusterDiagnosis = [
  {
    text: "Pods, volumes and last events.",
    command: "kubectl -n kafka get pods,pvc; kubectl -n kafka get events --sort-by=.lastTimestamp | tail -20",
  },
  { text: "What the operator says.", command: "kubectl -n kafka get kafka trading -o jsonpath='{.status.conditions}'" },
];

/** Alerts about Kafka's brokers, partitions and consumers. */
export function kafkaAlerts({ settings, topics, brokers }: AlertContext): AlertDefinition[] {
  const { messaging } = settings.thresholds;
  return [
    {
      name: "KafkaBrokerDown",
      category: "infrastructure",
      severity: "critical",
      component: "kafka",
      owner: "platform",
      service: kafka,
      expr: `min by (namespace) (kafka_brokers) < ${brokers}`,
      for: "2m",
      summary: `only {{ $value }} of ${brokers} brokers answer`,
      description: "Number of brokers that the exporter sees in the cluster's metadata.",
      impact: "Less redundancy; with a second loss partitions refuse writes.",
      panel: { dashboard: "infrastructure", panel: "Kafka brokers" },
      source: "S1 (Kafka health)",
      runbook: {
        diagnosis: [
          ...clusterDiagnosis,
          { text: "Last words of the broker.", command: "kubectl -n kafka logs <broker> --previous --tail=100" },
        ],
        mitigation: [
          "A node was lost: the pod starts elsewhere in its zone, its volume follows; wait five minutes.",
          "Volume full: see VolumeCriticallyFull.",
          "A rolling update by the operator: one broker at a time is normal, silence it.",
        ],
      },
      cases: [
        {
          name: "with two of three brokers",
          series: { 'kafka_brokers{namespace="kafka",pod="exporter"}': 2 },
          fires: [{ namespace: "kafka" }],
        },
        { name: "with all brokers", series: { 'kafka_brokers{namespace="kafka",pod="exporter"}': 3 } },
      ],
    },
    {
      name: "KafkaOfflinePartitions",
      category: "infrastructure",
      severity: "critical",
      component: "kafka",
      owner: "platform",
      service: kafka,
      expr: "sum by (namespace, strimzi_io_cluster) (kafka_controller_kafkacontroller_offlinepartitionscount) > 0",
      for: "1m",
      summary: "{{ $value }} partitions have no leader",
      description: "Partitions that can neither be written nor read.",
      impact: "Events of these partitions stop; producers block or drop.",
      panel: { dashboard: "infrastructure", panel: "Kafka partitions" },
      source: "S1; Strimzi JMX rules",
      runbook: {
        diagnosis: [
          ...clusterDiagnosis,
          {
            text: "Which partitions? Those whose leader is no broker, -1.",
            promql: "kafka_topic_partition_leader < 0",
          },
        ],
        mitigation: [
          "Bring the missing brokers back first.",
          "A broker lost for good: reassign its partitions; unclean election only when the business accepts the loss.",
        ],
      },
      cases: [
        {
          name: "with an offline partition",
          series: { [`kafka_controller_kafkacontroller_offlinepartitionscount{${cluster},pod="0"}`]: 1 },
          fires: [clusterLabels],
        },
        {
          name: "without",
          series: { [`kafka_controller_kafkacontroller_offlinepartitionscount{${cluster},pod="0"}`]: 0 },
        },
      ],
    },
    {
      name: "KafkaUnderReplicatedPartitions",
      category: "infrastructure",
      severity: "warning",
      component: "kafka",
      owner: "platform",
      service: kafka,
      expr: "sum by (namespace, strimzi_io_cluster) (kafka_server_replicamanager_underreplicatedpartitions) > 0",
      for: "5m",
      summary: "{{ $value }} partitions are under-replicated",
      description: "Partitions with a replica that is behind or gone.",
      impact: "The next loss of a broker may lose the newest events.",
      panel: { dashboard: "infrastructure", panel: "Kafka partitions" },
      source: "S1; Strimzi JMX rules",
      runbook: {
        diagnosis: [
          ...clusterDiagnosis,
          {
            text: "Which broker is behind?",
            promql: "sum by (pod) (kafka_server_replicamanager_underreplicatedpartitions)",
          },
        ],
        mitigation: [
          "After a restart: wait, replicas catch up.",
          "One broker stays behind: its disk or network is slow; move it to another node.",
          "Bulk producers: limit them by quota (KafkaUser).",
        ],
      },
      cases: [
        {
          name: "with an under-replicated partition",
          series: { [`kafka_server_replicamanager_underreplicatedpartitions{${cluster},pod="0"}`]: 1 },
          fires: [clusterLabels],
        },
        {
          name: "without",
          series: { [`kafka_server_replicamanager_underreplicatedpartitions{${cluster},pod="0"}`]: 0 },
        },
      ],
    },
    {
      name: "KafkaUnderMinIsrPartitions",
      category: "infrastructure",
      severity: "critical",
      component: "kafka",
      owner: "platform",
      service: kafka,
      expr: "sum by (namespace, strimzi_io_cluster) (kafka_server_replicamanager_underminisrpartitioncount) > 0",
      for: "1m",
      summary: "{{ $value }} partitions refuse acks=all writes",
      description: "Fewer replicas in sync than min.insync.replicas.",
      impact: "Producers of trade events get NotEnoughReplicas and stop.",
      panel: { dashboard: "infrastructure", panel: "Kafka partitions" },
      source: "S1; Strimzi JMX rules",
      runbook: {
        diagnosis: [
          ...clusterDiagnosis,
          {
            text: "Which partitions have fewer than two replicas in sync?",
            promql: "kafka_topic_partition_in_sync_replica < 2",
          },
        ],
        mitigation: [
          "Two brokers are missing: bring one back; see KafkaBrokerDown.",
          "Never lower min.insync.replicas under pressure without the trading lead: acknowledged events could be lost.",
        ],
      },
      cases: [
        {
          name: "with such a partition",
          series: { [`kafka_server_replicamanager_underminisrpartitioncount{${cluster},pod="0"}`]: 1 },
          fires: [clusterLabels],
        },
        {
          name: "without",
          series: { [`kafka_server_replicamanager_underminisrpartitioncount{${cluster},pod="0"}`]: 0 },
        },
      ],
    },
    {
      name: "KafkaControllerAbnormal",
      category: "infrastructure",
      severity: "critical",
      component: "kafka",
      owner: "platform",
      service: kafka,
      expr: "sum by (namespace, strimzi_io_cluster) (kafka_controller_kafkacontroller_activecontrollercount) != 1",
      for: "1m",
      summary: "{{ $value }} active controllers",
      description: "A cluster has exactly one active controller; none or two means that the quorum is broken.",
      impact: "No new leaders, topics or brokers; two controllers contradict each other.",
      panel: { dashboard: "infrastructure", panel: "Kafka controllers" },
      source: "S1; Strimzi JMX rules",
      runbook: {
        diagnosis: [
          ...clusterDiagnosis,
          {
            text: "Which controllers believe that they lead?",
            promql: "kafka_controller_kafkacontroller_activecontrollercount == 1",
          },
          {
            text: "What the quorum says of elections; where one node has both roles the pool is `broker`.",
            command:
              "kubectl -n kafka logs -l strimzi.io/pool-name=controller --since=15m --tail=-1 --prefix | grep -iE 'elect|leader|fenced|quorum' | tail -30",
          },
        ],
        mitigation: [
          "None: bring a majority of the controllers back.",
          "Two: restart the one that the quorum does not name as leader.",
        ],
      },
      cases: [
        {
          name: "with two active controllers",
          series: {
            [`kafka_controller_kafkacontroller_activecontrollercount{${cluster},pod="0"}`]: 1,
            [`kafka_controller_kafkacontroller_activecontrollercount{${cluster},pod="1"}`]: 1,
          },
          fires: [clusterLabels],
        },
        {
          name: "with none",
          series: { [`kafka_controller_kafkacontroller_activecontrollercount{${cluster},pod="0"}`]: 0 },
          fires: [clusterLabels],
        },
        {
          name: "with exactly one",
          series: {
            [`kafka_controller_kafkacontroller_activecontrollercount{${cluster},pod="0"}`]: 1,
            [`kafka_controller_kafkacontroller_activecontrollercount{${cluster},pod="1"}`]: 0,
          },
        },
      ],
    },
    {
      name: "KafkaConsumerLagHigh",
      category: "infrastructure",
      severity: "warning",
      component: "kafka",
      owner: "platform",
      family: "KafkaConsumer",
      service: kafka,
      expr: `sum by (consumergroup, topic) (kafka_consumergroup_lag{topic=~"${topics.join("|")}"}) > ${messaging.consumerLag}`,
      for: "5m",
      keepFiringFor: "5m",
      summary: "{{ $labels.consumergroup }} is {{ $value | humanize }} messages behind on {{ $labels.topic }}",
      description: "Messages of the catalogued topics that a group has not consumed yet.",
      impact: "The consumer acts on old events.",
      panel: { dashboard: "infrastructure", panel: "Kafka consumer lag" },
      source: "S1; threshold of the reference",
      runbook: {
        diagnosis: [
          {
            text: "Slower than producers, or stopped?",
            promql: 'sum by (consumergroup) (rate(kafka_consumergroup_current_offset{topic="<topic>"}[5m]))',
          },
          {
            text: "One partition, or all of them? One alone is a message or a key that is worked on for long.",
            promql: 'topk(10, kafka_consumergroup_lag{consumergroup="<consumergroup>",topic="<topic>"})',
          },
          {
            text: "Members of the group; more than the topic has partitions do not help.",
            promql: 'kafka_consumergroup_members{consumergroup="<consumergroup>"}',
          },
          {
            text: "Errors of the consumer.",
            logql: '{namespace="trading", service="<service>"} | json | level="ERROR"',
          },
        ],
        mitigation: [
          "Too slow: more replicas, up to the number of partitions.",
          "Stopped: see KafkaConsumerNotProgressing.",
          "One message fails again and again: see KafkaConsumerNotProgressing.",
        ],
      },
      cases: [
        {
          name: "when a group is 15 000 messages behind",
          series: {
            'kafka_consumergroup_lag{consumergroup="storage",topic="kline-events",partition="0"}': 8000,
            'kafka_consumergroup_lag{consumergroup="storage",topic="kline-events",partition="1"}': 7000,
          },
          fires: [{ consumergroup: "storage", topic: "kline-events" }],
        },
        {
          name: "at 10 000 messages, and for topics that are not in the catalog",
          series: {
            'kafka_consumergroup_lag{consumergroup="storage",topic="kline-events",partition="0"}': 10000,
            'kafka_consumergroup_lag{consumergroup="x",topic="experiment",partition="0"}': 90000,
          },
        },
      ],
    },
    {
      name: "KafkaConsumerNotProgressing",
      category: "infrastructure",
      severity: "critical",
      component: "kafka",
      owner: "platform",
      family: "KafkaConsumer",
      service: kafka,
      slow: true,
      expr: [
        `(sum by (consumergroup, topic) (kafka_consumergroup_lag) > ${messaging.stuckLag}) and on (consumergroup, topic)`,
        "(sum by (consumergroup, topic) (delta(kafka_consumergroup_current_offset[10m])) == 0)",
      ].join(" "),
      for: "5m",
      summary: "{{ $labels.consumergroup }} has stopped on {{ $labels.topic }}",
      description: "Messages wait and the group's offset has not moved for ten minutes.",
      impact: "What the consumer does has stopped: storing candles, placing orders, or watching health.",
      panel: { dashboard: "infrastructure", panel: "Kafka consumer lag" },
      source: "S1; reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Has the group members?",
            promql: 'kafka_consumergroup_members{consumergroup="<consumergroup>"}',
          },
          {
            text: "What the consumer logs; look for a message that fails again and again.",
            logql: '{namespace="trading", service="<service>"} |~ "(?i)rebalanc|deserializ|poison|commit"',
          },
          { text: "Schema unknown?", promql: 'up{job="schema-registry"}' },
        ],
        mitigation: [
          "No members: the service is down, see ServiceDown.",
          "Poison message: release the version that can read it, or one that logs and skips it; there is no tool outside the service that may move its offsets.",
          "Endless rebalancing: restart all replicas at once.",
        ],
      },
      cases: [
        {
          name: "ten minutes after the offset stopped",
          series: {
            'kafka_consumergroup_lag{consumergroup="storage",topic="kline-events",partition="0"}': 150,
            'kafka_consumergroup_current_offset{consumergroup="storage",topic="kline-events",partition="0"}':
              "0+5x20 100x60",
          },
          since: 30,
          slack: 1,
          fires: [{ consumergroup: "storage", topic: "kline-events" }],
        },
        {
          name: "when messages wait and the offset stands still",
          series: {
            'kafka_consumergroup_lag{consumergroup="storage",topic="kline-events",partition="0"}': 150,
            'kafka_consumergroup_current_offset{consumergroup="storage",topic="kline-events",partition="0"}': 777,
          },
          since: 1,
          fires: [{ consumergroup: "storage", topic: "kline-events" }],
        },
        {
          name: "while the offset moves, and when nearly nothing waits",
          series: {
            'kafka_consumergroup_lag{consumergroup="busy",topic="kline-events",partition="0"}': 9000,
            'kafka_consumergroup_current_offset{consumergroup="busy",topic="kline-events",partition="0"}': {
              perMinute: 5,
            },
            'kafka_consumergroup_lag{consumergroup="idle",topic="kline-events",partition="0"}': 100,
            'kafka_consumergroup_current_offset{consumergroup="idle",topic="kline-events",partition="0"}': 12,
          },
        },
      ],
    },
    {
      name: "SchemaRegistryDown",
      category: "infrastructure",
      severity: "critical",
      component: "kafka",
      owner: "platform",
      service: { fixed: "schema-registry" },
      expr: 'up{job="schema-registry"} == 0',
      for: "2m",
      summary: "schema registry {{ $labels.instance }} is down",
      description: "The registry's metrics page does not answer.",
      impact: "Producers and consumers that start now cannot read schemas; running ones work from their cache.",
      panel: { dashboard: "infrastructure", panel: "Schema registry" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Pods and their logs.",
            command: "kubectl -n kafka logs -l app.kubernetes.io/name=schema-registry --tail=100",
          },
          {
            text: "Can it write its topic _schemas?",
            promql: "sum(kafka_server_replicamanager_underminisrpartitioncount)",
          },
        ],
        mitigation: [
          "Kafka is ill: mend it first.",
          "Credentials: its KafkaUser was renewed; restart the registry.",
          "Do not restart services meanwhile: their caches keep them going.",
        ],
      },
      cases: [
        {
          name: "when it does not answer",
          series: { 'up{job="schema-registry",instance="a"}': 0 },
          fires: [{ job: "schema-registry", instance: "a" }],
        },
        {
          name: "when it answers, and for others",
          series: { 'up{job="schema-registry",instance="a"}': 1, 'up{job="kafka",instance="b"}': 0 },
        },
      ],
    },
  ];
}
