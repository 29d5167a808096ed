import { allAlerts } from "../../../components/observability/alerts/catalogue.ts";
import type { AlertContext } from "../../../components/observability/alerts/types.ts";
import { alertRule } from "../../../components/observability/rules.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { testRules } from "./promtool.ts";
import { type UnitTest, unitTest } from "./unitTests.ts";

/** A mutant and what became of it. */
export interface MutantResult {
  readonly alert: string;
  readonly mutant: Mutant;
  /** True when some case failed with it, as it should. */
  readonly killed: boolean;
}

/** Changes every rule in every way, runs its cases with each change, and tells which changes nobody noticed. */
export async function runMutants(promtool: string, context: AlertContext, only: RegExp = /./): Promise<MutantResult[]> {
  const entries = allAlerts(context)
    .filter(({ name }) => only.test(name))
    .flatMap((alert) => mutantsOf(alert, alertRule(alert, context)).map((mutant) => ({ alert, mutant })));
  const tests = new Map<string, (ruleFile: string) => UnitTest>(
    entries.map(({ alert, mutant }, index) => [
      `${index}-${alert.name}`,
      (ruleFile) => unitTest(alert, context, ruleFile, mutant.rule),
    ]),
  );
  const verdicts = await testRules(promtool, tests);
  return entries.map(({ alert, mutant }, index) => ({
    alert: alert.name,
    mutant,
    killed: verdicts.get(`${index}-${alert.name}`) !== undefined,
  }));
}
