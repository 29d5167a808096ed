import pc from "picocolors";
import { findTool } from "../support/tools.ts";
import { completeContext } from "./support/context.ts";
import { equivalenceOf, equivalences } from "./support/equivalentMutants.ts";
import { runMutants } from "./support/mutationRun.ts";

/** Share of mutants that the cases must notice. */
const floor = 0.9;

const promtool = (await findTool("promtool"))?.path;
if (promtool === undefined) {
  console.error("promtool could not be found or fetched; see tests/support/tools.ts for where it is looked for.");
  process.exit(1);
}

const only = process.argv[2] === undefined ? undefined : new RegExp(process.argv[2]);
const results = await runMutants(promtool, completeContext, only);
const survivors = results.filter(({ killed }) => !killed);
const meaningful = survivors.filter((result) => equivalenceOf(result) === undefined);

for (const { alert, mutant } of meaningful) {
  console.log(`${pc.yellow("survived")} ${alert}: ${mutant.kind}, ${mutant.change}`);
}
for (const { alert, mutant, why } of survivors.flatMap((result) => {
  const equivalence = equivalenceOf(result);
  return equivalence === undefined ? [] : [{ ...result, why: equivalence.why }];
})) {
  console.log(`${pc.dim("equivalent")} ${alert}: ${mutant.kind}, ${mutant.change}: ${why}`);
}

const noticed = (of: typeof results) => of.filter(({ killed }) => killed).length;
for (const [kind, own] of [...Map.groupBy(results, ({ mutant }) => mutant.kind)].sort()) {
  console.log(`${kind}: ${noticed(own)} of ${own.length}`);
}
// The score counts equivalent mutants as survivors: what is excused must not make it better.
const score = noticed(results) / results.length;
const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
console.log(
  `mutation score: ${percent(score)} (${noticed(results)} of ${results.length} mutants noticed, floor ${percent(floor)}; ` +
    `${survivors.length - meaningful.length} survivors are equivalent, without them ${percent(noticed(results) / (noticed(results) + meaningful.length))})`,
);
const outdated =
  only === undefined ? equivalences.filter((each) => !survivors.some((result) => equivalenceOf(result) === each)) : [];
for (const { alert, change } of outdated) console.log(`${pc.red("out of date")}: no survivor ${alert} ${change}`);
process.exitCode = score >= floor && outdated.length === 0 ? 0 : 1;
