import type { ExporterName } from "../../../catalog/metrics.ts";
import type { AlertSettings } from "../../../stack/sections/alerts.ts";
import type { OptionalSystem } from "../../../stack/sections/platform.ts";

/** What kind of trouble an alert speaks of. */
export type Category =
  | "critical"
  | "performance"
  | "trading"
  | "data"
  | "infrastructure"
  | "security"
  | "cost"
  | "slo"
  | "meta";

/** How loud: critical wakes people, warning waits for the working day, info goes into the digest, none is a heartbeat. */
export type Severity = "critical" | "warning" | "info" | "none";

/** Team that answers for an alert of the platform itself; alerts of one service go to the service's owner. */
export type Owner = string;

/** A Prometheus duration, for example `10m`; `0m` fires at the first evaluation. */
export type Duration = `${number}${"s" | "m" | "h" | "d"}`;

/** Label values that name one series. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Samples of one input series: a number stays constant, `perMinute(n)` is a counter, a text is promtool's own notation
 * (`"0x5 1x60"`, `_` for a gap) at one sample per step, which is a minute unless the alert says otherwise.
 */
export type Samples = number | string | { readonly perMinute: number };

/**
 * One test of an alert. `since` is the minute in which the condition first holds: the generator checks that the alert
 * is silent one minute before `since + for` and fires at `since + for`, so that a wrong duration cannot pass.
 */
export interface AlertCase {
  /** What the case shows, completing "fires …" or "stays silent …". */
  readonly name: string;
  /** Series that exist, by selector: `up{job="x"}`. */
  readonly series: Readonly<Record<string, Samples>>;
  /**
   * Labels of the alerts expected, only those that the expression itself outputs. Absent: the case expects silence.
   */
  readonly fires?: readonly Labels[];
  /** Minute in which the condition first holds. @default 0 */
  readonly since?: number;
  /**
   * Minutes by which the onset may be earlier: Prometheus 2 counts the sample at the left edge of a window, 3 does not.
   * @default 0
   */
  readonly slack?: number;
  /** Minute at which it must still fire, so that a range which forgets too early cannot pass. */
  readonly stillAt?: number;
  /** Minute after which the alert must be gone again, when the case says so. */
  readonly goneAt?: number;
  /** Minutes at which a silent case is looked at. @default half an hour after `for` */
  readonly at?: number;
}

/** How somebody finds out what is wrong: an instruction and, where one helps, a query or a command to run. */
export interface DiagnosisStep {
  readonly text: string;
  readonly promql?: string;
  readonly logql?: string;
  readonly command?: string;
}

/** What only a person who knows the system can write; the rest of the page comes from the alert itself. */
export interface RunbookKnowledge {
  readonly diagnosis: readonly DiagnosisStep[];
  readonly mitigation: readonly string[];
}

/** Dashboard and panel that show what an alert speaks of. */
export interface PanelReference {
  readonly dashboard: DashboardKey;
  /** Title of the panel; its id is derived from the title. */
  readonly panel: string;
}

/** Dashboards that alerts link to; their uids are constants. */
export type DashboardKey =
  | "systemHealth"
  | "infrastructure"
  | "tradingSystem"
  | "riskManagement"
  | "executionQuality"
  | "klineData"
  | "dataPlatform"
  | "security"
  | "serviceDetail"
  | "errorBudgets"
  | "alertHealth"
  | "capacity"
  | "logs"
  | "cost";

