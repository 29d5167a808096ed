import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { projectDirectory } from "../plan/projectDirectory.ts";
import { ProblemsError } from "../stack/problem.ts";
import { showDifference } from "./difference.ts";
import { ImageError, parseImage, showImage } from "./image.ts";
import { type PreparedRelease, prepareRelease, prepareRollback, ReleaseError, stacksWithPrevious } from "./release.ts";

const usageError = 2;

const program = new Command("npm run")
  .description("Says in a stack file which image of a service runs, and shows what that changes in the plan.")
  .helpOption("--help", "show this help")
  .showHelpAfterError("Run `npm run release -- --help` for all options.")
  .exitOverride();

program
  .command("release")
  .description("Release an image of a service; what runs now is kept as the way back.")
  .argument("<service>", "service of the catalog")
  .argument("<image>", "tag, digest (sha256:…), or both: 1.4.2@sha256:…")
  .requiredOption("--stack <stack>", "stack to release to", "staging")
  .option("--dry-run", "show the difference and write nothing", false)
  .action(async (service: string, image: string, options: { stack: string; dryRun: boolean }) => {
    const request = { directory: projectDirectory, stack: options.stack, service };
    finish(service, await prepareRelease(request, parseImage(image)), options.dryRun);
  });

program
  .command("rollback")
  .description("Go back to the image that ran before.")
  .argument("<service>", "service of the catalog")
  .option("--stack <stack>", "stack to roll back; may be left out when there is only one with an image before")
  .option("--dry-run", "show the difference and write nothing", false)
  .action(async (service: string, options: { stack?: string; dryRun: boolean }) => {
    const stack = options.stack ?? (await onlyStack(service));
    finish(service, await prepareRollback({ directory: projectDirectory, stack, service }), options.dryRun);
  });

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageError;
    if (error instanceof ImageError || error instanceof ReleaseError || error instanceof ProblemsError) {
      console.error(error.message);
      return error instanceof ProblemsError ? 1 : usageError;
    }
    throw error;
  }
}

async function onlyStack(service: string): Promise<string> {
  const stacks = await stacksWithPrevious(projectDirectory, service);
  if (stacks.length === 1) return stacks[0]!;
  throw new ReleaseError(
    stacks.length === 0
      ? `${service} has an image before the present one in no stack.`
      : `${service} can be rolled back in ${stacks.join(" and ")}: say which with --stack.`,
  );
}

function finish(service: string, release: PreparedRelease, dryRun: boolean): void {
  const { stack, file, text, from, to, difference } = release;
  console.log(`${service} in ${stack}: ${from === undefined ? "not released" : showImage(from)} → ${showImage(to)}\n`);
  console.log(`${showDifference(difference)}\n`);
  if (dryRun) {
    console.log(`Nothing was written. Without --dry-run ${file} would be.`);
    return;
  }
  writeFileSync(join(projectDirectory, file), text);
  console.log(`${file} is written. Next: commit it, then npx pulumi up -s ${stack}`);
}
