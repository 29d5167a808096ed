import {
  alertmanagerDataSource,
  cloudwatchDataSource,
  type DataSource,
  elasticsearchDataSource,
  jaegerDataSource,
  lokiDataSource,
  prometheusDataSource,
} from "../observability/datasources.ts";
import { alertmanagerAddress, jaegerQueryAddress, lokiAddress, prometheusAddress } from "./monitoringNames.ts";
import { scrapeIntervalSeconds } from "./prometheusValues.ts";
import type { ChartValues } from "./values.ts";

/** Where Elasticsearch is and how its readers log in. */
export interface SearchEndpoint {
  /** Address inside the cluster, for example `https://trading-es-http.elastic.svc:9200`. */
  address: string;
  /** Index pattern of the trade audit trail. */
  auditIndices: string;
}

/** Directory in Grafana's container where the certificate authority of Elasticsearch is mounted. */
export const searchAuthorityDirectory = "/etc/grafana/elasticsearch-ca";

/** Environment variables of Grafana that hold the login to Elasticsearch. */
export const searchCredentials = { username: "ELASTICSEARCH_USERNAME", password: "ELASTICSEARCH_PASSWORD" } as const;

/**
 * The data sources, provisioned by file and linked both ways: exemplar → trace, log line → trace, trace → logs and
 * metrics. Nobody edits them in the browser, where the next start of the pod would undo it.
 */
export function grafanaDataSources(context: { region: string }, search?: SearchEndpoint): ChartValues[] {
  return [
    prometheus(),
    loki(),
    jaeger(),
    alertmanager(),
    cloudwatch(context.region),
    ...(search === undefined ? [] : [elasticsearch(search)]),
  ];
}

function provisioned(source: DataSource, rest: ChartValues): ChartValues {
  return { name: source.name, uid: source.uid, type: source.type, access: "proxy", editable: false, orgId: 1, ...rest };
}

function prometheus(): ChartValues {
  return provisioned(prometheusDataSource, {
    url: prometheusAddress,
    isDefault: true,
    jsonData: {
      prometheusType: "Prometheus",
      httpMethod: "POST",
      // $__rate_interval is four times this: a graph never asks for less than two samples.
      timeInterval: `${scrapeIntervalSeconds}s`,
      exemplarTraceIdDestinations: [{ name: "trace_id", datasourceUid: jaegerDataSource.uid }],
      alertmanagerUid: alertmanagerDataSource.uid,
      manageAlerts: true,
    },
  });
}

function loki(): ChartValues {
  return provisioned(lokiDataSource, {
    url: lokiAddress,
    jsonData: {
      maxLines: 1000,
      timeout: 60,
      // trace_id is structured metadata, which a derived field finds like a label.
      derivedFields: [
        {
          name: "trace_id",
          matcherType: "label",
          matcherRegex: "trace_id",
          datasourceUid: jaegerDataSource.uid,
          // Grafana expands environment variables in this file: the dollars are doubled.
          url: "$${__value.raw}",
          urlDisplayLabel: "Show the trace",
        },
      ],
    },
  });
}

function jaeger(): ChartValues {
  return provisioned(jaegerDataSource, {
    url: jaegerQueryAddress,
    jsonData: {
      nodeGraph: { enabled: true },
      spanBar: { type: "Tag", tag: "http.route" },
      tracesToLogsV2: {
        datasourceUid: lokiDataSource.uid,
        spanStartTimeShift: "-5m",
        spanEndTimeShift: "5m",
        tags: [{ key: "service.name", value: "service" }],
        filterByTraceID: true,
        customQuery: true,
        query: '{$${__tags}} | trace_id="$${__trace.traceId}"',
      },
      tracesToMetrics: {
        datasourceUid: prometheusDataSource.uid,
        spanStartTimeShift: "-10m",
        spanEndTimeShift: "10m",
        tags: [{ key: "service.name", value: "service_name" }],
        queries: [
          {
            name: "Request rate",
            query: "sum(rate(traces_span_metrics_calls_total{$$__tags}[5m]))",
          },
          {
            name: "Errors",
            query: 'sum(rate(traces_span_metrics_calls_total{$$__tags, status_code="STATUS_CODE_ERROR"}[5m]))',
          },
          {
            name: "Duration (p95)",
            query:
              "histogram_quantile(0.95, sum by (le) (rate(traces_span_metrics_duration_seconds_bucket{$$__tags}[5m])))",
          },
        ],
      },
    },
  });
}

function alertmanager(): ChartValues {
  return provisioned(alertmanagerDataSource, {
    url: alertmanagerAddress,
    // Grafana's own rules reach Alertmanager through a contact point, so that there is one routing.
    jsonData: { implementation: "prometheus", handleGrafanaManagedAlerts: false },
  });
}

function cloudwatch(region: string): ChartValues {
  // No keys: the pod's own AWS identity.
  return provisioned(cloudwatchDataSource, { jsonData: { authType: "default", defaultRegion: region } });
}

function elasticsearch({ address, auditIndices }: SearchEndpoint): ChartValues {
  return provisioned(elasticsearchDataSource, {
    url: address,
    basicAuth: true,
    basicAuthUser: `\${${searchCredentials.username}}`,
    jsonData: {
      index: auditIndices,
      timeField: "@timestamp",
      logMessageField: "message",
      logLevelField: "log.level",
      tlsAuthWithCACert: true,
      dataLinks: [{ field: "trace_id", datasourceUid: jaegerDataSource.uid, url: "$${__value.raw}" }],
    },
    secureJsonData: {
      basicAuthPassword: `\${${searchCredentials.password}}`,
      tlsCACert: `$__file{${searchAuthorityDirectory}/ca.crt}`,
    },
  });
}
