import pc from "picocolors";
import { findTool } from "../support/tools.ts";
import { completeContext } from "./support/context.ts";
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
const kinds = [...new Set(results.map(({ mutant }) => mutant.kind))].sort();
for (const { alert, mutant } of results.filter(({ killed }) => !killed)) {
  console.log(`${pc.yellow("survived")} ${alert}: ${mutant.kind}, ${mutant.change}`);
}
const score = (of: typeof results) => `${of.filter(({ killed }) => killed).length} of ${of.length}`;
for (const kind of kinds) console.log(`${kind}: ${score(results.filter(({ mutant }) => mutant.kind === kind))}`);
const total = results.filter(({ killed }) => killed).length / results.length;
console.log(
  `mutation score: ${(total * 100).toFixed(1)} % (${score(results)} mutants noticed, floor ${floor * 100} %)`,
);
process.exitCode = total >= floor ? 0 : 1;
