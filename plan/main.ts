import { enableCompileCache } from "node:module";
import { join, relative } from "node:path";
import { Option } from "commander";
import colors from "picocolors";
import { listStacks } from "../stack/file.ts";
import { npmCommand, usageError } from "./command.ts";
import type { Mode } from "./monitor.ts";
import { projectDirectory } from "./projectDirectory.ts";

interface Options {
  mode: Mode;
  out: string;
  json: boolean;
  quiet: boolean;
}

// The SDKs are thousands of modules: keeping their compiled form saves time from the second run on.
enableCompileCache(join(projectDirectory, "node_modules/.cache/compiled"));

const command = npmCommand("plan")
  .description(
    "Plans a stack offline: runs the program under a stand-in for AWS, Kubernetes and Grafana, shows what it would create and writes it below out/<stack>/. Needs no account, no cluster, no Pulumi CLI and no network.",
  )
  .argument("[stack]", `stack to plan: ${listStacks(projectDirectory).join(", ")}`, "staging")
  .addOption(
    new Option("--mode <mode>", "moment of the stack's life: nothing exists yet, or everything exists")
      .choices(["first", "steady"])
      .default("steady"),
  )
  .addOption(new Option("--out <directory>", "where to write").default(join(projectDirectory, "out"), "out"))
  .option("--json", "print the plan as JSON on standard output, and nothing else", false)
  .option("--quiet", "print nothing but errors", false)
  .addHelpText(
    "after",
    `
Examples:
  npm start                                 plan staging
  npm run plan -- production                plan production
  npm run plan -- production --mode first   what the very first update would know
  npm run -s plan -- staging --json | jq '.resources[].type'

Exit codes: 0 planned, 1 the stack file or the program is wrong, 2 wrong usage.`,
  )
  .parse();

// A reader that closes early (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await planAndShow(command.processedArgs[0] as string, command.opts<Options>());

async function planAndShow(stack: string, { mode, out, json, quiet }: Options): Promise<number> {
  const talk = !json && !quiet;
  const progress = startProgress(talk && process.stderr.isTTY === true);
  progress(`loading the SDKs`);
  const { planStack, UnknownStackError } = await import("./plan.ts");
  const { ProblemsError } = await import("../stack/problem.ts");
  const { planJson, renderFiles, WriteError, writeFiles } = await import("./write/write.ts");
  const { viewPlan } = await import("./view.ts");
  try {
    const plan = await planStack({
      stack,
      mode,
      onProgress: (count) => progress(`planning ${stack}: ${count} resources`),
    });
    const directory = join(out, stack);
    progress("writing files");
    const paths = writeFiles(directory, renderFiles(plan));
    progress();
    if (json) process.stdout.write(planJson(plan));
    if (talk) {
      const colour = colors.isColorSupported && process.stdout.isTTY === true;
      process.stdout.write(viewPlan(plan, { colour, width: Math.min(process.stdout.columns ?? 120, 160) }));
      process.stdout.write(
        `\n${paths.length} files written below ${relative(process.cwd(), directory) || "."}/ (plan.json has everything)\n`,
      );
    }
    return 0;
  } catch (error) {
    progress();
    if (error instanceof UnknownStackError) {
      process.stderr.write(`${error.message}\n`);
      return usageError;
    }
    if (
      error instanceof ProblemsError ||
      error instanceof WriteError ||
      (error as { __pulumiRunError?: true }).__pulumiRunError
    ) {
      process.stderr.write(`${(error as Error).message}\n`);
      return 1;
    }
    if (error instanceof SyntaxError && error.message.includes(".json: ")) {
      process.stderr.write(`No JSON: ${error.message.replace(`${projectDirectory}/`, "")}\n`);
      return 1;
    }
    throw error;
  }
}

/** One line on standard error, rewritten at most ten times a second; silent when it is not a terminal. */
function startProgress(terminal: boolean): (text?: string) => void {
  let last = 0;
  return (text) => {
    if (!terminal) return;
    const now = Date.now();
    if (text !== undefined && now - last < 100) return;
    last = now;
    process.stderr.write(text === undefined ? "\r\x1b[K" : `\r\x1b[K${colors.dim(`${text} …`)}`);
  };
}
