import type {
  AlertCase,
  AlertContext,
  AlertDefinition,
  Labels,
  Samples,
} from "../../../components/observability/alerts/types.ts";
import { alertRule, staticLabels } from "../../../components/observability/rules.ts";
import type { AlertRule } from "../../../components/observability/ruleTypes.ts";

const minutesPerUnit = { s: 1 / 60, m: 1, h: 60, d: 1440 } as const;

/** Minutes of a duration; conditions are looked at once a minute in these tests. */
export function minutes(duration: string | undefined): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(duration ?? "0m") ?? [];
  if (amount === undefined) throw new Error(`not a duration of one unit: ${duration}`);
  return Number(amount) * minutesPerUnit[unit as keyof typeof minutesPerUnit];
}

/** One look at an alert: at a minute, what fires. */
interface Look {
  readonly minute: number;
  readonly fires: readonly Labels[];
}

/** Where a case is looked at. A firing case is looked at one step too early as well: a wrong duration must not pass. */
export function looks(test: AlertCase, pending: number, step: number): Look[] {
  if (test.fires === undefined) return [{ minute: test.at ?? pending + 30, fires: [] }];
  const since = test.since ?? 0;
  const fires = { minute: since + pending, fires: test.fires };
  const early = fires.minute - step - (test.slack ?? 0);
  return [
    ...(early >= 0 ? [{ minute: early, fires: [] }] : []),
    fires,
    ...(test.stillAt === undefined ? [] : [{ minute: test.stillAt, fires: test.fires }]),
    ...(test.goneAt === undefined ? [] : [{ minute: test.goneAt, fires: [] }]),
  ];
}

/** Minutes between two looks; constant series need few when the alert waits for long. */
function stepOf({ caseStep, cases, for: pending }: AlertDefinition): number {
  if (caseStep !== undefined) return caseStep;
  const constant = cases.every(
    ({ series, since }) => (since ?? 0) === 0 && Object.values(series).every((value) => typeof value === "number"),
  );
  return constant && minutes(pending) >= 60 ? 10 : 1;
}

function samples(value: Samples, length: number, step: number): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? `${value}+0x${length}` : `0+${value.perMinute * step}x${length}`;
}

const podName = /^(.+)-[a-z0-9]+-[a-z0-9]+$/;

/** Labels that the rule adds to those of the expression. */
function expectedLabels(alert: AlertDefinition, labels: Labels, context: AlertContext): Labels {
  const expected: Record<string, string> = { ...labels, ...staticLabels(alert, context) };
  if (alert.service === "pod") expected.service = podName.exec(labels.pod ?? "")?.[1] ?? "";
  if (typeof alert.service === "object" && "label" in alert.service)
    expected.service = labels[alert.service.label] ?? "";
  return expected;
}

/** One file for `promtool test rules`: the rule alone and a test per case. */
export interface UnitTest {
  readonly rules: object;
  readonly tests: object;
}

/** promtool's input for one alert; `rule` lets a mutation take the place of the real one. Annotations are left out. */
export function unitTest(
  alert: AlertDefinition,
  context: AlertContext,
  ruleFile: string,
  rule: AlertRule = alertRule(alert, context),
): UnitTest {
  const pending = minutes(alert.for);
  const step = stepOf(alert);
  const { annotations: _left, ...plain } = rule;
  return {
    rules: { groups: [{ name: "one", rules: [plain] }] },
    tests: {
      rule_files: [ruleFile],
      evaluation_interval: `${step}m`,
      tests: alert.cases.map((test) => {
        const at = looks(test, pending, step);
        const length = Math.ceil(Math.max(...at.map(({ minute }) => minute)) / step) + 5;
        return {
          interval: `${step}m`,
          name: test.name,
          input_series: Object.entries(test.series).map(([series, value]) => ({
            series,
            values: samples(value, length, step),
          })),
          alert_rule_test: at.map(({ minute, fires }) => ({
            eval_time: `${minute}m`,
            alertname: alert.name,
            exp_alerts: fires.map((labels) => ({ exp_labels: expectedLabels(alert, labels, context) })),
          })),
        };
      }),
    },
  };
}
