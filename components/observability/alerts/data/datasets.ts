import type { AlertContext, AlertDefinition } from "../types.ts";

const service = { fixed: "data-platform" } as const;

/** Alerts about datasets and the pipelines that fill them. */
export function datasetAlerts({ settings }: AlertContext): AlertDefinition[] {
  const { data } = settings.thresholds;
  return [
    {
      name: "DataStale",
      category: "data",
      severity: "warning",
      component: "data-platform",
      owner: "data-platform",
      service,
      expr: [
        "time() - max by (dataset) (dataset_last_update_timestamp_seconds)",
        "> on (dataset) max by (dataset) (dataset_max_age_seconds)",
      ].join(" "),
      for: "5m",
      summary: "{{ $labels.dataset }} is {{ $value | humanizeDuration }} old",
      description: "Age of the newest record against the dataset's own limit.",
      impact: "Models and reports work on old data.",
      panel: { dashboard: "dataPlatform", panel: "Freshness" },
      source: "S4 (freshness)",
      runbook: {
        diagnosis: [
          { text: "Last runs of its pipeline.", promql: "sum by (pipeline, status) (increase(etl_runs_total[6h]))" },
          {
            text: "Errors of the run.",
            logql: '{namespace="trading", service="data-platform"} | json | dataset="<dataset>" | level="ERROR"',
          },
          {
            text: "Does its source still deliver?",
            promql: "time() - binance_data_collection_last_kline_timestamp_seconds",
          },
        ],
        mitigation: [
          "Start the pipeline again in the admin portal; runs are safe to repeat.",
          "Source down: see its alert; afterwards run the backfill for the gap.",
          "A limit too strict for the source: change it where the dataset is defined.",
        ],
      },
      cases: [
        {
          name: "when a dataset is older than it may be",
          series: {
            'dataset_last_update_timestamp_seconds{dataset="klines"}': 0,
            'dataset_max_age_seconds{dataset="klines"}': 600,
          },
          since: 11,
          fires: [{ dataset: "klines" }],
        },
        {
          name: "for a dataset of which one replica knows the newest write, and another not yet",
          series: {
            'dataset_last_update_timestamp_seconds{dataset="klines",pod="a"}': 0,
            'dataset_last_update_timestamp_seconds{dataset="klines",pod="b"}': "0+60x120",
            'dataset_max_age_seconds{dataset="klines",pod="a"}': 600,
            'dataset_max_age_seconds{dataset="klines",pod="b"}': 600,
          },
        },
        {
          name: "for a fresh dataset, however old another one may be",
          series: {
            'dataset_last_update_timestamp_seconds{dataset="klines"}': "0+60x120",
            'dataset_max_age_seconds{dataset="klines"}': 600,
            'dataset_last_update_timestamp_seconds{dataset="yearly"}': 0,
            'dataset_max_age_seconds{dataset="yearly"}': 86400,
          },
        },
      ],
    },
    {
      name: "DataIncomplete",
      category: "data",
      severity: "warning",
      component: "data-platform",
      owner: "data-platform",
      service,
      expr: `min by (dataset) (dataset_completeness_ratio) < ${data.completeness}`,
      for: "15m",
      summary: "{{ $labels.dataset }} is {{ $value | humanizePercentage }} complete",
      description: "Share of the expected records that are present.",
      impact: "Back-tests and models see gaps.",
      panel: { dashboard: "dataPlatform", panel: "Completeness" },
      source: "S4 (completeness)",
      runbook: {
        diagnosis: [
          {
            text: "Which days or symbols are missing?",
            command:
              "platform-psql -c \"select date_trunc('day', open_time) as day, count(*) from market_data.klines where symbol = '<symbol>' group by 1 order by 1 desc limit 10\"",
          },
          {
            text: "Interrupted collection at that time?",
            promql: "sum(rate(binance_data_collection_kline_events_received_total[10m]))",
          },
        ],
        mitigation: [
          "Run the backfill for the missing range.",
          "Symbols that ended: take them out of the expectation.",
        ],
      },
      cases: [
        {
          name: "at 97 %",
          series: { 'dataset_completeness_ratio{dataset="klines",pod="a"}': 0.97 },
          fires: [{ dataset: "klines" }],
        },
        { name: "at 99 %", series: { 'dataset_completeness_ratio{dataset="klines",pod="a"}': 0.99 } },
        {
          name: "when nearly nothing is there",
          series: { 'dataset_completeness_ratio{dataset="klines",pod="a"}': 0.6 },
          fires: [{ dataset: "klines" }],
        },
      ],
    },
    {
      name: "EtlFailing",
      category: "data",
      severity: "warning",
      component: "data-platform",
      owner: "data-platform",
      service,
      expr: [
        'sum by (pipeline) (increase(etl_runs_total{status="failed"}[1h]))',
        `/ (sum by (pipeline) (increase(etl_runs_total[1h])) > 0) > ${data.pipelineFailureRatio}`,
      ].join(" "),
      for: "5m",
      summary: "{{ $value | humanizePercentage }} of {{ $labels.pipeline }} runs fail",
      description: "Share of the runs of the last hour that failed.",
      impact: "The datasets of the pipeline go stale.",
      panel: { dashboard: "dataPlatform", panel: "Pipeline success" },
      source: "S4 (ETL success)",
      runbook: {
        diagnosis: [
          {
            text: "Failures by pipeline.",
            promql: 'sum by (pipeline) (increase(etl_runs_total{status="failed"}[1h]))',
          },
          {
            text: "Reason of the last failure.",
            logql: '{namespace="trading", service="data-platform"} | json | event="etl_failed" | pipeline="<pipeline>"',
          },
        ],
        mitigation: [
          "Source unreachable or changed its format: the pipeline's owner adapts it, runs are repeated.",
          "Database slow: see SlowDatabaseQueries.",
          "Out of memory: see ContainerOOMKilled.",
        ],
      },
      cases: [
        {
          name: "for an hour after a burst of failures",
          series: {
            'etl_runs_total{pipeline="klines",status="failed"}': "0x20 15x200",
            'etl_runs_total{pipeline="klines",status="succeeded"}': { perMinute: 1 },
          },
          since: 21,
          stillAt: 70,
          goneAt: 85,
          fires: [{ pipeline: "klines" }],
        },
        {
          name: "when exactly a tenth fails",
          series: {
            'etl_runs_total{pipeline="klines",status="failed"}': { perMinute: 1 },
            'etl_runs_total{pipeline="klines",status="succeeded"}': { perMinute: 9 },
          },
        },
        {
          name: "when 15 % of runs fail",
          series: {
            'etl_runs_total{pipeline="klines",status="failed"}': { perMinute: 0.15 },
            'etl_runs_total{pipeline="klines",status="succeeded"}': { perMinute: 0.85 },
          },
          since: 1,
          fires: [{ pipeline: "klines" }],
        },
        {
          name: "when 8 % fail, and for a pipeline that does not run",
          series: {
            'etl_runs_total{pipeline="klines",status="failed"}': { perMinute: 0.08 },
            'etl_runs_total{pipeline="klines",status="succeeded"}': { perMinute: 0.92 },
            'etl_runs_total{pipeline="idle",status="failed"}': 4,
          },
        },
      ],
    },
  ];
}
