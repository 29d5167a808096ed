import type { AlertContext, AlertDefinition } from "../types.ts";

/** Alerts about orders that come late, cost too much or are not filled. */
export function orderAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { trading } = settings.thresholds;
  return [
    {
      name: "SlippageHigh",
      category: "trading",
      severity: "warning",
      component: "execution",
      owner: "trading",
      service: { fixed: "trading-system" },
      expr: `histogram_quantile(0.95, sum by (strategy, le) (rate(order_slippage_bps_bucket[15m]))) > ${trading.slippageBasisPoints}`,
      for: "15m",
      summary: "p95 slippage of {{ $labels.strategy }} is {{ $value | humanize }} bps",
      description: "Fill price against the price at the decision, 95th percentile of a quarter of an hour.",
      impact: "Every trade earns less than the strategy assumes; below its edge it loses.",
      panel: { dashboard: "executionQuality", panel: "Slippage" },
      source: "S0 (execution quality); threshold of the reference",
      runbook: {
        diagnosis: [
          {
            text: "Late orders?",
            promql:
              "histogram_quantile(0.99, sum by (service, le) (rate(order_placement_duration_seconds_bucket[5m])))",
          },
          { text: "Stale prices?", promql: "time() - binance_data_collection_last_kline_timestamp_seconds" },
          {
            text: "Thin market or large orders: compare order size with the book in the audit trail.",
            command:
              "platform-search 'trade-events/_search?size=20&sort=@timestamp:desc&q=event:trade_executed%20AND%20strategy:<strategy>&filter_path=hits.hits._source'",
          },
        ],
        mitigation: [
          "Latency: see OrderLatencyHigh.",
          "Volatility: halve the order size or use limit orders in the strategy's settings.",
          "Not explained in an hour: kill switch for the strategy.",
        ],
      },
      cases: [
        {
          name: "when the 95th percentile is exactly the limit",
          series: {
            'order_slippage_bps_bucket{strategy="macd",le="5"}': 0,
            'order_slippage_bps_bucket{strategy="macd",le="10"}': { perMinute: 57 },
            'order_slippage_bps_bucket{strategy="macd",le="15"}': { perMinute: 60 },
            'order_slippage_bps_bucket{strategy="macd",le="+Inf"}': { perMinute: 60 },
          },
        },
        {
          name: "after a single bad minute, however busy",
          series: {
            'order_slippage_bps_bucket{strategy="macd",le="10"}': "0+9x20 180 189+9x60",
            'order_slippage_bps_bucket{strategy="macd",le="15"}': "0+9x20 270 279+9x60",
            'order_slippage_bps_bucket{strategy="macd",le="+Inf"}': "0+9x20 270 279+9x60",
          },
          at: 50,
        },
        {
          name: "when one of nine fills slips between 10 and 15 basis points",
          series: {
            'order_slippage_bps_bucket{strategy="macd",le="10"}': { perMinute: 8 },
            'order_slippage_bps_bucket{strategy="macd",le="15"}': { perMinute: 9 },
            'order_slippage_bps_bucket{strategy="macd",le="+Inf"}': { perMinute: 9 },
          },
          since: 1,
          fires: [{ strategy: "macd" }],
        },
        {
          name: "when fills slip between 5 and 10 basis points",
          series: {
            'order_slippage_bps_bucket{strategy="macd",le="5"}': { perMinute: 1 },
            'order_slippage_bps_bucket{strategy="macd",le="10"}': { perMinute: 9 },
            'order_slippage_bps_bucket{strategy="macd",le="+Inf"}': { perMinute: 9 },
          },
        },
      ],
    },
    {
      name: "OrderLatencyHigh",
      category: "trading",
      severity: "warning",
      component: "execution",
      owner: "trading",
      service: "expression",
      expr: `histogram_quantile(0.99, trading:order_latency:bucket_rate5m) > ${trading.orderLatencySeconds}`,
      for: "5m",
      summary: "p99 order placement of {{ $labels.service }} takes {{ $value | humanizeDuration }}",
      description:
        "From decision to the exchange's acknowledgement. Reads order_placement_duration_seconds and its older name order_latency_seconds (resolution C7).",
      impact: "Orders meet a market that has moved on; slippage rises.",
      panel: { dashboard: "executionQuality", panel: "Order latency" },
      source: "S0 (100 ms), S3; resolution C7",
      runbook: {
        diagnosis: [
          {
            text: "Ours or the exchange's? In Grafana, Explore, data source Jaeger: service of the alert, operation `place_order`, minimum duration 100 ms; look which span is long: risk check, signing or request.",
          },
          {
            text: "CPU of the service.",
            promql:
              'sum by (pod) (rate(container_cpu_usage_seconds_total{namespace="trading",pod=~"<service>-.*",container!=""}[5m]))',
          },
          { text: "Weight throttling?", promql: "exchange_api_used_weight / exchange_api_weight_limit" },
        ],
        mitigation: [
          "Throttled by our own weight limit: lower polling, see ExchangeRateLimitNearlyUsed.",
          "CPU: raise the limit; the bot: next instance size.",
          "The exchange: pause latency-sensitive strategies.",
        ],
      },
      cases: [
        {
          name: "when the 99th percentile is exactly the limit",
          series: {
            'trading:order_latency:bucket_rate5m{service="trading-system",le="0.05"}': 0,
            'trading:order_latency:bucket_rate5m{service="trading-system",le="0.1"}': 99,
            'trading:order_latency:bucket_rate5m{service="trading-system",le="0.18"}': 100,
            'trading:order_latency:bucket_rate5m{service="trading-system",le="+Inf"}': 100,
          },
        },
        {
          name: "when one of nine orders takes 100 to 180 ms",
          series: {
            'trading:order_latency:bucket_rate5m{service="trading-system",le="0.1"}': 8,
            'trading:order_latency:bucket_rate5m{service="trading-system",le="0.18"}': 9,
            'trading:order_latency:bucket_rate5m{service="trading-system",le="+Inf"}': 9,
          },
          fires: [{ service: "trading-system" }],
        },
        {
          name: "when orders take 50 to 100 ms",
          series: {
            'trading:order_latency:bucket_rate5m{service="trading-system",le="0.05"}': 1,
            'trading:order_latency:bucket_rate5m{service="trading-system",le="0.1"}': 9,
            'trading:order_latency:bucket_rate5m{service="trading-system",le="+Inf"}': 9,
          },
        },
      ],
    },
    {
      name: "OrderFillRateLow",
      category: "trading",
      severity: "warning",
      component: "execution",
      owner: "trading",
      service: { fixed: "trading-system" },
      expr: [
        "sum by (strategy) (increase(orders_filled_total[30m])) / (sum by (strategy) (increase(orders_placed_total[30m]))",
        `>= ${trading.minimumOrders}) < ${trading.fillRatio}`,
      ].join(" "),
      for: "15m",
      summary: "fill rate of {{ $labels.strategy }} is {{ $value | humanizePercentage }}",
      description: "Share of the orders of half an hour that were filled completely, with at least ten orders.",
      impact: "The strategy does not get the positions it decides on.",
      panel: { dashboard: "executionQuality", panel: "Fill rate" },
      source: "S0 (fill rate); threshold of the reference",
      runbook: {
        diagnosis: [
          {
            text: "Rejected, cancelled or still open?",
            logql:
              'sum by (reason) (count_over_time({namespace="trading"} | json | event=~"order_rejected|order_cancelled" [30m]))',
          },
          {
            text: "Limit prices too far from the market? Compare slippage.",
            promql: "histogram_quantile(0.5, sum by (strategy, le) (rate(order_slippage_bps_bucket[15m])))",
          },
          {
            text: "Is one strategy concerned, or one exchange?",
            promql: "sum by (exchange, outcome) (rate(exchange_api_requests_total[15m]))",
          },
        ],
        mitigation: [
          "Rejections: correct lot size, tick size or balance.",
          "Stale prices: see KlineStale.",
          "Otherwise widen the limit in the strategy's settings, or pause it.",
        ],
      },
      cases: [
        {
          name: "when exactly eight of ten are filled",
          series: {
            'orders_placed_total{strategy="grid",service="a",market_type="spot"}': { perMinute: 10 },
            'orders_filled_total{strategy="grid",service="a"}': { perMinute: 8 },
          },
          at: 90,
        },
        {
          name: "when half of the orders are filled",
          series: {
            'orders_placed_total{strategy="grid",service="a",market_type="spot"}': { perMinute: 1 },
            'orders_filled_total{strategy="grid",service="a"}': { perMinute: 0.5 },
          },
          since: 10,
          fires: [{ strategy: "grid" }],
        },
        {
          name: "when nine of ten are filled, and for a few orders",
          series: {
            'orders_placed_total{strategy="grid",service="a",market_type="spot"}': { perMinute: 1 },
            'orders_filled_total{strategy="grid",service="a"}': { perMinute: 0.9 },
            'orders_placed_total{strategy="rare",service="a",market_type="spot"}': { perMinute: 0.2 },
            'orders_filled_total{strategy="rare",service="a"}': 0,
          },
          at: 90,
        },
      ],
    },
  ];
}
