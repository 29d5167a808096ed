import type { Catalog } from "../../catalog/types.ts";
import type { CacheUser } from "./cacheAccess.ts";
import type { DatabaseRole } from "./databaseRoles.ts";

/** Name that the exporters of the monitoring sign in with, in the database and in the cache. */
export const exporterAccount = "exporter";

/** Role in the database that Grafana keeps its state with, where it does not keep it on a volume. */
export const grafanaAccount = "grafana";

/** The database's roles: one for each service that uses it, the exporter's, and Grafana's where it needs one. */
export function databaseRoles(
  { services }: Pick<Catalog, "services">,
  { grafana }: { grafana: { database: "volume" | "postgres" } } = { grafana: { database: "volume" } },
): DatabaseRole[] {
  const ofServices = services.flatMap(({ name, uses }) =>
    uses?.postgres === undefined ? [] : [{ name: uses.postgres.role, description: `service ${name}` }],
  );
  return [
    ...ofServices,
    { name: exporterAccount, description: "metrics of the database" },
    ...(grafana.database === "postgres" ? [{ name: grafanaAccount, description: "state of Grafana" }] : []),
  ];
}

/** The cache's users: one for each service that uses it, with its own keys, and the exporter. */
export function cacheUsers({ services }: Pick<Catalog, "services">): CacheUser[] {
  const ofServices = services.flatMap(({ name, uses }) =>
    uses?.cache === undefined ? [] : [{ name, prefix: uses.cache.prefix, reads: uses.cache.reads }],
  );
  return [...ofServices, { name: exporterAccount, ownSecret: true }];
}
