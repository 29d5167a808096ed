import { InvalidArgumentError } from "commander";
import pc from "picocolors";
import { npmCommand } from "../../plan/command.ts";
import { findTool } from "../support/tools.ts";
import { completeContext } from "./support/context.ts";
import { equivalenceOf, equivalences } from "./support/equivalentMutants.ts";
import { runMutants } from "./support/mutationRun.ts";

/** Share of mutants that the cases must notice. */
const floor = 0.9;

const [only] = npmCommand("mutate:alerts")
  .description("Break each alert in small ways and see whether its tests notice.")
  .argument("[alerts]", "regular expression: only alerts of such names; all when left out", expression)
  .addHelpText("after", `\nExit codes: 0 at least ${floor * 100} % noticed, 1 fewer, 2 wrong usage.`)
  .parse().processedArgs as [RegExp?];

const promtool = (await findTool("promtool"))?.path;
if (promtool === undefined) {
  console.error("promtool could not be found or fetched; see tests/support/tools.ts for where it is looked for.");
  process.exit(1);
}

const results = await runMutants(promtool, completeContext, only);
if (results.length === 0) {
  console.error(`No alert has a name like ${only}. npm run alerts lists them.`);
  process.exit(2);
}
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

function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
