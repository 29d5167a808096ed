import type { GrafanaAlert } from "../types.ts";
import { logged, tradingLogs } from "./selectors.ts";

/** Log alerts about orders and their execution. */
export const tradingLogAlerts: readonly GrafanaAlert[] = [
  {
    name: "TradeExecutionErrorLogged",
    category: "trading",
    severity: "critical",
    component: "execution",
    owner: "trading",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service, strategy) (count_over_time(${tradingLogs} | json | event="trade_failed" [5m]))`,
      },
    ],
    threshold: { above: 5 },
    for: "0m",
    keepFiringFor: "5m",
    summary: "More than five executions of the strategy {{ $labels.strategy }} failed within five minutes",
    description: "Lines with event trade_failed. The twin of TradeExecutionFailure; works when the metrics are gone.",
    impact: "Signals are not turned into positions: the portfolio differs from what the strategy believes.",
    panel: { dashboard: "executionQuality", panel: "Failed executions" },
    source: "S2",
    runbook: {
      diagnosis: [
        {
          text: "What does the exchange say?",
          logql: 'sum by (reason) (count_over_time({namespace="trading"} | json | event="trade_failed" [15m]))',
        },
        {
          text: "Does the exchange answer at all?",
          promql: "sum by (exchange) (rate(exchange_api_requests_total[5m]))",
        },
        {
          text: "Do positions agree with the exchange?",
          promql: "position_reconciliation_difference != 0",
        },
      ],
      mitigation: [
        "The exchange is down or in maintenance: set the kill switch of the strategy, wait, reconcile, then release it.",
        "Insufficient balance: move funds or lower the order size.",
        "The code: abort the release and roll back.",
      ],
    },
    cases: [
      {
        name: "after six failures of one strategy",
        logs: [logged("trading-system", { event: "trade_failed", strategy: "macd" }, 6)],
        fires: [{ service: "trading-system", strategy: "macd" }],
      },
      {
        name: "after five each of two strategies, and for executed trades",
        logs: [
          logged("trading-system", { event: "trade_failed", strategy: "macd" }, 5),
          logged("trading-system", { event: "trade_failed", strategy: "grid" }, 5),
          logged("trading-system", { event: "trade_executed", strategy: "macd" }, 50),
        ],
      },
    ],
  },
  {
    name: "TradeAuditGap",
    category: "trading",
    severity: "critical",
    component: "audit",
    owner: "trading",
    service: { fixed: "trading-system" },
    queries: [
      // Both sides are 0, not absent, in a quiet hour; 0 / 0 is no number and stays silent.
      {
        kind: "loki",
        expr: `sum(count_over_time(${tradingLogs} | json | event="trade_executed" [15m])) or vector(0)`,
      },
      { kind: "prometheus", expr: "sum(increase(trades_total[15m])) or vector(0)" },
    ],
    math: "abs($A - $B) / $B",
    threshold: { above: 0.02 },
    for: "5m",
    summary: "The audit trail and the trade counter differ by more than 2 %",
    description: "Lines with event trade_executed against the increase of trades_total, both over 15 minutes.",
    impact: "Trades happen that the audit trail does not hold: the record that the law asks for is incomplete.",
    panel: { dashboard: "tradingSystem", panel: "Audit trail completeness" },
    source: "S0",
    runbook: {
      diagnosis: [
        { text: "Which side is short? Compare both counts.", promql: "sum by (service) (increase(trades_total[15m]))" },
        {
          text: "The log side.",
          logql: 'sum by (service) (count_over_time({namespace="trading"} | json | event="trade_executed" [15m]))',
        },
        { text: "Does Loki drop or delay lines?", promql: "sum by (reason) (rate(loki_discarded_samples_total[5m]))" },
        {
          text: "Was Prometheus or a service restarted? Then the counter is short.",
          promql: 'increase(kube_pod_container_status_restarts_total{namespace="trading"}[15m]) > 0',
        },
      ],
      mitigation: [
        "Lines are missing: they are still on the nodes for a while; restart Alloy on the node of the service and wait for it to catch up.",
        "Lines are missing for good: replay the topic `trade-events` from Kafka into Elasticsearch (docs/operations).",
        "The counter is short after a restart: it heals within 15 minutes.",
      ],
    },
    cases: [
      {
        name: "when 3 % of the trades are not logged",
        logs: [logged("trading-system", { event: "trade_executed" }, 97)],
        values: { B: 100 },
        fires: [{}],
      },
      {
        name: "when trades are logged and none is counted",
        logs: [logged("trading-system", { event: "trade_executed" }, 3)],
        values: { B: 0 },
        fires: [{}],
      },
      {
        name: "when both agree but for 2 %",
        logs: [logged("trading-system", { event: "trade_executed" }, 98)],
        values: { B: 100 },
      },
      { name: "when nothing is traded", logs: [], values: { B: 0 } },
    ],
  },
  {
    name: "ExchangeRateLimited",
    category: "trading",
    severity: "critical",
    component: "exchange",
    owner: "trading",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service, exchange) (count_over_time(${tradingLogs} | json | http_status=~"429|418" [5m]))`,
      },
    ],
    threshold: { above: 0 },
    for: "0m",
    keepFiringFor: "5m",
    summary: "{{ $labels.exchange }} limits the rate of {{ $labels.service }} (429) or bans its address (418)",
    description: "Answers with status 429 (too many requests) or 418 (address banned for not slowing down).",
    impact: "Orders and market data are refused. A ban lasts from two minutes to three days, and grows when ignored.",
    panel: { dashboard: "executionQuality", panel: "Exchange rate limits" },
    source: "S1",
    runbook: {
      diagnosis: [
        {
          text: "How close is each service to the limit?",
          promql: "exchange_api_used_weight / exchange_api_weight_limit",
        },
        {
          text: "Until when? The answer names it in retry_after.",
          logql: '{namespace="trading"} | json | http_status=~"429|418" | line_format "{{.service}} {{.retry_after}}"',
        },
      ],
      mitigation: [
        "Stop the service that asks most (scale to zero or set its kill switch) until the time in the answer has passed.",
        "418: every request prolongs the ban; stop all that share the address.",
        "Afterwards lower the polling rate or use the WebSocket stream.",
      ],
    },
    cases: [
      {
        name: "at the first 418",
        logs: [logged("binance-trader-macd", { http_status: 418, exchange: "binance" })],
        fires: [{ service: "binance-trader-macd", exchange: "binance" }],
      },
      {
        name: "for other answers",
        logs: [logged("binance-trader-macd", { http_status: 200, exchange: "binance" }, 100)],
      },
    ],
  },
  {
    name: "ExchangeClockSkew",
    category: "trading",
    severity: "warning",
    component: "exchange",
    owner: "trading",
    service: "expression",
    queries: [{ kind: "loki", expr: `sum by (service) (count_over_time(${tradingLogs} |= "-1021" [10m]))` }],
    threshold: { above: 3 },
    for: "0m",
    keepFiringFor: "10m",
    summary: "Binance refuses requests of {{ $labels.service }}: their timestamp is outside the receive window",
    description: "Error -1021: the clock of the node differs from the exchange's, or requests wait too long.",
    impact: "Orders are refused, more of them the longer the clock drifts.",
    panel: { dashboard: "executionQuality", panel: "Rejected orders" },
    source: "S1",
    runbook: {
      diagnosis: [
        {
          text: "Clock of the node that the pod runs on.",
          command: "kubectl debug node/<node> -it --image=busybox -- date -u; date -u",
        },
        {
          text: "Or do requests wait in the service? Compare its processor use with its limit.",
          promql: 'sum by (pod) (rate(container_cpu_usage_seconds_total{namespace="trading"}[5m]))',
        },
      ],
      mitigation: [
        "A node's clock is off: cordon and drain the node; Auto Mode replaces it.",
        "Requests wait: raise the processor limit of the service.",
      ],
    },
    cases: [
      {
        name: "after four refusals",
        logs: [logged("binance-trader-grid", '{"code":-1021,"msg":"Timestamp for this request is outside"}', 4)],
        fires: [{ service: "binance-trader-grid" }],
      },
      {
        name: "after three, and for other codes",
        logs: [logged("binance-trader-grid", '{"code":-1021}', 3), logged("binance-trader-grid", '{"code":-1013}', 30)],
      },
    ],
  },
  {
    name: "WebSocketReconnectStorm",
    category: "trading",
    severity: "warning",
    component: "market-data",
    owner: "market-data",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service) (count_over_time(${tradingLogs} | json | event="websocket_reconnect" [10m]))`,
      },
    ],
    threshold: { above: 10 },
    for: "0m",
    keepFiringFor: "10m",
    summary: "{{ $labels.service }} reconnected to its market-data stream more than ten times in ten minutes",
    description: "Lines with event websocket_reconnect.",
    impact: "Gaps in the klines; strategies decide on stale prices.",
    panel: { dashboard: "klineData", panel: "WebSocket connections" },
    source: "S1",
    runbook: {
      diagnosis: [
        {
          text: "Reason of the disconnections.",
          logql: 'sum by (reason) (count_over_time({namespace="trading"} | json | event="websocket_reconnect" [10m]))',
        },
        {
          text: "Ports of the NAT gateways exhausted?",
          command:
            "aws cloudwatch get-metric-statistics --namespace AWS/NATGateway --metric-name ErrorPortAllocation --statistics Sum --period 60 --start-time <from> --end-time <to> --dimensions Name=NatGatewayId,Value=<id>",
        },
      ],
      mitigation: [
        "The exchange closes connections (maintenance, 24-hour limit): staggered reconnection heals it; check that gaps are filled by REST.",
        "Our side: restart the service once; if it returns, look at NAT and processor throttling.",
      ],
    },
    cases: [
      {
        name: "after eleven reconnections",
        logs: [logged("binance-data-collection", { event: "websocket_reconnect" }, 11)],
        fires: [{ service: "binance-data-collection" }],
      },
      {
        name: "after ten",
        logs: [logged("binance-data-collection", { event: "websocket_reconnect" }, 10)],
      },
    ],
  },
  {
    name: "OrderRejectedByExchange",
    category: "trading",
    severity: "warning",
    component: "execution",
    owner: "trading",
    service: "expression",
    queries: [
      {
        kind: "loki",
        expr: `sum by (service, reason) (count_over_time(${tradingLogs} | json | event="order_rejected" [15m]))`,
      },
    ],
    threshold: { above: 10 },
    for: "0m",
    keepFiringFor: "15m",
    summary: "The exchange rejected more than ten orders of {{ $labels.service }}: {{ $labels.reason }}",
    description: "Lines with event order_rejected, by reason, within 15 minutes.",
    impact: "Signals are not executed; the strategy's results drift from its back test.",
    panel: { dashboard: "executionQuality", panel: "Rejected orders" },
    source: "S0, S1",
    runbook: {
      diagnosis: [
        {
          text: "Which symbols and sizes?",
          logql: 'sum by (symbol) (count_over_time({namespace="trading"} | json | event="order_rejected" [1h]))',
        },
        {
          text: "Did the exchange change its rules for the symbol (lot size, tick size, trading halted)?",
          command:
            "curl -s 'https://api.binance.com/api/v3/exchangeInfo?symbol=<symbol>' | jq '.symbols[0] | {status, filters}'",
        },
      ],
      mitigation: [
        "LOT_SIZE, MIN_NOTIONAL, PRICE_FILTER: the exchange changed its filters; reload the symbol information.",
        "Insufficient balance: lower the order size or move funds.",
        "Anything else: stop the strategy by its kill switch until the reason is understood.",
      ],
    },
    cases: [
      {
        name: "after eleven rejections for one reason",
        logs: [logged("trading-system", { event: "order_rejected", reason: "LOT_SIZE" }, 11)],
        fires: [{ service: "trading-system", reason: "LOT_SIZE" }],
      },
      {
        name: "after ten for each of two reasons",
        logs: [
          logged("trading-system", { event: "order_rejected", reason: "LOT_SIZE" }, 10),
          logged("trading-system", { event: "order_rejected", reason: "PRICE_FILTER" }, 10),
        ],
      },
    ],
  },
];
