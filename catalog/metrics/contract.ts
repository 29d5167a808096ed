import { counter, type Exporter, gauge, histogram, type Metric, type MetricUnit, monitorLabels } from "./types.ts";

/** A gauge that every replica of a service tells whole, from the store that they share: the book, the account, the catalog. */
function whole<const Name extends string>(name: Name, unit: MetricUnit, labels: readonly string[], help: string) {
  return { ...gauge(name, unit, labels, help), replicas: "whole" } satisfies Metric<Name>;
}

/** A gauge of which a replica tells what is its own: its memory, its connections, the loop that it runs. */
function part<const Name extends string>(name: Name, unit: MetricUnit, labels: readonly string[], help: string) {
  return { ...gauge(name, unit, labels, help), replicas: "part" } satisfies Metric<Name>;
}

/** A counter whose series exist with 0 from the start, for each of the values of a label that are known. */
function counterFromStart<const Name extends string>(
  name: Name,
  labels: readonly string[],
  fromStart: NonNullable<Metric["fromStart"]>,
  help: string,
) {
  return { ...counter(name, "events", labels, help), fromStart } satisfies Metric<Name>;
}

/**
 * The metric contract: what the services of the platform promise to export. A service declares the names it keeps in
 * its catalog entry; alerts about a name exist only when a service declares it, because a rule on a metric that nobody
 * exports is silent for ever, and its `absent()` would page for ever.
 *
 * Services run in several replicas, so each gauge says which of them tells what. The book (portfolios, positions, limits, kill
 * switches) is in the database: every replica reads it and tells the whole, and one service tells of a strategy or
 * portfolio. Counters and histograms count what the replica itself did.
 */
export const contract = {
  name: "service",
  version: "1",
  source: "catalog/metrics/contract.ts; names of the requirement sheets where they give one",
  targetLabels: monitorLabels,
  metrics: [
    // HTTP, the names of Micrometer; FastAPI services export the same names through the platform's middleware.
    histogram(
      "http_server_requests_seconds",
      "seconds",
      ["uri", "method", "status", "outcome", "exception"],
      "duration of requests; buckets at 50, 100, 250, 500 ms and 1 s",
    ),
    part("application_started_time_seconds", "seconds", [], "time the application took to start"),
    part("component_health_status", "none", ["component", "status"], "1 for the status that a component has now"),
    histogram("db_query_duration_seconds", "seconds", ["operation"], "duration of database queries, bucket at 50 ms"),
    counter("auth_failures_total", "events", ["reason"], "failed logins and rejected tokens"),
    counter("security_suspicious_events_total", "events", ["kind"], "events that the service itself finds suspicious"),

    // Java virtual machine and connection pool, exported by Micrometer in every Spring Boot service.
    part("jvm_memory_used_bytes", "bytes", ["area", "id"], "used memory by area and pool"),
    part("jvm_memory_max_bytes", "bytes", ["area", "id"], "limit of a memory pool, -1 where it has none"),
    histogram("jvm_gc_pause_seconds", "seconds", ["action", "cause", "gc"], "pauses of the garbage collector"),
    part("jvm_threads_deadlocked", "none", [], "threads in a deadlock; opt-in binder since Micrometer 1.14"),
    part("hikaricp_connections_active", "connections", ["pool"], "connections in use"),
    part("hikaricp_connections_max", "connections", ["pool"], "size limit of the pool"),
    part("hikaricp_connections_pending", "connections", ["pool"], "threads that wait for a connection"),
    counter("hikaricp_connections_timeout_total", "events", ["pool"], "waits for a connection that timed out"),

    // Trading: orders, executions, positions, risk.
    counterFromStart(
      "trades_total",
      ["symbol", "side", "market"],
      { side: ["buy", "sell"] },
      "executed trades; each symbol that is traded has its series from the start, without a trade 0",
    ),
    counterFromStart(
      "trade_executions_total",
      ["status"],
      { status: ["filled", "failed", "rejected"] },
      "executions by result; all three results have their series from the start, without an execution 0",
    ),
    counter("orders_placed_total", "events", ["strategy", "market_type"], "orders sent to an exchange"),
    counter("orders_filled_total", "events", ["strategy"], "orders filled completely"),
    histogram("order_placement_duration_seconds", "seconds", [], "from decision to acknowledgement, bucket at 100 ms"),
    histogram("order_latency_seconds", "seconds", [], "older name of order_placement_duration_seconds"),
    histogram("order_slippage_bps", "basisPoints", ["strategy"], "fill price against decision price"),
    whole("portfolio_value_dollars", "dollars", ["portfolio"], "value of a portfolio"),
    whole("portfolio_risk_ratio", "ratio", ["portfolio"], "share of the portfolio at risk, 0 to 1"),
    whole("portfolio_value_at_risk_dollars", "dollars", ["portfolio", "confidence"], "value at risk, one day"),
    whole("daily_pnl_dollars", "dollars", ["portfolio"], "profit or loss since midnight UTC"),
    whole("unrealized_pnl", "dollars", ["strategy"], "profit or loss of open positions"),
    whole("active_positions", "none", ["strategy"], "open positions"),
    whole("max_positions", "none", ["strategy"], "limit of open positions"),
    whole("strategy_sharpe_ratio", "none", ["strategy"], "Sharpe ratio, 30 days"),
    part(
      "strategy_last_heartbeat_timestamp_seconds",
      "timestampSeconds",
      ["strategy"],
      "last turn of the main loop, by the replica that runs it",
    ),
    whole("position_reconciliation_difference", "none", ["exchange", "symbol"], "book minus exchange, in units"),
    whole("trading_kill_switch_active", "none", ["strategy"], "1 while a strategy is switched off by hand or by limit"),

    // Exchanges.
    counter("exchange_api_requests_total", "requests", ["exchange", "outcome"], "calls by outcome: success, error"),
    whole(
      "exchange_api_used_weight",
      "none",
      ["exchange"],
      "request weight used in this minute, of the whole address (X-MBX-USED-WEIGHT-1M)",
    ),
    whole("exchange_api_weight_limit", "none", ["exchange"], "request weight allowed per minute"),

    // Market data.
    counter("binance_data_collection_kline_events_received_total", "events", [], "klines received"),
    part("binance_data_collection_active_websocket_connections", "connections", [], "open market-data WebSockets"),
    part(
      "binance_data_collection_last_kline_timestamp_seconds",
      "timestampSeconds",
      ["symbol", "interval"],
      "time of the newest kline of a symbol that the replica receives",
    ),
    counter("binance_data_storage_postgres_saves_total", "events", [], "klines written to PostgreSQL"),
    counter("binance_data_storage_elasticsearch_saves_total", "events", [], "klines written to Elasticsearch"),
    counter("binance_trader_macd_signals_generated_total", "events", [], "signals of the MACD strategy"),
    counter("binance_trader_macd_orders_placed_total", "events", [], "orders of the MACD strategy"),

    // Data platform.
    whole("dataset_last_update_timestamp_seconds", "timestampSeconds", ["dataset"], "last write to a dataset"),
    whole("dataset_max_age_seconds", "seconds", ["dataset"], "age that a dataset may reach"),
    whole("dataset_completeness_ratio", "ratio", ["dataset"], "share of expected records present, 0 to 1"),
    counter("etl_runs_total", "events", ["pipeline", "status"], "pipeline runs by result: succeeded, failed"),
  ],
} as const satisfies Exporter;

/** Name of a metric of the contract, as a catalogued service declares it. */
export type ContractMetricName = (typeof contract.metrics)[number]["name"];
