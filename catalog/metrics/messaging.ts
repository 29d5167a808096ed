import { type Exporter, gauge, monitorLabels } from "./types.ts";

/** kafka_exporter as Strimzi deploys it (`spec.kafkaExporter`): lag and number of brokers. */
export const kafkaExporter = {
  name: "kafka-exporter",
  version: "1.9.0",
  source: "https://github.com/danielqsj/kafka_exporter#metrics",
  targetLabels: monitorLabels,
  metrics: [
    gauge("kafka_brokers", "none", [], "brokers that answer"),
    gauge("kafka_consumergroup_lag", "messages", ["consumergroup", "topic", "partition"], "messages not consumed yet"),
    gauge(
      "kafka_consumergroup_current_offset",
      "messages",
      ["consumergroup", "topic", "partition"],
      "committed offset of a group",
    ),
    gauge("kafka_consumergroup_members", "none", ["consumergroup"], "members of a group"),
    gauge("kafka_topic_partition_leader", "none", ["topic", "partition"], "id of the leader, -1 for none"),
    gauge("kafka_topic_partition_in_sync_replica", "none", ["topic", "partition"], "replicas in sync"),
  ],
} as const satisfies Exporter;

/** The JMX rules of Strimzi, scraped from every broker and controller. */
export const strimziBrokers = {
  name: "strimzi-brokers",
  version: "1.1.0",
  source: "https://github.com/strimzi/strimzi-kafka-operator/blob/main/examples/metrics/kafka-metrics.yaml",
  targetLabels: [...monitorLabels, "strimzi_io_cluster", "strimzi_io_kind", "strimzi_io_name"],
  metrics: [
    gauge("kafka_controller_kafkacontroller_offlinepartitionscount", "none", [], "partitions without a leader"),
    gauge("kafka_controller_kafkacontroller_activecontrollercount", "none", [], "1 on the active controller"),
    gauge("kafka_server_replicamanager_underreplicatedpartitions", "none", [], "partitions with a replica behind"),
    gauge(
      "kafka_server_replicamanager_underminisrpartitioncount",
      "none",
      [],
      "partitions with fewer replicas in sync than min.insync.replicas",
    ),
  ],
} as const satisfies Exporter;

/**
 * RabbitMQ's own Prometheus end point, which Amazon MQ serves from 4.2 on. The queues come from `/metrics/detailed`;
 * the scrape takes the prefix `rabbitmq_detailed_` back to the names of `/metrics/per-object`.
 */
export const rabbitmq = {
  name: "rabbitmq",
  version: "4.2",
  source: "https://www.rabbitmq.com/docs/prometheus and components/platform/rabbitmqScrape.ts",
  targetLabels: monitorLabels,
  metrics: [
    gauge("rabbitmq_queue_messages_ready", "messages", ["vhost", "queue"], "messages ready for delivery"),
    gauge("rabbitmq_queue_consumers", "none", ["vhost", "queue"], "consumers of a queue"),
    gauge("rabbitmq_alarms_memory_used_watermark", "none", [], "1 while the broker blocks publishers for memory"),
    gauge(
      "rabbitmq_alarms_free_disk_space_watermark",
      "none",
      [],
      "1 while the broker blocks publishers for disk space",
    ),
  ],
} as const satisfies Exporter;
