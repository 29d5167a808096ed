/**
 * Data sources of Grafana. They are provisioned by the values of the chart and nowhere else; rules, dashboards and
 * links refer to them by these constants. A changed uid breaks every saved link and dashboard.
 */

/** A data source: stable uid for machines, name for people and for the few addresses that want it. */
export interface DataSource {
  uid: string;
  name: string;
  /** Plugin id. */
  type: string;
}

/** Metrics. */
export const prometheusDataSource = { uid: "prometheus", name: "Prometheus", type: "prometheus" } as const;
/** Logs. */
export const lokiDataSource = { uid: "loki", name: "Loki", type: "loki" } as const;
/** Traces. */
export const jaegerDataSource = { uid: "jaeger", name: "Jaeger", type: "jaeger" } as const;
/** Alerts and silences. */
export const alertmanagerDataSource = { uid: "alertmanager", name: "Alertmanager", type: "alertmanager" } as const;
/** Metrics and log groups of AWS, read with Grafana's own identity. */
export const cloudwatchDataSource = { uid: "cloudwatch", name: "CloudWatch", type: "cloudwatch" } as const;
/** Trade audit trail and klines. */
export const elasticsearchDataSource = {
  uid: "elasticsearch",
  name: "Elasticsearch",
  type: "elasticsearch",
} as const;

/** Every data source that the chart provisions. */
export const dataSources: readonly DataSource[] = [
  prometheusDataSource,
  lokiDataSource,
  jaegerDataSource,
  alertmanagerDataSource,
  cloudwatchDataSource,
  elasticsearchDataSource,
];
