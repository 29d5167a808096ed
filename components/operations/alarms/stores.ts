import type * as pulumi from "@pulumi/pulumi";
import { belowCases, limitCases } from "./cases.ts";
import type { Alarm, AlarmTargets, AlarmThresholds, MetricSource } from "./types.ts";

const cacheCommon = {
  component: "redis",
  owner: "platform",
  panel: { dashboard: "infrastructure", panel: "ElastiCache" },
  source: "S2, S0, AWS ElastiCache user guide",
} as const;

/** Alarms on every node of the cache. */
export function cacheAlarms(cache: NonNullable<AlarmTargets["cache"]>, thresholds: AlarmThresholds): Alarm[] {
  return Array.from({ length: cache.nodes }, (_, index) => String(index + 1).padStart(3, "0")).flatMap((node) =>
    nodeAlarms(`${cache.replicationGroupId}-${node}`, node, cache.nodes > 1, thresholds),
  );
}

function nodeAlarms(id: string, node: string, replicated: boolean, thresholds: AlarmThresholds): Alarm[] {
  const metric = (name: string, statistic: string): { kind: "metric"; metric: MetricSource } => ({
    kind: "metric",
    metric: { namespace: "AWS/ElastiCache", metric: name, statistic, dimensions: { CacheClusterId: id } },
  });
  const instance = `node-${node}`;
  const memory = (severity: "warning" | "critical"): Alarm => {
    const limit = severity === "warning" ? 80 : 95;
    return {
      ...cacheCommon,
      name: severity === "warning" ? "CacheMemoryHigh" : "CacheMemoryCritical",
      instance,
      category: "infrastructure",
      severity,
      watches: metric("DatabaseMemoryUsagePercentage", "Maximum"),
      fires: { above: limit },
      unit: "percent",
      periodSeconds: 60,
      periods: 5,
      missing: "missing",
      description: `More than ${limit} % of the node's memory for data is taken.`,
      impact: "Soon keys are evicted or writes refused, depending on the eviction policy.",
      runbook: {
        diagnosis: [
          {
            text: "Which prefixes are large?",
            command: "CACHE_USER=<service> platform-cache --bigkeys --pattern '<prefix>:*'",
          },
          { text: "Do keys without an end pile up?", command: "platform-cache info keyspace" },
        ],
        mitigation: [
          "Keys without an end: give them one in the service.",
          "Growth: a larger `cache.nodeType`; the change is online with a copy.",
        ],
      },
      cases: limitCases(limit, 5, 2),
    };
  };
  return [
    {
      ...cacheCommon,
      name: "CacheEngineCpu",
      instance,
      category: "infrastructure",
      severity: "warning",
      // The engine works in one thread: the machine's processor would look idle.
      watches: metric("EngineCPUUtilization", "Average"),
      fires: { above: thresholds.cacheCpuPercent },
      unit: "percent",
      periodSeconds: 60,
      periods: 5,
      missing: "missing",
      description: "The one thread that executes commands is busy for five minutes.",
      impact: "Every command waits; services see a slow cache.",
      runbook: {
        diagnosis: [
          { text: "Slow commands.", command: "platform-cache slowlog get 20" },
          { text: "Which commands are many?", command: "platform-cache info commandstats" },
        ],
        mitigation: [
          "KEYS, large SMEMBERS or HGETALL: replace by SCAN in the service.",
          "Reads: let them go to the reader endpoint; else a larger node.",
        ],
      },
      cases: limitCases(thresholds.cacheCpuPercent, 5, 10),
    },
    memory("warning"),
    memory("critical"),
    {
      ...cacheCommon,
      name: "CacheEvictions",
      instance,
      category: "performance",
      severity: "warning",
      watches: metric("Evictions", "Sum"),
      fires: { above: 0 },
      unit: "keys",
      periodSeconds: 300,
      periods: 2,
      missing: "notBreaching",
      description: "Keys were thrown out for lack of memory in two periods in a row.",
      impact: "The hit rate falls, the database gets the load.",
      runbook: {
        diagnosis: [
          { text: "How much is taken, and by what policy are keys thrown out?", command: "platform-cache info memory" },
          { text: "Since when, and how fast?", promql: "rate(redis_evicted_keys_total[5m])" },
          {
            text: "Does one prefix fill it? For each service that uses the cache:",
            command: "CACHE_USER=<service> platform-cache --bigkeys --pattern '<prefix>:*'",
          },
          {
            text: "Does the database get the load?",
            promql: "topk(5, sum by (service) (rate(db_query_duration_seconds_count[5m])))",
          },
        ],
        mitigation: [
          "One prefix grows without an end: give its keys a shorter life in that service, roll the release out.",
          "All grow: a larger `cache.nodeType`; the change is online where there is a copy.",
          "A burst (a backfill, a cold start): it ends by itself; watch CacheHitRate.",
        ],
      },
      cases: limitCases(0, 2, 5),
    },
    ...(replicated
      ? [
          {
            ...cacheCommon,
            name: "CacheReplicationLag",
            instance,
            category: "infrastructure" as const,
            severity: "warning" as const,
            watches: metric("ReplicationLag", "Maximum"),
            fires: { above: 5 },
            unit: "seconds",
            periodSeconds: 60,
            periods: 5,
            // The primary has no lag and sends none.
            missing: "notBreaching" as const,
            description: "A copy is more than five seconds behind the primary for five minutes.",
            impact: "Readers see old values; a failover loses what is not yet copied.",
            runbook: {
              diagnosis: [
                {
                  text: "State of the copies, and how far they are behind.",
                  command: "platform-cache info replication",
                },
                {
                  text: "Do writes exceed the network of the node type? Compare with its baseline.",
                  command:
                    "aws cloudwatch get-metric-statistics --namespace AWS/ElastiCache --metric-name NetworkBytesOut --dimensions Name=CacheClusterId,Value=<node> --statistics Maximum --period 60 --start-time <from> --end-time <to>",
                },
                { text: "Large single writes?", command: "platform-cache slowlog get 20" },
              ],
              mitigation: [
                "A bulk write: let it end, or do it in smaller parts.",
                "The network is at its limit: a larger `cache.nodeType`.",
                "One copy alone stays behind: `aws elasticache reboot-cache-cluster --cache-cluster-id <node> --cache-node-ids-to-reboot 0001`.",
              ],
            },
            cases: limitCases(5, 5, 3),
          },
        ]
      : []),
    {
      ...cacheCommon,
      name: "CacheHitRate",
      instance,
      category: "performance",
      severity: "warning",
      watches: metric("CacheHitRate", "Average"),
      fires: { below: thresholds.cacheHitPercent },
      unit: "percent",
      periodSeconds: 300,
      periods: 3,
      missing: "notBreaching",
      description: "Less than nine of ten look-ups find their key.",
      impact: "The objective of 90 % is missed; the database gets the load.",
      runbook: {
        diagnosis: [
          { text: "Hits, misses, evictions since the start.", command: "platform-cache info stats" },
          {
            text: "Did it fail over or restart, and is cold?",
            command: "aws elasticache describe-events --source-type replication-group --duration 120",
          },
          {
            text: "Which service misses most? Its queries to the database grow.",
            promql: "topk(5, sum by (service) (rate(db_query_duration_seconds_count[10m])))",
          },
        ],
        mitigation: [
          "After a restart it fills by itself within an hour; nothing to do.",
          "Keys are thrown out: see CacheEvictions.",
          "A new prefix that is asked for once and never again: do not cache it.",
        ],
      },
      cases: belowCases(thresholds.cacheHitPercent, 3),
    },
  ];
}

