import type { AlertContext, AlertDefinition } from "../types.ts";

const service = { fixed: "trading-system" } as const;

/** Alerts about positions: as many as allowed, not those of the exchange, or no longer opened at all. */
export function positionAlerts(_context: AlertContext): AlertDefinition[] {
  return [
    {
      name: "MaxPositionsReached",
      category: "trading",
      severity: "warning",
      component: "risk",
      owner: "trading",
      service,
      expr: "max by (strategy) (active_positions) >= on (strategy) max by (strategy) (max_positions)",
      summary: "{{ $labels.strategy }} holds its maximum of {{ $value }} positions",
      description: "Open positions have reached the strategy's limit; each replica tells the whole book.",
      impact: "New signals are ignored until a position closes.",
      panel: { dashboard: "tradingSystem", panel: "Active positions" },
      source: "S2",
      runbook: {
        diagnosis: [
          { text: "Positions that do not close?", promql: 'active_positions{strategy="<strategy>"}' },
          {
            text: "Executions that fail to close them?",
            promql: "sum by (status) (increase(trade_executions_total[30m]))",
          },
          { text: "Book and exchange agree?", promql: "position_reconciliation_difference != 0" },
        ],
        mitigation: [
          "Normal in a trending market: nothing to do.",
          "Positions stuck: see ReconciliationMismatch.",
          "Limit too low for the strategy: change it with the risk owner.",
        ],
      },
      cases: [
        {
          name: "at the limit",
          series: {
            'active_positions{strategy="grid",pod="a"}': 5,
            'active_positions{strategy="grid",pod="b"}': 5,
            'max_positions{strategy="grid",pod="a"}': 5,
            'max_positions{strategy="grid",pod="b"}': 5,
          },
          fires: [{ strategy: "grid" }],
        },
        {
          name: "with three of five positions, told by each of two replicas",
          series: {
            'active_positions{strategy="grid",pod="a"}': 3,
            'active_positions{strategy="grid",pod="b"}': 3,
            'max_positions{strategy="grid",pod="a"}': 5,
            'max_positions{strategy="grid",pod="b"}': 5,
          },
        },
        {
          name: "above the limit",
          series: { 'active_positions{strategy="grid"}': 6, 'max_positions{strategy="grid"}': 5 },
          fires: [{ strategy: "grid" }],
        },
        {
          name: "below the limit",
          series: { 'active_positions{strategy="grid"}': 4, 'max_positions{strategy="grid"}': 5 },
        },
      ],
    },
    {
      name: "ReconciliationMismatch",
      category: "trading",
      severity: "critical",
      component: "risk",
      owner: "trading",
      service,
      expr: "max by (exchange) (abs(position_reconciliation_difference)) > 0",
      for: "5m",
      summary: "positions at {{ $labels.exchange }} differ from the book",
      description: "Our book and the exchange disagree about a position, for longer than an order in flight explains.",
      impact: "Risk is computed on wrong positions; orders may open what should be closed.",
      panel: { dashboard: "riskManagement", panel: "Reconciliation" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Which symbols, and in which direction?", promql: "position_reconciliation_difference != 0" },
          {
            text: "Trades of the symbol in the audit trail against the exchange's fills.",
            logql: '{namespace="trading"} | json | event="trade_executed" | symbol="<symbol>"',
          },
          {
            text: "Did a pod die in the middle of an execution?",
            promql: 'changes(kube_pod_container_status_restarts_total{namespace="trading"}[1h]) > 0',
          },
        ],
        mitigation: [
          "Kill switch for the symbol's strategies first.",
          "Correct the book from the exchange's fills (the exchange is right), record the correction.",
          "A trade by hand at the exchange: enter it into the book.",
        ],
      },
      cases: [
        {
          name: "with a negative difference",
          series: { 'position_reconciliation_difference{exchange="binance",symbol="BTCUSDT"}': -0.5 },
          fires: [{ exchange: "binance" }],
        },
        {
          name: "without difference",
          series: { 'position_reconciliation_difference{exchange="binance",symbol="BTCUSDT"}': 0 },
        },
      ],
    },
    {
      name: "KillSwitchActive",
      category: "trading",
      severity: "critical",
      component: "risk",
      owner: "trading",
      service,
      expr: "max by (strategy) (trading_kill_switch_active) == 1",
      summary: "kill switch of {{ $labels.strategy }} is on",
      description: "A strategy was switched off, by a person or by a limit.",
      impact: "The strategy opens no positions; it only closes.",
      panel: { dashboard: "tradingSystem", panel: "Kill switches" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Who or what, and why?",
            logql: '{namespace="trading"} | json | event="admin_action" | action="kill_switch"',
          },
          { text: "Limits that were broken before it.", promql: 'ALERTS{category="trading",alertstate="firing"}' },
        ],
        mitigation: [
          "Cause known and mended: the trading lead switches it on again in the admin portal.",
          "Switched by hand for maintenance: silence the alert for its length, with the reason.",
        ],
      },
      cases: [
        {
          name: "while a switch is on",
          series: { 'trading_kill_switch_active{strategy="macd"}': 1 },
          fires: [{ strategy: "macd" }],
        },
        { name: "while it is off", series: { 'trading_kill_switch_active{strategy="macd"}': 0 } },
      ],
    },
  ];
}
