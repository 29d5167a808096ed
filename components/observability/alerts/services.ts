import { metricsOf, slosOf } from "../../../catalog/archetypes.ts";
import type { ContractMetricName } from "../../../catalog/metrics.ts";
import type { Catalog, LatencySlo, Service, Slo } from "../../../catalog/types.ts";
import type { AlertService, IndicatorName, ServiceObjective } from "./types.ts";

const share = ({ objectivePercent }: Slo) => Number((objectivePercent / 100).toPrecision(6));

function objective(indicator: IndicatorName, promise: Slo | LatencySlo | undefined): ServiceObjective[] {
  if (promise === undefined) return [];
  return [
    {
      indicator,
      objective: share(promise),
      windowDays: promise.windowDays,
      ...("thresholdMilliseconds" in promise && { thresholdSeconds: promise.thresholdMilliseconds / 1000 }),
    },
  ];
}

/** Share of minutes with a fresh candle that the collection promises; the reference's number, not the catalog's. */
const marketData: Slo = { objectivePercent: 99.5, windowDays: 30 };

/** What the alerts need of one service: its promises become indicators that its metrics can answer. */
function alertService(service: Service): AlertService {
  const metrics = metricsOf(service);
  const slos = slosOf(service);
  const exports = (metric: ContractMetricName) => metrics.includes(metric);
  return {
    name: service.name,
    owner: service.owner,
    tier: service.tier,
    metrics,
    objectives: [
      ...objective(exports("http_server_requests_seconds") ? "api-availability" : "uptime", slos.availability),
      ...objective("api-latency", exports("http_server_requests_seconds") ? slos.latency : undefined),
      ...objective("database-latency", exports("db_query_duration_seconds") ? slos.database : undefined),
      ...objective("cache-hits", slos.cache),
      ...objective("executions", exports("trade_executions_total") ? slos.executions : undefined),
      ...objective(
        "market-data",
        exports("binance_data_collection_last_kline_timestamp_seconds") ? marketData : undefined,
      ),
    ],
    tradesOn: service.executesTrades ? (service.markets ?? []) : [],
  };
}

/** The services of the catalog as the alerts see them. */
export function alertServices(catalog: Pick<Catalog, "services">): AlertService[] {
  return catalog.services.map(alertService);
}
