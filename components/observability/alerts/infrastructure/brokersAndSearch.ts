import type { AlertContext, AlertDefinition } from "../types.ts";

const elasticsearch = { fixed: "elasticsearch" } as const;
const rabbitmq = { fixed: "rabbitmq" } as const;

/** Alerts about Elasticsearch and about RabbitMQ. */
export function brokerAndSearchAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { search, messaging } = settings.thresholds;
  const clusterDiagnosis = [
    {
      text: "Why shards are not assigned.",
      command: "platform-search '_cluster/allocation/explain?pretty'",
    },
    { text: "Nodes of the cluster.", command: "kubectl -n elastic get elasticsearch,pods,pvc" },
  ];
  return [
    {
      name: "ElasticsearchClusterRed",
      category: "infrastructure",
      severity: "critical",
      component: "elasticsearch",
      owner: "platform",
      family: "ElasticsearchCluster",
      service: elasticsearch,
      expr: 'elasticsearch_cluster_health_status{color="red"} == 1',
      for: "2m",
      summary: "cluster {{ $labels.elasticsearch_cluster }} is red",
      description: "A primary shard is missing: part of an index can neither be read nor written.",
      impact:
        "The audit trail, kline search or traces lose what arrives; Logstash holds it back as long as its queue lasts.",
      panel: { dashboard: "infrastructure", panel: "Elasticsearch health" },
      source: "S1 (cluster status)",
      runbook: {
        diagnosis: [
          ...clusterDiagnosis,
          {
            text: "Which indices?",
            command: "platform-search '_cat/indices?health=red&v'",
          },
        ],
        mitigation: [
          "A node is gone: let it come back, the shard with it.",
          "The shard is lost: restore the index from the newest snapshot (lifecycle policy `snapshots`), replay from Kafka what came after.",
          "Disk full: see ElasticsearchDiskLow.",
        ],
      },
      cases: [
        {
          name: "while the cluster is red",
          series: { 'elasticsearch_cluster_health_status{elasticsearch_cluster="trading",color="red"}': 1 },
          fires: [{ elasticsearch_cluster: "trading", color: "red" }],
        },
        {
          name: "while it is yellow",
          series: {
            'elasticsearch_cluster_health_status{elasticsearch_cluster="trading",color="red"}': 0,
            'elasticsearch_cluster_health_status{elasticsearch_cluster="trading",color="yellow"}': 1,
          },
        },
      ],
    },
    {
      name: "ElasticsearchClusterYellow",
      category: "infrastructure",
      severity: "warning",
      component: "elasticsearch",
      owner: "platform",
      family: "ElasticsearchCluster",
      service: elasticsearch,
      expr: 'elasticsearch_cluster_health_status{color="yellow"} == 1',
      for: "20m",
      summary: "cluster {{ $labels.elasticsearch_cluster }} is yellow",
      description: "Replica shards are missing for longer than a rolling restart explains.",
      impact: "All data is there; the loss of one more node may make it red.",
      panel: { dashboard: "infrastructure", panel: "Elasticsearch health" },
      source: "S1",
      runbook: {
        diagnosis: clusterDiagnosis,
        mitigation: [
          "A node is missing: see its pod.",
          "Disk watermark reached: see ElasticsearchDiskLow.",
          "An index with more replicas than nodes: set `index.number_of_replicas`.",
        ],
      },
      cases: [
        {
          name: "after twenty minutes of yellow",
          series: { 'elasticsearch_cluster_health_status{elasticsearch_cluster="trading",color="yellow"}': 1 },
          fires: [{ elasticsearch_cluster: "trading", color: "yellow" }],
        },
        {
          name: "while it is green",
          series: {
            'elasticsearch_cluster_health_status{elasticsearch_cluster="trading",color="yellow"}': 0,
            'elasticsearch_cluster_health_status{elasticsearch_cluster="trading",color="green"}': 1,
          },
        },
      ],
    },
    {
      name: "ElasticsearchDiskLow",
      category: "infrastructure",
      severity: "warning",
      component: "elasticsearch",
      owner: "platform",
      service: elasticsearch,
      expr: `elasticsearch_filesystem_data_available_bytes / elasticsearch_filesystem_data_size_bytes < ${search.diskFree}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "{{ $labels.name }} has {{ $value | humanizePercentage }} disk left (watermark 15 %)",
      description: "Free share of a node's data path. At 15 % no new shards come, at 5 % indices become read-only.",
      impact: "New indices stay yellow; later nothing is written.",
      panel: { dashboard: "infrastructure", panel: "Elasticsearch disk" },
      source: "S1; Elasticsearch watermarks",
      runbook: {
        diagnosis: [
          {
            text: "Largest indices.",
            command: "platform-search '_cat/indices?s=store.size:desc&v' | head",
          },
          {
            text: "Does the lifecycle policy delete?",
            command: "platform-search '*/_ilm/explain?only_errors=true'",
          },
        ],
        mitigation: [
          "Lifecycle errors: `POST <index>/_ilm/retry`.",
          "Grow the volumes in the stack file (`elastic`), the operator does it node by node.",
          'Read-only already: after freeing space `PUT */_settings {"index.blocks.read_only_allow_delete": null}`.',
        ],
      },
      cases: [
        {
          name: "with a tenth left",
          series: {
            'elasticsearch_filesystem_data_available_bytes{elasticsearch_cluster="trading",name="node-0",mount="/data"}': 10,
            'elasticsearch_filesystem_data_size_bytes{elasticsearch_cluster="trading",name="node-0",mount="/data"}': 100,
          },
          fires: [{ elasticsearch_cluster: "trading", name: "node-0", mount: "/data" }],
        },
        {
          name: "with 15 % left",
          series: {
            'elasticsearch_filesystem_data_available_bytes{elasticsearch_cluster="trading",name="node-0",mount="/data"}': 15,
            'elasticsearch_filesystem_data_size_bytes{elasticsearch_cluster="trading",name="node-0",mount="/data"}': 100,
          },
        },
      ],
    },
    {
      name: "ElasticsearchHeapHigh",
      category: "infrastructure",
      severity: "warning",
      component: "elasticsearch",
      owner: "platform",
      service: elasticsearch,
      expr: `elasticsearch_jvm_memory_used_bytes{area="heap"} / elasticsearch_jvm_memory_max_bytes{area="heap"} > ${search.heap}`,
      for: "15m",
      keepFiringFor: "5m",
      summary: "{{ $labels.name }} heap at {{ $value | humanizePercentage }}",
      description: "Used heap of a node for a quarter of an hour; normal use swings between 30 and 75 %.",
      impact: "Circuit breakers refuse queries; then the node falls out.",
      panel: { dashboard: "infrastructure", panel: "Elasticsearch heap" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "What takes it: field data, segments, or queries?",
            command: "platform-search '_nodes/stats/breaker?pretty'",
          },
          {
            text: "Long-running searches.",
            command: "platform-search '_tasks?actions=*search&detailed'",
          },
        ],
        mitigation: [
          "Cancel the search (`POST _tasks/<id>/_cancel`).",
          "Too many shards: fewer, larger indices in the lifecycle policy.",
          "Raise the memory of the nodes; the heap follows.",
        ],
      },
      cases: [
        {
          name: "at 95 %",
          series: {
            'elasticsearch_jvm_memory_used_bytes{elasticsearch_cluster="trading",name="node-0",area="heap"}': 95,
            'elasticsearch_jvm_memory_max_bytes{elasticsearch_cluster="trading",name="node-0",area="heap"}': 100,
          },
          fires: [{ elasticsearch_cluster: "trading", name: "node-0", area: "heap" }],
        },
        {
          name: "at 90 %, and outside the heap",
          series: {
            'elasticsearch_jvm_memory_used_bytes{elasticsearch_cluster="trading",name="node-0",area="heap"}': 90,
            'elasticsearch_jvm_memory_max_bytes{elasticsearch_cluster="trading",name="node-0",area="heap"}': 100,
            'elasticsearch_jvm_memory_used_bytes{elasticsearch_cluster="trading",name="node-0",area="non-heap"}': 99,
            'elasticsearch_jvm_memory_max_bytes{elasticsearch_cluster="trading",name="node-0",area="non-heap"}': 100,
          },
        },
      ],
    },
    {
      name: "RabbitmqQueueBacklog",
      category: "infrastructure",
      severity: "warning",
      component: "rabbitmq",
      owner: "platform",
      family: "RabbitmqQueue",
      service: rabbitmq,
      expr: `sum by (namespace, vhost, queue) (rabbitmq_queue_messages_ready) > ${messaging.queueMessages}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "queue {{ $labels.queue }} holds {{ $value | humanize }} messages",
      description: "Messages ready for delivery, waiting for ten minutes.",
      impact: "Commands and notifications are late.",
      panel: { dashboard: "infrastructure", panel: "RabbitMQ queues" },
      source: "reference 3.3; threshold of the reference",
      runbook: {
        diagnosis: [
          { text: "Consumers of the queue.", promql: 'rabbitmq_queue_consumers{queue="<queue>"}' },
          {
            text: "Is it a dead-letter queue? Its messages were refused several times; the header x-death tells why.",
            promql: 'rabbitmq_queue_messages_ready{queue=~".+[.]dead"} > 0',
          },
          {
            text: "Errors of the consumer.",
            logql: '{namespace="trading", service="<service>"} | json | level="ERROR"',
          },
        ],
        mitigation: [
          "Consumer too slow: more replicas or a larger prefetch.",
          "No consumer: see RabbitmqQueueWithoutConsumer.",
          "Dead letters: mend the cause, then shovel them back.",
        ],
      },
      cases: [
        {
          name: "with 1500 waiting messages",
          series: { 'rabbitmq_queue_messages_ready{namespace="monitoring",vhost="/",queue="order-commands"}': 1500 },
          fires: [{ namespace: "monitoring", vhost: "/", queue: "order-commands" }],
        },
        {
          name: "with 1000 waiting messages",
          series: { 'rabbitmq_queue_messages_ready{namespace="monitoring",vhost="/",queue="order-commands"}': 1000 },
        },
      ],
    },
    {
      name: "RabbitmqQueueWithoutConsumer",
      category: "infrastructure",
      severity: "critical",
      component: "rabbitmq",
      owner: "platform",
      family: "RabbitmqQueue",
      service: rabbitmq,
      expr: [
        '(rabbitmq_queue_messages_ready{queue!~".*[.]dead"} > 0)',
        "and on (instance, queue, vhost) (rabbitmq_queue_consumers == 0)",
      ].join(" "),
      for: "10m",
      summary: "queue {{ $labels.queue }} has messages and no consumer",
      description:
        "Messages wait and nobody is subscribed. Dead-letter queues have no consumer by design and do not count.",
      impact: "What the messages ask for does not happen.",
      panel: { dashboard: "infrastructure", panel: "RabbitMQ queues" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Which service consumes it? `uses.queues.consume` in the catalog.",
            command: "grep -rn '<queue>' catalog/services",
          },
          {
            text: "Does it run and connect?",
            logql: '{namespace="trading", service="<service>"} |~ "(?i)amqp|rabbit"',
          },
        ],
        mitigation: [
          "Service down: see ServiceDown.",
          "Access refused: user or permission lost; `pulumi up` restores both.",
          "A queue that nobody needs: take it out of `catalog/queues.ts`.",
        ],
      },
      cases: [
        {
          name: "when messages wait and nobody consumes",
          series: {
            'rabbitmq_queue_messages_ready{instance="broker",vhost="/",queue="order-commands"}': 1,
            'rabbitmq_queue_consumers{instance="broker",vhost="/",queue="order-commands"}': 0,
          },
          fires: [{ instance: "broker", vhost: "/", queue: "order-commands" }],
        },
        {
          name: "for an empty queue, for one with a consumer, and for dead letters",
          series: {
            'rabbitmq_queue_messages_ready{instance="broker",vhost="/",queue="empty"}': 0,
            'rabbitmq_queue_consumers{instance="broker",vhost="/",queue="empty"}': 0,
            'rabbitmq_queue_messages_ready{instance="broker",vhost="/",queue="busy"}': 7,
            'rabbitmq_queue_consumers{instance="broker",vhost="/",queue="busy"}': 1,
            'rabbitmq_queue_messages_ready{instance="broker",vhost="/",queue="order-commands.dead"}': 7,
            'rabbitmq_queue_consumers{instance="broker",vhost="/",queue="order-commands.dead"}': 0,
          },
        },
      ],
    },
    {
      name: "RabbitmqAlarm",
      category: "infrastructure",
      severity: "critical",
      component: "rabbitmq",
      owner: "platform",
      service: rabbitmq,
      expr: [
        "max by (instance) (rabbitmq_alarms_memory_used_watermark) == 1",
        "or max by (instance) (rabbitmq_alarms_free_disk_space_watermark) == 1",
      ].join(" "),
      for: "1m",
      summary: "{{ $labels.instance }} blocks publishers",
      description: "The broker is out of memory or disk and stops taking messages until it has some again.",
      impact: "Publishers hang; orders by command do not go out.",
      panel: { dashboard: "infrastructure", panel: "RabbitMQ alarms" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Which queues hold the memory?", promql: "topk(5, rabbitmq_queue_messages_ready)" },
          {
            text: "Memory and disk in CloudWatch.",
            command:
              "aws cloudwatch get-metric-statistics --namespace AWS/AmazonMQ --metric-name RabbitMQMemUsed --dimensions Name=Broker,Value=<broker> --start-time <time> --end-time <time> --period 60 --statistics Maximum",
          },
        ],
        mitigation: [
          "Let consumers drain the largest queue; add replicas.",
          "Purge a queue of notifications, never one of commands.",
          "Next larger instance: `broker.instanceType`, in the maintenance window.",
        ],
      },
      cases: [
        {
          name: "with the memory alarm",
          series: { 'rabbitmq_alarms_memory_used_watermark{instance="broker"}': 1 },
          fires: [{ instance: "broker" }],
        },
        {
          name: "with the disk alarm",
          series: { 'rabbitmq_alarms_free_disk_space_watermark{instance="broker"}': 1 },
          fires: [{ instance: "broker" }],
        },
        {
          name: "without alarm",
          series: {
            'rabbitmq_alarms_memory_used_watermark{instance="broker"}': 0,
            'rabbitmq_alarms_free_disk_space_watermark{instance="broker"}': 0,
          },
        },
      ],
    },
  ];
}
