import { assembleCatalog } from "../../catalog/load.ts";
import { syntheticEntries } from "../../catalog/synthetic.ts";
import { planStack } from "../../plan/plan.ts";

// Plans staging with as many synthetic services as the first argument says, in place of the real ones.
const count = Number(process.argv[2]);
const plan = await planStack({ stack: "staging", catalog: assembleCatalog(syntheticEntries(count)) });
process.stdout.write(`${plan.resources.length}\n`);
