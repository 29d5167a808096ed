import type { Topic } from "../../catalog/types.ts";
import type { KafkaSettings } from "../../stack/sections/kafka.ts";
import { kafkaLabels, kafkaNamespace } from "./kafkaNames.ts";

/** What the stack decides about topics. */
export type TopicSettings = Pick<KafkaSettings, "replicationFactor" | "minimumInSyncReplicas" | "topics">;

const millisecondsPerHour = 3_600_000;

/**
 * The catalog's topics as this environment has them, as KafkaTopics.
 *
 * @throws Error when the stack file changes a topic that the catalog does not have
 */
export function planTopics(topics: readonly Topic[], settings: TopicSettings) {
  const names = topics.map(({ name }) => name);
  const unknown = Object.keys(settings.topics).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `The stack file changes kafka.topics.${unknown.join(", ")}, which the catalog does not have. Topics are ${names.join(", ")}: mend the name, or add the topic to catalog/topics.ts.`,
    );
  }
  return topics.map((topic) => {
    const change = settings.topics[topic.name] ?? {};
    const retention = String((change.retentionHours ?? topic.retentionHours) * millisecondsPerHour);
    return manifest(topic.name, topic.name, change.partitions ?? topic.partitions, settings, {
      "cleanup.policy": topic.cleanup,
      // What a compacted topic keeps for a time is the mark that a key was deleted.
      ...(topic.cleanup === "compact" ? { "delete.retention.ms": retention } : { "retention.ms": retention }),
      "compression.type": "producer",
    });
  });
}

/** The schema registry's own topic: one partition, so that schema ids are given in order. */
export function schemasTopic(settings: TopicSettings) {
  return manifest("schemas", "_schemas", 1, settings, { "cleanup.policy": "compact" });
}

function manifest(
  name: string,
  topicName: string,
  partitions: number,
  settings: TopicSettings,
  config: { [key: string]: string },
) {
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaTopic",
    metadata: { name, namespace: kafkaNamespace, labels: kafkaLabels },
    spec: {
      topicName,
      partitions,
      replicas: settings.replicationFactor,
      config: { ...config, "min.insync.replicas": String(settings.minimumInSyncReplicas) } as { [key: string]: string },
    },
  };
}
