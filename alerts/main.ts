import { join } from "node:path";
import { Command } from "commander";
import colors from "picocolors";
import { loadCatalog } from "../catalog/load.ts";
import { alertCatalogue } from "../components/observability/alerts/catalogue.ts";
import type { Category } from "../components/observability/alerts/types.ts";
import { managedAlerts } from "../components/observability/managedAlerts.ts";
import { categories } from "../components/observability/rules.ts";
import { npmCommand, usageError } from "../plan/command.ts";
import { projectDirectory } from "../plan/projectDirectory.ts";
import { noSuchStack, readStackFile } from "../stack/file.ts";
import { loadSettings } from "../stack/load.ts";
import { didYouMean } from "../stack/nearest.ts";
import { ProblemsError } from "../stack/problem.ts";
import { stackAlarms, stackAlertContext } from "./context.ts";
import { type AlertFilter, alertLines, filterValues, managedLines, plainList } from "./list.ts";
import { runbookPages, writeRunbooks } from "./pages.ts";
import { type Palette, summary, terminalTable } from "./table.ts";

/** An option whose value nothing can match; the message names what can. */
class UnknownValueError extends Error {}

const severityColour: Readonly<Record<string, (text: string) => string>> = {
  critical: (text) => colors.bold(colors.red(text)),
  warning: colors.yellow,
  info: colors.cyan,
};

const palette: Palette = {
  strong: colors.bold,
  faint: colors.dim,
  severity: (severity, text) => (severityColour[severity] ?? colors.dim)(text),
};

interface ListOptions extends AlertFilter {
  stack: string;
  json?: boolean;
}

async function list({ stack, json, ...filter }: ListOptions): Promise<void> {
  const file = readStackFile(projectDirectory, stack);
  if (file === undefined) throw new UnknownValueError(noSuchStack(projectDirectory, stack));
  const settings = loadSettings({ project: "trading-platform", ...file });
  const context = stackAlertContext(settings, await loadCatalog());
  const alerts = alertCatalogue(context);
  const managed = managedAlerts(stackAlarms(settings));
  const known = filterValues(alerts, context, managed);
  for (const name of ["service", "severity", "category"] as const) checkValue(name, filter[name], known[name]);

  const lines = [...alertLines(alerts, context, filter), ...managedLines(managed, context, filter)].sort(
    (left, right) => categories.indexOf(left.category as Category) - categories.indexOf(right.category as Category),
  );
  if (json) console.log(JSON.stringify(lines, null, 2));
  else if (!process.stdout.isTTY) console.log(plainList(lines));
  else if (lines.length === 0) console.log(`No alert of ${stack} is all of that.`);
  else {
    console.log(terminalTable(lines, process.stdout.columns, palette));
    console.log(summary(lines, stack));
  }
}

function checkValue(option: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  throw new UnknownValueError(
    `There is no ${option} "${value}".${didYouMean(value, known)}\nKnown: ${known.join(", ")}`,
  );
}

async function runbooks(): Promise<void> {
  const pages = runbookPages(await loadCatalog());
  const changed = await writeRunbooks(join(projectDirectory, "docs", "runbooks"), pages);
  console.log(`${pages.size} pages in docs/runbooks, ${changed} changed`);
}

const examples = `
Examples:
  npm run alerts -- --service trading-system
  npm run alerts -- --severity critical --category trading
  npm run -s alerts -- --stack staging | cut -f 1,3,5 | column -t
  npm run -s alerts -- --json | jq -r '.[] | select(.for == "0m") | .name'`;

const listCommand = npmCommand("alerts")
  .description("Print the alerts of a stack: name, category, severity, condition, waiting time, runbook.")
  .option("--stack <stack>", "stack whose settings count", "production")
  .option("--service <service>", "only alerts that can speak of this service or system")
  .option("--severity <severity>", "only this severity")
  .option("--category <category>", "only this category")
  .option("--json", "as JSON, for tools; a pipe without it gets columns separated by tabs")
  .addHelpText("after", examples)
  .action(list);
const runbooksCommand = npmCommand("runbooks")
  .description("Write docs/runbooks from the alerts' definitions.")
  .action(runbooks);

try {
  await new Command().addCommand(listCommand).addCommand(runbooksCommand).parseAsync();
} catch (error) {
  // 2 is a wrong question, 1 a stack file that cannot be read.
  if (!(error instanceof UnknownValueError || error instanceof ProblemsError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof ProblemsError ? 1 : usageError;
}
