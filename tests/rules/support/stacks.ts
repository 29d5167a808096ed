import { stackAlertContext } from "../../../alerts/context.ts";
import { loadCatalog } from "../../../catalog/load.ts";
import type { AlertContext } from "../../../components/observability/alerts/types.ts";
import { readStackFile } from "../../../stack/file.ts";
import { loadSettings } from "../../../stack/load.ts";

/** The alerts' context of a real stack, from its file and the real catalog. */
async function stackContext(stack: string): Promise<AlertContext> {
  const root = new URL("../../..", import.meta.url).pathname;
  const file = readStackFile(root, stack);
  if (file === undefined) throw new Error(`no file for the stack ${stack}`);
  const settings = loadSettings({ project: "trading-platform", ...file });
  return stackAlertContext(settings, await loadCatalog());
}

/** Both stacks, by name. */
export async function stackContexts(): Promise<{ staging: AlertContext; production: AlertContext }> {
  return { staging: await stackContext("staging"), production: await stackContext("production") };
}
