import { Command } from "commander";

/** Exit code of wrong usage; 1 is for what the files say. */
export const usageError = 2;

/**
 * A command of `package.json`: `npm run <script> -- …`. Wrong usage ends with `usageError`, help with 0, before
 * anything is done.
 */
export function npmCommand(script: string): Command {
  return new Command(script)
    .configureHelp({ commandUsage: (command) => `npm run ${command.name()} -- ${command.usage()}` })
    .helpOption("--help", "show this help")
    .showHelpAfterError(`Run \`npm run ${script} -- --help\` for all options.`)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageError));
}
