import { enableCompileCache } from "node:module";
import { join, relative } from "node:path";
import { Command, CommanderError, Option } from "commander";
import colors from "picocolors";
import { listStacks } from "../stack/file.ts";
import type { Mode } from "./monitor.ts";
import { projectDirectory } from "./projectDirectory.ts";

interface Options {
  mode: Mode;
  out: string;
  json: boolean;
  quiet: boolean;
}

const usageError = 2;

// The SDKs are thousands of modules: keeping their compiled form saves time from the second run on.
enableCompileCache(join(projectDirectory, "node_modules/.cache/compiled"));

const command = new Command("npm run plan --")
  .description(
    "Plans a stack offline: runs the program under a stand-in for AWS, Kubernetes and Grafana, shows what it would create and writes it below out/<stack>/. Needs no account, no cluster, no Pulumi CLI and no network.",
  )
  .argument("[stack]", `stack to plan: ${listStacks(projectDirectory).join(", ")}`, "staging")
  .addOption(
    new Option("--mode <mode>", "moment of the stack's life: nothing exists yet, or everything exists")
      .choices(["first", "steady"])
      .default("steady"),
  )
  .option("--out <directory>", "where to write", join(projectDirectory, "out"))
  .option("--json", "print the plan as JSON on standard output, and nothing else", false)
  .option("--quiet", "print nothing but errors", false)
  .helpOption("--help", "show this help")
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
  .showHelpAfterError("Run `npm run plan -- --help` for all options.")
  .exitOverride();

// A reader that closes early (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    command.parse();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageError;
    throw error;
  }
  const [stack = "staging"] = command.processedArgs as [string?];
  const options = command.opts<Options>();
  if (command.args.length > 1) {
    process.stderr.write(`One stack at a time; got ${command.args.join(", ")}.\n`);
    return usageError;
  }
  return await planAndShow(stack, options);
}

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
