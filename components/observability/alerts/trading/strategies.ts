import type { AlertContext, AlertDefinition } from "../types.ts";

/** Alerts about strategies that do not run and exchanges that do not answer. */
export function strategyAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { trading } = settings.thresholds;
  return [
    {
      name: "StrategySignalsWithoutOrders",
      category: "trading",
      severity: "warning",
      component: "strategy",
      owner: "trading",
      service: { fixed: "binance-trader-macd" },
      expr: [
        `(sum(increase(binance_trader_macd_signals_generated_total[30m])) > ${trading.unusedSignals})`,
        "unless (sum(increase(binance_trader_macd_orders_placed_total[30m])) > 0)",
      ].join(" "),
      for: "5m",
      summary: "MACD generated {{ $value | humanize }} signals and placed no order",
      description: "Signals of half an hour against orders: the chain between both is broken, or a limit holds.",
      impact: "The strategy sees chances and takes none.",
      panel: { dashboard: "tradingSystem", panel: "Signals and orders" },
      source: "S1 (metrics); reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Kill switch or position limit?", promql: 'trading_kill_switch_active{strategy=~"macd.*"} == 1' },
          {
            text: "Does the consumer of trading-signals move?",
            promql: 'sum by (consumergroup) (kafka_consumergroup_lag{topic="trading-signals"})',
          },
          {
            text: "Why orders were not placed.",
            logql:
              '{namespace="trading", service="binance-trader-macd"} | json | event=~"signal_ignored|order_rejected"',
          },
        ],
        mitigation: [
          "Limit reached: see MaxPositionsReached.",
          "Consumer stuck: see KafkaConsumerNotProgressing.",
          "Balance too small: fund the account or lower the order size.",
        ],
      },
      cases: [
        {
          name: "with a single order",
          series: {
            "binance_trader_macd_signals_generated_total{}": "0x4 8x60",
            "binance_trader_macd_orders_placed_total{}": "0x4 1x60",
          },
          at: 15,
        },
        {
          name: "with signals and no order",
          series: {
            "binance_trader_macd_signals_generated_total{}": "0x4 8x60",
            "binance_trader_macd_orders_placed_total{}": 3,
          },
          since: 5,
          stillAt: 32,
          goneAt: 38,
          fires: [{}],
        },
        {
          name: "with orders, too",
          series: {
            "binance_trader_macd_signals_generated_total{}": { perMinute: 1 },
            "binance_trader_macd_orders_placed_total{}": { perMinute: 0.1 },
          },
        },
        {
          name: "with four signals only",
          series: {
            "binance_trader_macd_signals_generated_total{}": "0x4 4x60",
            "binance_trader_macd_orders_placed_total{}": 0,
          },
          at: 20,
        },
      ],
    },
    {
      name: "StaleStrategyHeartbeat",
      category: "trading",
      severity: "critical",
      component: "strategy",
      owner: "trading",
      service: { fixed: "trading-bot" },
      expr: `time() - max by (strategy) (strategy_last_heartbeat_timestamp_seconds) > ${trading.heartbeatSeconds}`,
      summary: "{{ $labels.strategy }} has not run its loop for {{ $value | humanizeDuration }}",
      description: "The process is scraped, but its main loop has not turned for five minutes.",
      impact: "Open positions are not looked after.",
      panel: { dashboard: "tradingSystem", panel: "Strategy heartbeats" },
      source: "S3 (24/7 bot); reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "What the loop waits for. Strategies of the bot on EC2 log to CloudWatch, those of the cluster to Loki.",
            command:
              "aws logs tail /trading-platform/<stack>/trading-bot/bot --since 15m --filter-pattern '{ $.strategy = \"<strategy>\" }'",
            logql: '{namespace="trading"} | json | strategy="<strategy>"',
          },
          {
            text: "Thread dump or stack of the process on the instance.",
            command:
              "aws ssm start-session --target <instance-id>   # then: sudo docker kill --signal USR1 trading-bot; sudo tail -50 /var/log/trading-bot/bot.log",
          },
          {
            text: "Exchange slow or silent?",
            promql: "sum by (exchange, outcome) (rate(exchange_api_requests_total[5m]))",
          },
        ],
        mitigation: [
          "Restart the bot: `sudo systemctl restart trading-bot` in a session on the instance.",
          "It hangs again: replace the instance (set it unhealthy in the Auto Scaling group).",
          "Meanwhile watch its open positions at the exchange by hand.",
        ],
      },
      cases: [
        {
          name: "six minutes after the last turn",
          series: { 'strategy_last_heartbeat_timestamp_seconds{strategy="arbitrage"}': 0 },
          since: 6,
          fires: [{ strategy: "arbitrage" }],
        },
        {
          name: "when the last turn was four minutes ago",
          series: { 'strategy_last_heartbeat_timestamp_seconds{strategy="arbitrage"}': "-240+60x120" },
        },
      ],
    },
    {
      name: "ExchangeApiErrors",
      category: "trading",
      severity: "critical",
      component: "exchange",
      owner: "trading",
      service: { label: "exchange" },
      expr: [
        'sum by (exchange) (rate(exchange_api_requests_total{outcome="error"}[5m]))',
        `/ (sum by (exchange) (rate(exchange_api_requests_total[5m])) > 0.1) > ${trading.exchangeErrorRatio}`,
      ].join(" "),
      for: "5m",
      summary: "{{ $value | humanizePercentage }} of {{ $labels.exchange }} API calls fail",
      description: "Share of failed calls to an exchange, from all services together.",
      impact: "Orders, balances and market data of that exchange are unreliable.",
      panel: { dashboard: "tradingSystem", panel: "Exchange connectivity" },
      source: "S1 (Binance), S2 (Zerodha), S3 (Betfair)",
      runbook: {
        diagnosis: [
          {
            text: "Which answers?",
            logql:
              'sum by (http_status) (count_over_time({namespace="trading"} | json | exchange="<exchange>" | http_status!~"2.." [10m]))',
          },
          {
            text: "One service or all?",
            promql: 'sum by (service, exchange) (rate(exchange_api_requests_total{outcome="error"}[5m]))',
          },
          {
            text: "Status page of the exchange; clock of the nodes (error -1021).",
            command: "curl -s https://api.binance.com/api/v3/time",
          },
        ],
        mitigation: [
          "The exchange is ill: pause its strategies.",
          "429 or 418: see ExchangeRateLimitNearlyUsed.",
          "401: keys expired or address not allowed; see TradeExecutionFailure.",
        ],
      },
      cases: [
        {
          name: "when exactly 5 % fail",
          series: {
            'exchange_api_requests_total{exchange="binance",outcome="error",service="a"}': { perMinute: 3 },
            'exchange_api_requests_total{exchange="binance",outcome="success",service="a"}': { perMinute: 57 },
          },
        },
        {
          name: "when 8 % of calls fail",
          series: {
            'exchange_api_requests_total{exchange="binance",outcome="error",service="a"}': { perMinute: 0.8 },
            'exchange_api_requests_total{exchange="binance",outcome="success",service="a"}': { perMinute: 9.2 },
          },
          since: 4,
          fires: [{ exchange: "binance" }],
        },
        {
          name: "when 4 % fail, and with few calls",
          series: {
            'exchange_api_requests_total{exchange="binance",outcome="error",service="a"}': { perMinute: 0.4 },
            'exchange_api_requests_total{exchange="binance",outcome="success",service="a"}': { perMinute: 9.6 },
            'exchange_api_requests_total{exchange="betfair",outcome="error",service="a"}': { perMinute: 3.6 },
          },
        },
      ],
    },
    {
      name: "ExchangeRateLimitNearlyUsed",
      category: "trading",
      severity: "warning",
      component: "exchange",
      owner: "trading",
      service: { label: "exchange" },
      expr: `max by (exchange) (exchange_api_used_weight / exchange_api_weight_limit) > ${trading.exchangeWeight}`,
      for: "2m",
      summary: "{{ $labels.exchange }} API weight at {{ $value | humanizePercentage }}",
      description:
        "Request weight used in the current minute against the exchange's limit (Binance: header X-MBX-USED-WEIGHT-1M).",
      impact: "Beyond the limit the exchange answers 429, then bans the address (418) for minutes to days.",
      panel: { dashboard: "tradingSystem", panel: "Exchange request weight" },
      source: "S1 (rate limits)",
      runbook: {
        diagnosis: [
          {
            text: "Who calls most?",
            promql: 'topk(5, sum by (service) (rate(exchange_api_requests_total{exchange="<exchange>"}[5m])))',
          },
          { text: "All services share one address (the NAT) and so one limit.", promql: "exchange_api_used_weight" },
        ],
        mitigation: [
          "Lower the polling of the largest caller in its settings; use streams instead of polling.",
          "Stop backfills until the minute is over.",
          "In production: give the bot its own fixed address, so that it has a limit of its own.",
        ],
      },
      cases: [
        {
          name: "above four fifths of the limit",
          series: {
            'exchange_api_used_weight{exchange="binance",service="a"}': 5400,
            'exchange_api_weight_limit{exchange="binance",service="a"}': 6000,
          },
          fires: [{ exchange: "binance" }],
        },
        {
          name: "at four fifths of the limit",
          series: {
            'exchange_api_used_weight{exchange="binance",service="a"}': 4800,
            'exchange_api_weight_limit{exchange="binance",service="a"}': 6000,
          },
        },
      ],
    },
  ];
}
