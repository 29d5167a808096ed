import { syntheticCatalog } from "../../catalog/synthetic.ts";
import { planStack, projectName } from "../../plan/plan.ts";
import { projectDirectory } from "../../plan/projectDirectory.ts";
import { readStackFile } from "../../stack/file.ts";

// Plans staging with as many synthetic services beside the real ones as the first argument says, all of them released:
// a service that waits for its first image has no Rollout and would be cheaper than a real one.
const catalog = await syntheticCatalog(Number(process.argv[2]));
const file = readStackFile(projectDirectory, "staging")!;
file.config[`${projectName()}:services`] = Object.fromEntries(
  catalog.services.filter(({ kind }) => kind !== "bot").map(({ name }) => [name, { image: { tag: "1.0.0" } }]),
);
const plan = await planStack({ stack: "staging", file, catalog });
process.stdout.write(`${plan.resources.length}\n`);
