import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import colors from "picocolors";
import { loadCatalog } from "../catalog/load.ts";
import { alertCatalogue } from "../components/observability/alerts/catalogue.ts";
import { managedAlerts } from "../components/observability/managedAlerts.ts";
import { readStackFile } from "../stack/file.ts";
import { loadSettings } from "../stack/load.ts";
import { nearest } from "../stack/nearest.ts";
import { ProblemsError } from "../stack/problem.ts";
import { stackAlertContext } from "./context.ts";
import {
  type AlertFilter,
  alertLines,
  filterValues,
  managedLines,
  type Palette,
  plainList,
  terminalList,
} from "./list.ts";
import { runbookPages, writeRunbooks } from "./pages.ts";

const projectDirectory = join(import.meta.dirname, "..");

/** An option whose value nothing can match; the message names what can. */
class UnknownValueError extends Error {}

const palette: Palette = {
  heading: colors.bold,
  faint: colors.dim,
  severity: (severity, text) =>
    severity === "critical" ? colors.red(text) : severity === "warning" ? colors.yellow(text) : colors.cyan(text),
};

interface ListOptions extends AlertFilter {
  stack: string;
  json?: boolean;
}

async function list({ stack, json, ...filter }: ListOptions): Promise<void> {
  const file = readStackFile(projectDirectory, stack);
  if (file === undefined) throw new UnknownValueError(`there is no Pulumi.${stack}.yaml`);
  const settings = loadSettings({ project: "trading-platform", file: file.file, text: file.text, config: file.config });
  const context = stackAlertContext(settings, await loadCatalog());
  const alerts = alertCatalogue(context);
  const managed = managedAlerts();
  const known = filterValues(alerts, context, managed);
  for (const name of ["service", "severity", "category"] as const) checkValue(name, filter[name], known[name]);

  const lines = [...alertLines(alerts, context, filter), ...managedLines(managed, context, filter)];
  if (json) console.log(JSON.stringify(lines, null, 2));
  else if (!process.stdout.isTTY) console.log(plainList(lines));
  else {
    console.log(terminalList(lines, process.stdout.columns ?? 160, palette));
    console.log(`${lines.length} rules, ${new Set(lines.map((line) => line.name)).size} alerts in ${stack}`);
  }
}

function checkValue(option: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  const near = nearest(value, known);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  throw new UnknownValueError(`--${option} ${value} is not known.${hint}\nKnown: ${known.join(", ")}`);
}

async function runbooks(): Promise<void> {
  const pages = runbookPages(await loadCatalog());
  const changed = await writeRunbooks(join(projectDirectory, "docs", "runbooks"), pages);
  console.log(`${pages.size} pages in docs/runbooks, ${changed} changed`);
}

const program = new Command("npm run").exitOverride().showHelpAfterError();
program
  .command("alerts")
  .description("Print the alerts of a stack: name, category, severity, condition, waiting time, runbook.")
  .addOption(new Option("--stack <stack>", "stack whose settings count").default("production"))
  .option("--service <service>", "only alerts that can speak of this service or system")
  .option("--severity <severity>", "only this severity")
  .option("--category <category>", "only this category")
  .option("--json", "as JSON, for tools")
  .action(list);
program.command("runbooks").description("Write docs/runbooks from the alerts' definitions.").action(runbooks);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else if (error instanceof ProblemsError || error instanceof UnknownValueError) {
    console.error(error.message);
    process.exitCode = 1;
  } else throw error;
}
