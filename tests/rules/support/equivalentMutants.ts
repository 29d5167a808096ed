import type { MutantResult } from "./mutationRun.ts";

/** Mutants of which no case can tell the difference, with the reason; the score is given with and without them. */
export interface Equivalence {
  readonly alert: RegExp;
  readonly kind: MutantResult["mutant"]["kind"];
  readonly change: RegExp;
  readonly why: string;
}

/** Every entry must match a survivor, else it is out of date; `tests/rules/mutate.ts` fails for one that does not. */
export const equivalences: readonly Equivalence[] = [
  {
    alert: /^Watchdog$/,
    kind: "threshold",
    change: /^1 → /,
    why: "the value of vector(1) is not compared with anything",
  },
  {
    alert: /^(HighMemoryUsage|CriticalMemoryUsage|RedisMemoryHigh|JvmHeapNearLimit)$/,
    kind: "threshold",
    change: /^0 → 1 /,
    why: "a memory limit of one byte does not exist",
  },
  {
    alert: /^ValueAtRiskExceeded$/,
    kind: "threshold",
    change: /^0 → 1 /,
    why: "a portfolio of less than one dollar does not trade",
  },
  {
    alert: /^RedisReplicationBroken$/,
    kind: "threshold",
    change: /^1 → 0\.5 /,
    why: "replicas come in whole numbers",
  },
  {
    alert: /^DiskWillFillIn24h$/,
    kind: "threshold",
    change: /^0 → -?1 /,
    why: "one byte more or less of a forecast",
  },
  {
    alert: /^(EtlFailing|NotificationsFailing)$/,
    kind: "threshold",
    change: /^0 → -1 /,
    why: "without the guard the quotient is 0 / 0, which is no number and greater than nothing",
  },
  {
    alert: /^(EtlFailing|NotificationsFailing)$/,
    kind: "operator",
    change: /^> → >= at (118|142)$/,
    why: "0 / 0 again: the guard only keeps NaN out of the result",
  },
];

/** The reason why a survivor proves nothing; undefined for one that a case should have noticed. */
export function equivalenceOf({ alert, mutant }: MutantResult): Equivalence | undefined {
  return equivalences.find(
    (each) => each.alert.test(alert) && each.kind === mutant.kind && each.change.test(mutant.change),
  );
}
