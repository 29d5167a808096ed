import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { loadCatalog } from "../../catalog/load.ts";
import type { RoutingInput } from "../../components/observability/routing/alertmanager.ts";
import { createNames } from "../../stack/naming.ts";
import { type RoutingSettings, routingSchema } from "../../stack/sections/routing.ts";

/** The section `routing` of a stack file, complete. */
export function routingOf(stack: "staging" | "production"): RoutingSettings {
  const file = parse(readFileSync(new URL(`../../Pulumi.${stack}.yaml`, import.meta.url), "utf8"));
  return routingSchema.parse(file.config["trading-platform:routing"]);
}

/** What Alertmanager's configuration of a stack is computed from. */
export async function routingInput(stack: "staging" | "production"): Promise<RoutingInput> {
  const { services } = await loadCatalog();
  return {
    routing: routingOf(stack),
    severityCap: stack === "staging" ? "warning" : "critical",
    names: createNames({
      project: "trading-platform",
      environment: stack,
      accountId: "111122223333",
      region: "us-east-1",
    }),
    region: "us-east-1",
    services,
  };
}
