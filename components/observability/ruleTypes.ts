/** A rule that stores the result of an expression under a name of its own. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** True when the expression reads several metrics by `or` and one of them is enough. */
  readonly anyMetric?: boolean;
}

/** A rule that raises an alert, as Prometheus reads it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Rules that are evaluated together, in order. */
export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (AlertRule | RecordingRule)[];
}

/** A plain rule file, as `promtool` and Prometheus read it. */
export interface RuleFile {
  readonly groups: readonly RuleGroup[];
}
