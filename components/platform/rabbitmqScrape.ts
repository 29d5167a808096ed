import type * as pulumi from "@pulumi/pulumi";
import type { MonitoringSettings } from "../../stack/sections/monitoring.ts";
import { monitoringNamespace } from "./monitoringNames.ts";

/** Where the broker is and how Prometheus logs in. */
export interface BrokerTarget {
  /** Host name of the broker, known after it exists. */
  host: pulumi.Input<string>;
  /** Secret in the namespace `monitoring` with `username` and `password` of a user with the tag `monitoring`. */
  credentialsSecret: string;
}

/**
 * Scrape of the broker's own Prometheus endpoint, which Amazon MQ serves from RabbitMQ 4.2 on: `/metrics` for the broker,
 * `/metrics/detailed` for each queue (`/metrics/per-object` is not offered, and rabbitmq_exporter ended with version 3).
 */
export function rabbitmqScrapes(settings: MonitoringSettings["rabbitmq"], target: BrokerTarget) {
  return [
    scrapeConfig("rabbitmq", settings, target, {
      metricsPath: "/metrics",
      // Sums over all queues under the very names of the queues' own series: an alert on a queue would fire for all at once.
      metricRelabelings: [
        {
          action: "drop",
          sourceLabels: ["__name__"],
          regex: "rabbitmq_queue_(messages|messages_ready|messages_unacked|consumers)",
        },
      ],
    }),
    scrapeConfig("rabbitmq-queues", settings, target, {
      metricsPath: "/metrics/detailed",
      params: { family: ["queue_coarse_metrics", "queue_consumer_count"] },
      // The contract's names are those of /metrics/per-object; only the prefix differs here.
      metricRelabelings: [
        {
          action: "replace",
          sourceLabels: ["__name__"],
          regex: "rabbitmq_detailed_(.+)",
          targetLabel: "__name__",
          replacement: "rabbitmq_$1",
        },
      ],
    }),
  ];
}

function scrapeConfig(
  name: string,
  settings: MonitoringSettings["rabbitmq"],
  target: BrokerTarget,
  rest: { metricsPath: string; params?: { [name: string]: string[] }; metricRelabelings?: object[] },
) {
  return {
    apiVersion: "monitoring.coreos.com/v1alpha1",
    kind: "ScrapeConfig",
    metadata: { name, namespace: monitoringNamespace },
    spec: {
      jobName: name,
      scheme: "HTTPS",
      scrapeInterval: "30s",
      scrapeTimeout: "10s",
      basicAuth: {
        username: { name: target.credentialsSecret, key: "username" },
        password: { name: target.credentialsSecret, key: "password" },
      },
      // One address for each zone; behind each answers the node of that zone, and every node tells its own queues only.
      dnsSDConfigs: [{ names: [target.host], type: "A", port: settings.port }],
      // The certificate is for the broker's name, the targets are the addresses of its nodes.
      tlsConfig: { serverName: target.host },
      ...rest,
    },
  };
}