/** One alert, with all that a rule, a page, a test and a list need. */
export interface AlertDefinition {
  /** CamelCase; also the name of the runbook page. Several rules may share it (burn-rate windows, one per service). */
  readonly name: string;
  readonly category: Category;
  readonly severity: Severity;
  /** Part of the platform that is ill: postgres, kafka, api, risk … */
  readonly component: string;
  readonly owner: Owner;
  /**
   * Tiers of one condition share a family, so that the critical one can silence the warning.
   * @default the name
   */
  readonly family?: string;
  readonly expr: string;
  /** How long the condition must hold. @default "0m" */
  readonly for?: Duration;
  /** How long the alert stays after the condition ended, against flapping. */
  readonly keepFiringFor?: Duration;
  /**
   * Where the label `service` comes from, on which notifications are grouped and inhibited: `expression` (the result
   * has it and it is a service of ours), `pod` (cut from the pod's name), the value of another label, or a fixed name.
   */
  readonly service: "expression" | "pod" | { readonly label: string } | { readonly fixed: string };
  /**
   * Labels that the expression outputs and that must not be overwritten by the definition's own: a static `component`
   * would make two ill components of one service the same alert, which Prometheus refuses.
   */
  readonly labelsFromExpression?: readonly ("component" | "owner")[];
  /** Further static labels, for example the long window of a burn rate. */
  readonly labels?: Labels;
  /** One line; may use `{{ $value }}` and labels that the expression outputs. */
  readonly summary: string;
  /** What the numbers mean and how the condition is measured. */
  readonly description: string;
  /** What it does to trading or to people while it lasts. */
  readonly impact: string;
  readonly panel: PanelReference;
  readonly runbook: RunbookKnowledge;
  /**
   * Requirement sheet, project or document that the alert comes from. Sheets: S0 training platform, S1 Spring services,
   * S2 Kubernetes, S3 EC2 bot, S4 platform services; "reference" is the catalogue that merged them.
   */
  readonly source: string;
  readonly cases: readonly AlertCase[];
  /**
   * Minutes between samples, and between evaluations, in the cases. A long wait is not looked at every minute.
   * @default 1; 10 where all series are constant and the alert waits an hour or more
   */
  readonly caseStep?: number;
  /** Seconds between evaluations, for expensive expressions. @default the section's 30 s */
  readonly slow?: boolean;
  /** True for alerts without comparison (the Watchdog). */
  readonly always?: boolean;
  /**
   * System of which the alert speaks, where its metrics alone do not tell: a probe or `up` exists in every environment.
   * @default none
   */
  readonly system?: OptionalSystem;
  /**
   * Exporters of which one is enough, when the expression reads several by `or`.
   * @default every exporter that the expression reads
   */
  readonly anyExporterOf?: readonly string[];
}

/** What the alerts know of a catalogued service. */
export interface AlertService {
  readonly name: string;
  readonly owner: string;
  readonly tier: "critical" | "standard" | "supporting";
  /** Every metric of the contract that it exports, the archetype's included. */
  readonly metrics: readonly string[];
  /** Objectives that the service promises, by indicator. */
  readonly objectives: readonly ServiceObjective[];
  /** Markets on which it trades; empty for services that do not execute trades. */
  readonly tradesOn: readonly string[];
}

/** Indicators for which the platform knows how to count good and bad events. */
export type IndicatorName =
  | "api-availability"
  | "api-latency"
  | "database-latency"
  | "cache-hits"
  | "executions"
  | "uptime"
  | "log-ingestion"
  | "market-data";

/** A promise about one indicator of one service. */
export interface ServiceObjective {
  readonly indicator: IndicatorName;
  /** Share of good events, 0 to 1. */
  readonly objective: number;
  readonly windowDays: number;
  /** Longest time that counts as good, for latency indicators, in seconds. */
  readonly thresholdSeconds?: number;
}

/** What the catalogue is computed from; the same input gives the same rules. */
export interface AlertContext {
  readonly settings: AlertSettings;
  /** Exporters that run in the environment; a rule whose exporter is missing is left out, because it could never fire. */
  readonly exporters: readonly ExporterName[];
  /** Systems that the environment does without. */
  readonly without: readonly OptionalSystem[];
  readonly services: readonly AlertService[];
  /** Kafka topics of the catalog. */
  readonly topics: readonly string[];
  /** Kafka brokers that the stack runs. */
  readonly brokers: number;
  /** Nodes of the cache, its primary among them. */
  readonly cacheNodes: number;
  /** Address of Grafana, without a slash at the end. */
  readonly grafanaUrl: string;
}

/** Samples of a counter that grows by `n` every minute. */
export function perMinute(n: number): Samples {
  return { perMinute: n };
}
