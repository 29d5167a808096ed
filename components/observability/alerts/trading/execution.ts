import type { AlertContext, AlertDefinition } from "../types.ts";

const executionPanel = { dashboard: "executionQuality", panel: "Execution success" } as const;

/** Alerts about executions: trades that fail, do not happen, come late or cost too much. */
export function executionAlerts(context: AlertContext): AlertDefinition[] {
  const { trading } = context.settings.thresholds;
  const markets = [...new Set(context.services.flatMap((service) => service.tradesOn))]
    .filter((market) => market !== "sports")
    .sort();
  return [
    {
      name: "TradeExecutionFailureRateHigh",
      category: "trading",
      severity: "critical",
      component: "execution",
      owner: "trading",
      family: "TradeExecution",
      service: "expression",
      expr: [
        'sum by (service) (increase(trade_executions_total{status="failed"}[5m]))',
        `/ (sum by (service) (increase(trade_executions_total[5m])) >= ${trading.minimumExecutions}) > ${trading.failureRatio}`,
      ].join(" "),
      for: "2m",
      summary: "{{ $value | humanizePercentage }} of executions of {{ $labels.service }} fail",
      description:
        "Share of failed executions over five minutes, with enough executions for a share to mean something.",
      impact: "Positions are not opened or, worse, not closed as decided.",
      panel: executionPanel,
      source: "S2 (> 5 %)",
      runbook: {
        diagnosis: [
          {
            text: "Failed, or rejected by the exchange?",
            promql: "sum by (service, status) (increase(trade_executions_total[5m]))",
          },
          {
            text: "Reasons in the log.",
            logql:
              'sum by (reason) (count_over_time({namespace="trading"} | json | event=~"trade_failed|order_rejected" [15m]))',
          },
          {
            text: "Does the exchange answer?",
            promql: "sum by (exchange, outcome) (rate(exchange_api_requests_total[5m]))",
          },
        ],
        mitigation: [
          "The exchange is ill: pause the strategies on it with the kill switch until ExchangeApiErrors is over.",
          "Insufficient balance or a changed lot size: correct limits in the strategy's settings; nothing is retried by itself.",
          "After a release: `npm run rollback -- <service>`; reconcile positions afterwards (ReconciliationMismatch).",
        ],
      },
      cases: [
        {
          name: "when exactly 5 % fail",
          series: {
            'trade_executions_total{service="trading-system",status="failed"}': { perMinute: 2 },
            'trade_executions_total{service="trading-system",status="filled"}': { perMinute: 38 },
          },
        },
        {
          name: "when 8 % of executions fail",
          series: {
            'trade_executions_total{service="trading-system",status="failed"}': { perMinute: 0.8 },
            'trade_executions_total{service="trading-system",status="filled"}': { perMinute: 9.2 },
          },
          since: 2,
          fires: [{ service: "trading-system" }],
        },
        {
          name: "when 4 % fail, and when few executions happen",
          series: {
            'trade_executions_total{service="trading-system",status="failed"}': { perMinute: 0.4 },
            'trade_executions_total{service="trading-system",status="filled"}': { perMinute: 9.6 },
            'trade_executions_total{service="bot",status="failed"}': { perMinute: 1 },
            'trade_executions_total{service="bot",status="filled"}': { perMinute: 1.5 },
          },
        },
      ],
    },
    {
      name: "TradeExecutionFailure",
      category: "trading",
      severity: "critical",
      component: "execution",
      owner: "trading",
      family: "TradeExecution",
      service: "expression",
      expr: [
        `(sum by (service) (increase(trade_executions_total{status="failed"}[5m])) > ${trading.failedExecutions})`,
        'unless on (service) (sum by (service) (increase(trade_executions_total{status="filled"}[5m])) > 0)',
      ].join(" "),
      for: "1m",
      summary: "every execution of {{ $labels.service }} in the last 5 minutes failed",
      description:
        "At least three executions failed and none was filled: works with little traffic, where a share says nothing. The contract asks for the counter at 0 from the start, else the first failures would not be seen as growth.",
      impact: "The service cannot trade at all.",
      panel: executionPanel,
      source: "S2",
      runbook: {
        diagnosis: [
          {
            text: "Reasons in the log.",
            logql: '{namespace="trading", service="<service>"} | json | event="trade_failed"',
          },
          {
            text: "Keys refused? 401, 403 or -2015 from the exchange.",
            logql: '{namespace="trading", service="<service>"} |~ "-2015|401 Unauthorized|Invalid API-key"',
          },
          {
            text: "Address banned? 418 lasts from two minutes to three days.",
            logql: '{namespace="trading"} | json | http_status="418"',
          },
        ],
        mitigation: [
          "Keys: check permissions and the allowed address at the exchange (the NAT's fixed addresses), rotate with `docs/operations` and let Reloader restart the pods.",
          "Banned: stop all strategies on the exchange for the time that Retry-After names.",
          "Close open positions by hand at the exchange when risk does not allow waiting; record it for reconciliation.",
        ],
      },
      cases: [
        {
          name: "when a single one of many is filled",
          series: {
            'trade_executions_total{service="trading-system",status="failed"}': "0x4 9x40",
            'trade_executions_total{service="trading-system",status="filled"}': "0x4 1x40",
          },
          at: 7,
        },
        {
          name: "when all of several executions fail",
          series: {
            'trade_executions_total{service="trading-system",status="failed"}': "0x4 4x40",
            'trade_executions_total{service="trading-system",status="filled"}': 12,
          },
          since: 5,
          goneAt: 14,
          fires: [{ service: "trading-system" }],
        },
        {
          name: "when some are filled, when only two fail, and for rejections",
          series: {
            'trade_executions_total{service="mixed",status="failed"}': { perMinute: 2 },
            'trade_executions_total{service="mixed",status="filled"}': { perMinute: 0.3 },
            'trade_executions_total{service="rare",status="failed"}': { perMinute: 0.3 },
            'trade_executions_total{service="rejected",status="rejected"}': { perMinute: 3 },
            'trade_executions_total{service="rejected",status="failed"}': 0,
          },
        },
        {
          name: "when others are rejected and none is filled",
          series: {
            'trade_executions_total{service="trading-system",status="failed"}': { perMinute: 0.8 },
            'trade_executions_total{service="trading-system",status="rejected"}': { perMinute: 2 },
          },
          since: 3,
          fires: [{ service: "trading-system" }],
        },
      ],
    },
    {
      name: "NoTradesExecuted",
      category: "trading",
      severity: "warning",
      component: "execution",
      owner: "trading",
      service: { fixed: "trading-system" },
      expr: [
        `(min_over_time(trading:market_open:bool{market=~"${markets.join("|")}"}[30m]) == 1)`,
        "unless on (market) (sum by (market) (increase(trades_total[30m])) > 0)",
      ].join(" "),
      summary: "no trade on {{ $labels.market }} for 30 minutes while the market is open",
      description:
        "The market was open for the whole half hour and no trade was executed. Nights, weekends and holidays of markets with a calendar do not count.",
      impact: "Strategies stand still, or trade without telling.",
      panel: { dashboard: "tradingSystem", panel: "Trade execution rate" },
      source: "S2 (30 min)",
      runbook: {
        diagnosis: [
          {
            text: "Are there signals at all?",
            promql: "sum(increase(binance_trader_macd_signals_generated_total[30m]))",
          },
          {
            text: "Do orders go out and come back?",
            promql: "sum by (status) (increase(trade_executions_total[30m]))",
          },
          {
            text: "Kill switch, position limit or heartbeat?",
            promql:
              "max by (strategy) (trading_kill_switch_active) == 1 or max by (strategy) (active_positions) >= max by (strategy) (max_positions)",
          },
          {
            text: "Is the market really open? A holiday may be missing in `alerts.holidays`.",
            promql: "trading:market_open:bool",
          },
        ],
        mitigation: [
          "A quiet market with healthy signals: silence for an hour.",
          "No market data: WebSocketDisconnected and KlineStreamStalled come first.",
          "A missing holiday: add the date in the stack file.",
        ],
      },
      cases: [
        {
          name: "when an open market sees no trade for half an hour",
          series: {
            'trading:market_open:bool{market="crypto"}': "0x9 1x120",
            'trades_total{service="trading-system",market="crypto",symbol="BTCUSDT",side="buy"}': 40,
          },
          since: 40,
          slack: 1,
          fires: [{ market: "crypto" }],
        },
        {
          name: "when trades happen, when the market has just opened, and for a market that nobody trades on",
          series: {
            'trading:market_open:bool{market="crypto"}': 1,
            'trades_total{service="trading-system",market="crypto",symbol="BTCUSDT",side="buy"}': { perMinute: 0.2 },
            'trading:market_open:bool{market="nse"}': "0x49 1x20",
            'trading:market_open:bool{market="us_equities"}': 1,
          },
          at: 60,
        },
        {
          name: "in the second half hour after the last trade",
          series: {
            'trading:market_open:bool{market="crypto"}': 1,
            'trades_total{service="trading-system",market="crypto",symbol="BTCUSDT",side="buy"}': "0x4 1x120",
          },
          since: 35,
          slack: 1,
          fires: [{ market: "crypto" }],
        },
      ],
    },
    {
      name: "TradesMetricAbsent",
      category: "trading",
      severity: "critical",
      component: "execution",
      owner: "trading",
      service: { fixed: "trading-system" },
      expr: "absent(trades_total)",
      for: "10m",
      summary: "trades_total is not reported at all",
      description: "No service reports executed trades: NoTradesExecuted and the trade panels are blind.",
      impact: "Nobody knows whether the platform trades.",
      panel: { dashboard: "tradingSystem", panel: "Trade execution rate" },
      source: "S0 (metric); reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Are the trading services scraped?", promql: 'up{namespace=~"trading.*"}' },
          {
            text: "Does the page show the metric?",
            command:
              "kubectl -n trading port-forward svc/trading-system 18080:8090 & sleep 2; curl -s localhost:18080/metrics | grep trades_total",
          },
        ],
        mitigation: [
          "No targets: see ServiceAbsent.",
          "A release renamed the metric: roll back; the contract in `catalog/metrics/contract.ts` is a promise.",
        ],
      },
      cases: [
        { name: "when nobody reports trades", series: { 'up{job="trading-system"}': 1 }, fires: [{}] },
        { name: "while trades are reported", series: { 'trades_total{service="trading-system",market="crypto"}': 0 } },
      ],
    },
  ];
}
