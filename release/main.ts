import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { npmCommand, usageError } from "../plan/command.ts";
import { projectDirectory } from "../plan/projectDirectory.ts";
import { ProblemsError } from "../stack/problem.ts";
import { showDifference } from "./difference.ts";
import { ImageError, parseImage, showImage } from "./image.ts";
import { type PreparedRelease, prepareRelease, prepareRollback, ReleaseError, stacksWithPrevious } from "./release.ts";

const exitCodes = `
Exit codes: 0 done or shown, 1 the stack file would be wrong, 2 wrong usage.`;

const release = npmCommand("release")
  .description(
    "Release an image of a service: write it into the stack file and show what that changes in the plan. What runs now is kept as the way back.",
  )
  .argument("<service>", "service of the catalog")
  .argument("<image>", "tag, digest (sha256:…), or both: 1.4.2@sha256:…")
  .option("--stack <stack>", "stack to release to", "staging")
  .option("--dry-run", "show the difference and write nothing", false)
  .addHelpText("after", exitCodes)
  .action(async (service: string, image: string, options: { stack: string; dryRun: boolean }) => {
    const request = { directory: projectDirectory, stack: options.stack, service };
    finish(service, await prepareRelease(request, parseImage(image)), options.dryRun);
  });

const rollback = npmCommand("rollback")
  .description("Go back to the image that ran before.")
  .argument("<service>", "service of the catalog")
  .option("--stack <stack>", "stack to roll back; may be left out when there is only one with an image before")
  .option("--dry-run", "show the difference and write nothing", false)
  .addHelpText("after", exitCodes)
  .action(async (service: string, options: { stack?: string; dryRun: boolean }) => {
    const stack = options.stack ?? (await onlyStack(service));
    finish(service, await prepareRollback({ directory: projectDirectory, stack, service }), options.dryRun);
  });

try {
  await new Command().addCommand(release).addCommand(rollback).parseAsync();
} catch (error) {
  const wrongUsage = error instanceof ImageError || error instanceof ReleaseError;
  if (!wrongUsage && !(error instanceof ProblemsError)) throw error;
  console.error(error.message);
  process.exitCode = wrongUsage ? usageError : 1;
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