const brokerCommon = {
  component: "rabbitmq",
  owner: "platform",
  panel: { dashboard: "infrastructure", panel: "Amazon MQ" },
  source: "AWS Amazon MQ developer guide; policy obs-managed-services",
} as const;

/** Alarms on the message broker. */
export function brokerAlarms({ name }: { name: pulumi.Input<string> }): Alarm[] {
  const metric = (metricName: string, statistic: string): MetricSource => ({
    ...{ namespace: "AWS/AmazonMQ", metric: metricName, statistic, dimensions: { Broker: name } },
  });
  return [
    {
      ...brokerCommon,
      name: "BrokerMemoryHigh",
      category: "infrastructure",
      severity: "critical",
      watches: {
        kind: "formula",
        expression: "100 * used / limit",
        metrics: { used: metric("RabbitMQMemUsed", "Maximum"), limit: metric("RabbitMQMemLimit", "Minimum") },
      },
      fires: { above: 90 },
      unit: "percent",
      periodSeconds: 60,
      periods: 5,
      missing: "missing",
      description: "More than 90 % of the memory is taken at which the broker blocks all publishers.",
      impact: "At 100 % every publisher is blocked: order commands and notifications stand still.",
      runbook: {
        diagnosis: [
          { text: "Which queue is long?", promql: "topk(5, rabbitmq_queue_messages_ready)" },
          {
            text: "Many connections or channels?",
            command:
              "aws cloudwatch get-metric-statistics --namespace AWS/AmazonMQ --metric-name ConnectionCount --dimensions Name=Broker,Value=trading-platform-<stack>-broker --statistics Maximum --period 60 --start-time <from> --end-time <to>",
          },
        ],
        mitigation: [
          "A queue without consumer: start the consumer; if the messages are worthless, purge it in the console.",
          "Connections leak: restart the service that opens them.",
          "Growth: a larger `broker.instanceType`.",
        ],
      },
      cases: limitCases(90, 5, 4),
    },
    {
      ...brokerCommon,
      name: "BrokerDiskLow",
      category: "infrastructure",
      severity: "critical",
      watches: {
        kind: "formula",
        expression: "free / limit",
        metrics: { free: metric("RabbitMQDiskFree", "Minimum"), limit: metric("RabbitMQDiskFreeLimit", "Maximum") },
      },
      fires: { below: 2 },
      unit: "times the limit",
      periodSeconds: 60,
      periods: 5,
      missing: "missing",
      description: "The free disk is less than twice the limit at which the broker blocks all publishers.",
      impact: "At the limit every publisher is blocked.",
      runbook: {
        diagnosis: [
          { text: "Which queue holds the messages?", promql: "topk(5, rabbitmq_queue_messages_ready)" },
          { text: "Has it a consumer?", promql: "rabbitmq_queue_messages_ready > 0 and rabbitmq_queue_consumers == 0" },
          {
            text: "Does the broker block publishers already?",
            promql: "rabbitmq_alarms_free_disk_space_watermark == 1",
          },
        ],
        mitigation: [
          "A queue without consumer: start the consumer; see RabbitmqQueueWithoutConsumer.",
          "A dead-letter queue that nobody reads: keep a sample, then purge it in the broker's console.",
          "Growth: a larger `broker.instanceType` has a larger disk; the change restarts the broker node by node.",
        ],
      },
      cases: belowCases(2, 5),
    },
    {
      ...brokerCommon,
      name: "BrokerQueueDepth",
      category: "performance",
      severity: "warning",
      watches: { kind: "metric", metric: metric("MessageReadyCount", "Maximum") },
      fires: { above: 10_000 },
      unit: "messages",
      periodSeconds: 300,
      periods: 3,
      missing: "missing",
      description: "More than 10 000 messages wait for a consumer for a quarter of an hour.",
      impact: "Order commands and notifications are late by as much.",
      runbook: {
        diagnosis: [
          { text: "Which queue?", promql: "topk(5, rabbitmq_queue_messages_ready)" },
          { text: "Do its consumers run?", command: "kubectl get pods -n trading" },
        ],
        mitigation: [
          "The consumer is down: see ServiceDown for it; the queue empties by itself when it is back.",
          "It runs and is slow: more replicas, as far as the order of messages does not matter to it.",
          "It refuses the same message again and again: the queue's `.dead` twin grows; mend the cause, then move the messages back in the console.",
        ],
      },
      cases: limitCases(10_000, 3, 500),
    },
  ];
}
