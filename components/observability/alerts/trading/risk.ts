import type { AlertContext, AlertDefinition } from "../types.ts";

const service = { fixed: "trading-system" } as const;

/** Alerts about what the portfolio may lose. */
export function riskAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { trading } = settings.thresholds;
  // By portfolio: the series itself bears the pod's name, and each release would begin a new high.
  const drawdown =
    "1 - max by (portfolio) (portfolio_value_dollars) / max by (portfolio) (max_over_time(portfolio_value_dollars[30d]))";
  const drawdownRunbook = {
    diagnosis: [
      { text: "Since when, and how steep?", promql: "portfolio_value_dollars" },
      { text: "Which strategies lose?", promql: "max by (strategy) (unrealized_pnl)" },
      {
        text: "A withdrawal or a deposit distorts the high: compare with the account's ledger.",
        logql: '{namespace="trading"} | json | event=~"deposit|withdrawal"',
      },
    ],
    mitigation: [
      "Losses of one strategy: its kill switch, close its positions.",
      "All of them: reduce exposure to the risk plan's next step; the trading lead decides.",
      "A withdrawal: silence until the 30-day window has passed it.",
    ],
  };
  return [
    {
      name: "PortfolioRiskExceeded",
      category: "trading",
      severity: "critical",
      component: "risk",
      owner: "trading",
      family: "PortfolioRisk",
      service,
      expr: `max by (portfolio) (portfolio_risk_ratio) > ${trading.portfolioRisk}`,
      summary: "portfolio {{ $labels.portfolio }} risks {{ $value | humanizePercentage }} (limit 2 %)",
      description: "The share of the portfolio at risk is above its limit.",
      impact: "One bad move costs more than the business allows.",
      panel: { dashboard: "riskManagement", panel: "Portfolio risk" },
      source: "S2 (> 2 %, listed under critical and under trading); resolution C6",
      runbook: {
        diagnosis: [
          { text: "Which positions?", promql: "max by (strategy) (active_positions)" },
          { text: "Did exposure grow or value fall?", promql: "portfolio_value_dollars" },
          { text: "Last orders before it.", logql: '{namespace="trading"} | json | event="trade_executed"' },
        ],
        mitigation: [
          "Close or hedge positions until the ratio is below the limit; largest first.",
          "Stop new positions with the kill switch (it does not prevent closing).",
          "The limit itself is changed by the risk owner only, as a reviewed change of the stack file.",
        ],
      },
      cases: [
        {
          name: "above the limit",
          series: {
            'portfolio_risk_ratio{portfolio="main",pod="a"}': 0.025,
            'portfolio_risk_ratio{portfolio="main",pod="b"}': 0.01,
          },
          fires: [{ portfolio: "main" }],
        },
        { name: "at the limit", series: { 'portfolio_risk_ratio{portfolio="main"}': 0.02 } },
      ],
    },
    {
      name: "PortfolioRiskNearLimit",
      category: "trading",
      severity: "warning",
      component: "risk",
      owner: "trading",
      family: "PortfolioRisk",
      service,
      expr: `max by (portfolio) (portfolio_risk_ratio) > ${trading.portfolioRiskWarning}`,
      for: "5m",
      summary: "portfolio {{ $labels.portfolio }} risks {{ $value | humanizePercentage }} (80 % of the limit)",
      description: "The share at risk has been above four fifths of its limit for five minutes.",
      impact: "The next positions may break the limit.",
      panel: { dashboard: "riskManagement", panel: "Portfolio risk" },
      source: "reference 3.3: early tier of PortfolioRiskExceeded",
      runbook: {
        diagnosis: [
          { text: "Trend of the last hours.", promql: "portfolio_risk_ratio" },
          { text: "Strategies that add positions.", promql: "max by (strategy) (delta(active_positions[1h]))" },
        ],
        mitigation: [
          "Let no strategy add positions; let the ones that run close.",
          "Prepare the steps of PortfolioRiskExceeded.",
        ],
      },
      cases: [
        {
          name: "above four fifths of the limit",
          series: { 'portfolio_risk_ratio{portfolio="main"}': 0.018 },
          fires: [{ portfolio: "main" }],
        },
        { name: "at four fifths of the limit", series: { 'portfolio_risk_ratio{portfolio="main"}': 0.016 } },
      ],
    },
    {
      name: "PortfolioDrawdownHigh",
      category: "trading",
      severity: "warning",
      component: "risk",
      owner: "trading",
      family: "PortfolioDrawdown",
      service,
      slow: true,
      expr: `${drawdown} > ${trading.drawdownWarning}`,
      for: "5m",
      summary: "drawdown of {{ $labels.portfolio }} is {{ $value | humanizePercentage }}",
      description:
        "Fall of the portfolio's value from its highest value of the last 30 days. Prometheus must keep 30 days for it.",
      impact: "The business loses money faster than planned.",
      panel: { dashboard: "riskManagement", panel: "Drawdown" },
      source: "S0 (drawdown on the risk dashboard); threshold of the reference",
      runbook: drawdownRunbook,
      cases: [
        {
          name: "15 % below the high that a pod of the release before has told",
          series: {
            'portfolio_value_dollars{portfolio="main",pod="old"}': "1000x4 stale",
            'portfolio_value_dollars{portfolio="main",pod="new"}': "_x4 850x60",
          },
          since: 5,
          fires: [{ portfolio: "main" }],
        },
        {
          name: "6 % below the high, and at the high",
          series: {
            'portfolio_value_dollars{portfolio="main"}': "1000x4 940x60",
            'portfolio_value_dollars{portfolio="new"}': 10,
          },
        },
      ],
    },
    {
      name: "PortfolioDrawdownCritical",
      category: "trading",
      severity: "critical",
      component: "risk",
      owner: "trading",
      family: "PortfolioDrawdown",
      service,
      slow: true,
      expr: `${drawdown} > ${trading.drawdownCritical}`,
      for: "1m",
      summary: "drawdown of {{ $labels.portfolio }} is {{ $value | humanizePercentage }}",
      description: "Second tier of PortfolioDrawdownHigh.",
      impact: "Beyond what strategies are allowed to lose; trading must stop until somebody decides.",
      panel: { dashboard: "riskManagement", panel: "Drawdown" },
      source: "S0; threshold of the reference",
      runbook: {
        diagnosis: drawdownRunbook.diagnosis,
        mitigation: ["Kill switch for all strategies, then decide.", ...drawdownRunbook.mitigation],
      },
      cases: [
        {
          name: "30 % below the high",
          series: { 'portfolio_value_dollars{portfolio="main"}': "1000x4 700x60" },
          since: 5,
          fires: [{ portfolio: "main" }],
        },
        { name: "15 % below the high", series: { 'portfolio_value_dollars{portfolio="main"}': "1000x4 850x60" } },
      ],
    },
    {
      name: "DailyLossLimitExceeded",
      category: "trading",
      severity: "critical",
      component: "risk",
      owner: "trading",
      service,
      expr: `min by (portfolio) (daily_pnl_dollars) < -${trading.dailyLoss} * max by (portfolio) (portfolio_value_dollars)`,
      summary: "{{ $labels.portfolio }} lost {{ $value | humanize }} dollars today, beyond 3 % of its value",
      description:
        "Profit and loss since midnight UTC against the portfolio's value; each replica tells the whole, so nothing is added up.",
      impact: "The day's loss limit is broken; the risk plan asks to stop.",
      panel: { dashboard: "riskManagement", panel: "Daily profit and loss" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Strategies and symbols that lost.", promql: "max by (strategy) (unrealized_pnl)" },
          { text: "One trade or many?", logql: '{namespace="trading"} | json | event="trade_executed"' },
          {
            text: "Wrong prices? Compare the last kline with the exchange's page.",
            promql: "time() - binance_data_collection_last_kline_timestamp_seconds",
          },
        ],
        mitigation: [
          "Kill switch for all strategies of the portfolio.",
          "Close what the risk plan names; keep hedges.",
          "Trading starts again on the risk owner's word, not on the next day by itself.",
        ],
      },
      cases: [
        {
          name: "after losing exactly 3 %",
          series: {
            'daily_pnl_dollars{portfolio="main"}': -3,
            'portfolio_value_dollars{portfolio="main"}': 100,
          },
        },
        {
          name: "after losing 4 % in a day",
          series: { 'daily_pnl_dollars{portfolio="main"}': -40, 'portfolio_value_dollars{portfolio="main"}': 1000 },
          fires: [{ portfolio: "main" }],
        },
        {
          name: "after losing 4 %, told by three replicas of which one has no value yet",
          series: {
            'daily_pnl_dollars{portfolio="main",pod="a"}': -40,
            'daily_pnl_dollars{portfolio="main",pod="b"}': -40,
            'daily_pnl_dollars{portfolio="main",pod="c"}': 0,
            'portfolio_value_dollars{portfolio="main",pod="a"}': 1000,
            'portfolio_value_dollars{portfolio="main",pod="b"}': 1000,
            'portfolio_value_dollars{portfolio="main",pod="c"}': 1000,
          },
          fires: [{ portfolio: "main" }],
        },
        {
          name: "after losing 2 %, told by two replicas of which only one tells the value",
          series: {
            'daily_pnl_dollars{portfolio="main",pod="a"}': -20,
            'daily_pnl_dollars{portfolio="main",pod="b"}': -20,
            'portfolio_value_dollars{portfolio="main",pod="a"}': 1000,
          },
        },
        {
          name: "after losing 2 %, and after winning",
          series: {
            'daily_pnl_dollars{portfolio="main"}': -20,
            'portfolio_value_dollars{portfolio="main"}': 1000,
            'daily_pnl_dollars{portfolio="good"}': 50,
            'portfolio_value_dollars{portfolio="good"}': 1000,
          },
        },
      ],
    },
    {
      name: "ValueAtRiskExceeded",
      category: "trading",
      severity: "critical",
      component: "risk",
      owner: "trading",
      service,
      expr: [
        'max by (portfolio) (portfolio_value_at_risk_dollars{confidence="0.99"})',
        `/ on (portfolio) max by (portfolio) (portfolio_value_dollars > 0) > ${trading.valueAtRisk}`,
      ].join(" "),
      for: "5m",
      summary: "99 % VaR of {{ $labels.portfolio }} is {{ $value | humanizePercentage }} of its value",
      description: "What one day may cost with 99 % confidence, against the portfolio's value.",
      impact: "A bad day costs more than the limit.",
      panel: { dashboard: "riskManagement", panel: "Value at risk" },
      source: "S0 (VaR); threshold of the reference",
      runbook: {
        diagnosis: [
          { text: "Volatility or exposure?", promql: "portfolio_value_at_risk_dollars" },
          { text: "Concentration by strategy.", promql: "max by (strategy) (active_positions)" },
        ],
        mitigation: [
          "No new positions until it is below the limit: the risk owner sets the kill switch of the strategies that would open some.",
          "Reduce the largest correlated positions first; one of several that move together counts more than its size.",
          "The market calmed and the number did not: its inputs are old, see KlineStale; do not trade on it.",
        ],
      },
      cases: [
        {
          name: "above the limit at 99 %",
          series: {
            'portfolio_value_at_risk_dollars{portfolio="main",confidence="0.99"}': 70,
            'portfolio_value_dollars{portfolio="main"}': 1000,
          },
          fires: [{ portfolio: "main" }],
        },
        {
          name: "at the limit, for a stricter confidence, and for an empty portfolio",
          series: {
            'portfolio_value_at_risk_dollars{portfolio="main",confidence="0.99"}': 50,
            'portfolio_value_at_risk_dollars{portfolio="main",confidence="0.999"}': 90,
            'portfolio_value_dollars{portfolio="main"}': 1000,
            'portfolio_value_at_risk_dollars{portfolio="empty",confidence="0.99"}': 1,
            'portfolio_value_dollars{portfolio="empty"}': 0,
          },
        },
      ],
    },
  ];
}
