import type { AlertContext, AlertDefinition } from "../types.ts";

const collection = { fixed: "binance-data-collection" } as const;
const storage = { fixed: "binance-data-storage" } as const;

/** Alerts about the candles that everything else decides on: received, fresh, stored. */
export function marketDataAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { trading } = settings.thresholds;
  return [
    {
      name: "WebSocketDisconnected",
      category: "trading",
      severity: "critical",
      component: "market-data",
      owner: "market-data",
      family: "WebSocketConnections",
      service: "expression",
      expr: "sum by (service) (binance_data_collection_active_websocket_connections) == 0",
      for: "1m",
      summary: "no market-data WebSocket of {{ $labels.service }} is open",
      description: "All replicas together hold no connection to the exchange's streams.",
      impact: "Strategies decide on old prices; they should stop by themselves after two minutes.",
      panel: { dashboard: "klineData", panel: "WebSocket connections" },
      source: "S1",
      runbook: {
        diagnosis: [
          {
            text: "Reasons of the last disconnects.",
            logql:
              '{namespace="trading", service="binance-data-collection"} | json | event=~"websocket_(closed|error|reconnect)"',
          },
          {
            text: "Is the stream reachable from a pod?",
            command:
              "kubectl -n trading debug -i $(kubectl -n trading get pods -l app.kubernetes.io/name=binance-data-collection -o name | head -1) --profile=restricted --image=docker.io/curlimages/curl:8.16.0 -- curl -sv --max-time 5 https://api.binance.com/api/v3/ping",
          },
          { text: "Address banned (418)?", logql: '{namespace="trading"} | json | http_status="418"' },
        ],
        mitigation: [
          "The exchange has maintenance: watch its status page, strategies stay paused.",
          "Egress blocked: the hosts of `catalog/exchanges.ts` and the network policy must name the stream's host.",
          "The client hangs: `kubectl argo rollouts -n trading restart binance-data-collection`.",
        ],
      },
      cases: [
        {
          name: "when no replica has a connection",
          series: {
            'binance_data_collection_active_websocket_connections{service="binance-data-collection",pod="a"}': 0,
            'binance_data_collection_active_websocket_connections{service="binance-data-collection",pod="b"}': 0,
          },
          fires: [{ service: "binance-data-collection" }],
        },
        {
          name: "while one replica has one",
          series: {
            'binance_data_collection_active_websocket_connections{service="binance-data-collection",pod="a"}': 0,
            'binance_data_collection_active_websocket_connections{service="binance-data-collection",pod="b"}': 1,
          },
        },
      ],
    },
    {
      name: "WebSocketConnectionsDropped",
      category: "trading",
      severity: "warning",
      component: "market-data",
      owner: "market-data",
      family: "WebSocketConnections",
      service: collection,
      slow: true,
      expr: [
        "sum(binance_data_collection_active_websocket_connections)",
        `< ${trading.webSocketShare} * max_over_time(sum(binance_data_collection_active_websocket_connections)[6h:1m])`,
      ].join(" "),
      for: "5m",
      summary: "only {{ $value }} WebSocket connections, fewer than half of the usual number",
      description: "Open connections against their maximum of the last six hours.",
      impact: "Some symbols get no data.",
      panel: { dashboard: "klineData", panel: "WebSocket connections" },
      source: "S1; reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Which symbols are stale?",
            promql: "topk(20, time() - binance_data_collection_last_kline_timestamp_seconds)",
          },
          { text: "A replica lost?", promql: "sum by (pod) (binance_data_collection_active_websocket_connections)" },
          {
            text: "Reconnect storm?",
            logql:
              'sum(count_over_time({namespace="trading", service="binance-data-collection"} | json | event="websocket_reconnect" [10m]))',
          },
        ],
        mitigation: [
          "A replica is gone: see ServiceDown; the other one takes over after its restart.",
          "The exchange limits connections per address (300 in five minutes): slow the reconnects down.",
          "Symbols were removed on purpose: the alert ends within six hours.",
        ],
      },
      cases: [
        {
          name: "when more were open before the last six hours",
          series: {
            'binance_data_collection_active_websocket_connections{service="binance-data-collection",pod="a"}':
              "10x9 6x370 4x60",
          },
          at: 420,
        },
        {
          name: "when exactly half is left",
          series: {
            'binance_data_collection_active_websocket_connections{service="binance-data-collection",pod="a"}':
              "10x9 5x60",
          },
        },
        {
          name: "when three of ten connections are left",
          series: {
            'binance_data_collection_active_websocket_connections{service="binance-data-collection",pod="a"}':
              "10x9 3x60",
          },
          since: 10,
          fires: [{}],
        },
        {
          name: "when six of ten are left",
          series: {
            'binance_data_collection_active_websocket_connections{service="binance-data-collection",pod="a"}':
              "10x9 6x60",
          },
        },
      ],
    },
    {
      name: "KlineStreamStalled",
      category: "trading",
      severity: "critical",
      component: "market-data",
      owner: "market-data",
      family: "KlineStream",
      service: collection,
      expr: "sum(rate(binance_data_collection_kline_events_received_total[2m])) == 0",
      for: "1m",
      summary: "no kline received for 2 minutes",
      description: "Connections may be open, yet nothing arrives.",
      impact: "All strategies decide on old candles.",
      panel: { dashboard: "klineData", panel: "Collection rate" },
      source: "S1; reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Connections open but silent?", promql: "sum(binance_data_collection_active_websocket_connections)" },
          {
            text: "Does the service work on what it gets?",
            logql: '{namespace="trading", service="binance-data-collection"} | json | level=~"WARN|ERROR"',
          },
          { text: "Status of the exchange.", command: "curl -s https://api.binance.com/sapi/v1/system/status" },
        ],
        mitigation: [
          "Restart the collection: `kubectl argo rollouts -n trading restart binance-data-collection`.",
          "The exchange is in maintenance: pause the strategies.",
          "Afterwards fill the gap: the data platform's backfill pipeline, for the minutes missing.",
        ],
      },
      cases: [
        {
          name: "when events stop",
          series: {
            'binance_data_collection_kline_events_received_total{service="binance-data-collection",pod="a"}':
              "0+10x4 40x60",
          },
          since: 6,
          slack: 1,
          fires: [{}],
        },
        {
          name: "while events arrive at one replica",
          series: {
            'binance_data_collection_kline_events_received_total{service="binance-data-collection",pod="a"}': 40,
            'binance_data_collection_kline_events_received_total{service="binance-data-collection",pod="b"}': {
              perMinute: 1,
            },
          },
        },
      ],
    },
    {
      name: "KlineStale",
      category: "trading",
      severity: "warning",
      component: "market-data",
      owner: "market-data",
      family: "KlineStream",
      service: collection,
      expr: `time() - max by (symbol, interval) (binance_data_collection_last_kline_timestamp_seconds) > ${trading.klineAgeSeconds}`,
      for: "1m",
      keepFiringFor: "5m",
      summary: "{{ $labels.symbol }} {{ $labels.interval }} is {{ $value | humanizeDuration }} old",
      description: "Age of the newest candle of a symbol; open candles are updated every few seconds.",
      impact: "Strategies on the symbol must not trade.",
      panel: { dashboard: "klineData", panel: "Kline age" },
      source: "S1 (data quality); reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "One symbol, or many?",
            promql: "count(time() - binance_data_collection_last_kline_timestamp_seconds > 120)",
          },
          {
            text: "Is the symbol still traded?",
            command:
              "curl -s 'https://api.binance.com/api/v3/exchangeInfo?symbol=<symbol>' | jq -r '.symbols[0].status'",
          },
        ],
        mitigation: [
          "Many: see KlineStreamStalled and WebSocketConnectionsDropped.",
          "One, halted at the exchange: take it out of the strategy's symbols.",
          "One, still traded: its subscription was lost; restart the collection.",
        ],
      },
      cases: [
        {
          name: "when the newest candle is three minutes old",
          series: { 'binance_data_collection_last_kline_timestamp_seconds{symbol="BTCUSDT",interval="1m"}': 0 },
          since: 3,
          fires: [{ symbol: "BTCUSDT", interval: "1m" }],
        },
        {
          name: "for a candle of a minute ago, though another replica has stopped receiving the symbol",
          series: {
            'binance_data_collection_last_kline_timestamp_seconds{symbol="BTCUSDT",interval="1m",pod="a"}':
              "-100+60x120",
            'binance_data_collection_last_kline_timestamp_seconds{symbol="BTCUSDT",interval="1m",pod="b"}': -100,
          },
        },
      ],
    },
    {
      name: "KlineStorageLagging",
      category: "trading",
      severity: "warning",
      component: "market-data",
      owner: "market-data",
      service: storage,
      expr: [
        "sum(rate(binance_data_storage_postgres_saves_total[10m]))",
        `< ${trading.storedShare} * sum(rate(binance_data_collection_kline_events_received_total[10m]))`,
      ].join(" "),
      for: "10m",
      keepFiringFor: "5m",
      summary: "klines are received faster than stored",
      description: "Saves to PostgreSQL against events received, over ten minutes.",
      impact: "History lags behind; what reads the store sees old candles.",
      panel: { dashboard: "klineData", panel: "Storage performance" },
      source: "S1 (storage performance); reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Lag of the storage's consumer group.",
            promql: 'sum by (topic) (kafka_consumergroup_lag{consumergroup=~".*storage.*"})',
          },
          {
            text: "Slow inserts?",
            promql:
              'histogram_quantile(0.95, sum by (le) (rate(db_query_duration_seconds_bucket{service="binance-data-storage"}[5m])))',
          },
          {
            text: "Errors while saving.",
            logql: '{namespace="trading", service="binance-data-storage"} | json | level="ERROR"',
          },
        ],
        mitigation: [
          "Slow database: see SlowDatabaseQueries.",
          "Too few consumers: raise the replicas of binance-data-storage, up to the topic's partitions.",
          "It catches up by itself; Kafka keeps the events for days.",
        ],
      },
      cases: [
        {
          name: "two minutes after storing stops",
          series: {
            'binance_data_collection_kline_events_received_total{pod="a"}': { perMinute: 120 },
            'binance_data_storage_postgres_saves_total{pod="b"}': "0+120x20 2400x60",
          },
          since: 22,
          slack: 1,
          fires: [{}],
        },
        {
          name: "when exactly nine of ten are stored",
          series: {
            'binance_data_collection_kline_events_received_total{pod="a"}': { perMinute: 60 },
            'binance_data_storage_postgres_saves_total{pod="b"}': { perMinute: 54 },
          },
        },
        {
          name: "when six of ten events are stored",
          series: {
            'binance_data_collection_kline_events_received_total{pod="a"}': { perMinute: 100 },
            'binance_data_storage_postgres_saves_total{pod="b"}': { perMinute: 60 },
          },
          since: 1,
          fires: [{}],
        },
      ],
    },
    {
      name: "KlineStoresDiverge",
      category: "trading",
      severity: "warning",
      component: "market-data",
      owner: "market-data",
      service: storage,
      expr: [
        "abs(sum(increase(binance_data_storage_postgres_saves_total[30m]))",
        "- sum(increase(binance_data_storage_elasticsearch_saves_total[30m])))",
        `/ (sum(increase(binance_data_storage_postgres_saves_total[30m])) > ${trading.minimumKlines}) > ${trading.storeDivergence}`,
      ].join(" "),
      for: "15m",
      summary:
        "PostgreSQL and Elasticsearch received numbers of klines that differ by {{ $value | humanizePercentage }}",
      description: "Difference between the saves of half an hour in the two stores, with at least a hundred saves.",
      impact: "Search and analytics do not show what trading used; part of the record may be lost.",
      panel: { dashboard: "klineData", panel: "Data quality" },
      source: "S4 (data loss); reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "Which side is short?",
            promql:
              "sum(increase(binance_data_storage_postgres_saves_total[30m])) - sum(increase(binance_data_storage_elasticsearch_saves_total[30m]))",
          },
          {
            text: "Rejected bulk requests?",
            logql: '{namespace="trading", service="binance-data-storage"} |= "es_rejected_execution_exception"',
          },
          { text: "Health of the search cluster.", promql: 'elasticsearch_cluster_health_status{color!="green"} == 1' },
        ],
        mitigation: [
          "Elasticsearch is short: see ElasticsearchClusterRed or ElasticsearchDiskLow; then reindex the gap from PostgreSQL.",
          "PostgreSQL is short: see KlineStorageLagging.",
        ],
      },
      cases: [
        {
          name: "two minutes after the search store stops",
          series: {
            'binance_data_storage_postgres_saves_total{pod="a"}': { perMinute: 100 },
            'binance_data_storage_elasticsearch_saves_total{pod="a"}': "0+100x40 4000x60",
          },
          since: 42,
          fires: [{}],
        },
        {
          name: "when it gets exactly 5 % less",
          series: {
            'binance_data_storage_postgres_saves_total{pod="a"}': { perMinute: 100 },
            'binance_data_storage_elasticsearch_saves_total{pod="a"}': { perMinute: 95 },
          },
        },
        {
          name: "when the search store gets 8 % less",
          series: {
            'binance_data_storage_postgres_saves_total{pod="a"}': { perMinute: 100 },
            'binance_data_storage_elasticsearch_saves_total{pod="a"}': { perMinute: 92 },
          },
          since: 2,
          fires: [{}],
        },
        {
          name: "when it gets 8 % more",
          series: {
            'binance_data_storage_postgres_saves_total{pod="a"}': { perMinute: 100 },
            'binance_data_storage_elasticsearch_saves_total{pod="a"}': { perMinute: 108 },
          },
          since: 2,
          fires: [{}],
        },
        {
          name: "when it gets 4 % less",
          series: {
            'binance_data_storage_postgres_saves_total{pod="a"}': { perMinute: 100 },
            'binance_data_storage_elasticsearch_saves_total{pod="a"}': { perMinute: 96 },
          },
        },
        {
          name: "for a few klines, however different",
          series: {
            'binance_data_storage_postgres_saves_total{pod="a"}': { perMinute: 2.5 },
            'binance_data_storage_elasticsearch_saves_total{pod="a"}': 0,
          },
        },
      ],
    },
  ];
}
