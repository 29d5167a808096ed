import assert from "node:assert/strict";
import { alloyEventsValues, alloyPodsValues } from "../../components/platform/alloyValues.ts";
import { cloudwatchExporterValues } from "../../components/platform/cloudwatchJobs.ts";
import { gatewayCollectorValues, samplerCollectorValues } from "../../components/platform/collectorValues.ts";
import type { PlatformContext } from "../../components/platform/context.ts";
import {
  blackboxExporterValues,
  elasticsearchExporterValues,
  postgresExporterValues,
  redisExporterValues,
} from "../../components/platform/exporterValues.ts";
import { grafanaValues } from "../../components/platform/grafanaValues.ts";
import { jaegerValues } from "../../components/platform/jaegerValues.ts";
import { lokiValues } from "../../components/platform/lokiValues.ts";
import { prometheusStackValues } from "../../components/platform/prometheusValues.ts";
import type { ChartValues } from "../../components/platform/values.ts";
import type { Settings } from "../../stack/settings.ts";
import { checkValues, needReference } from "../support/charts.ts";
import { stackContext, stackSettings } from "../support/platformPlan.ts";

const search = {
  address: "https://search.elastic.svc:9200",
  auditIndices: "trade-audit",
  credentialsSecret: "elasticsearch-grafana",
  authoritySecret: "internal-authority",
};
const neighbours = {
  search,
  gateway: { name: "edge", namespace: "gateway", listener: "https" },
};
const storage = {
  address: search.address,
  user: "jaeger",
  passwordSecret: { name: "elasticsearch-jaeger", key: "password" },
  authoritySecret: "internal-authority",
};

/** Every release of the systems that watch: chart and values. */
function watchingValues(context: PlatformContext, settings: Settings): [chart: string, values: ChartValues][] {
  const { monitoring, logging, tracing } = settings;
  return [
    [
      "kube-prometheus-stack",
      {
        ...prometheusStackValues(context, monitoring),
        grafana: grafanaValues(context, monitoring.grafana, neighbours),
      },
    ],
    ["prometheus-postgres-exporter", postgresExporterValues("primary", { name: "postgres-exporter", key: "dsn" })],
    [
      "prometheus-redis-exporter",
      redisExporterValues({ name: "redis-exporter", addressKey: "address", passwordKey: "password", user: "exporter" }),
    ],
    [
      "prometheus-elasticsearch-exporter",
      elasticsearchExporterValues({
        address: search.address,
        credentialsSecret: "elasticsearch-exporter",
        authoritySecret: "internal-authority",
      }),
    ],
    ["prometheus-blackbox-exporter", blackboxExporterValues(context, monitoring.blackbox, "internal-authority")],
    [
      "prometheus-yet-another-cloudwatch-exporter",
      cloudwatchExporterValues(context, monitoring.cloudwatch, settings.gateway.balancer),
    ],
    ["loki", lokiValues(context, logging.loki)],
    ["alloy", alloyPodsValues(context, logging.alloy)],
    ["alloy", alloyEventsValues(context, logging.alloy)],
    ["opentelemetry-collector", gatewayCollectorValues(context, tracing)],
    ["opentelemetry-collector", samplerCollectorValues(context, tracing, "jaeger.tracing.svc:4317")],
    ["jaeger", jaegerValues(context, tracing, storage)],
  ];
}

for (const stack of ["staging", "production"]) {
  describe(`values of what watches ${stack}`, () => {
    const settings = stackSettings(stack);
    for (const [chart, values] of watchingValues(stackContext(settings), settings)) {
      it(`has only keys that ${chart} has (${values.fullnameOverride})`, function () {
        needReference(this);
        assert.deepEqual(checkValues(chart, values), []);
      });
    }
  });
}
