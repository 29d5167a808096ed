import type { Service } from "../../catalog/types.ts";
import { defaultSchema, poolSizeOf } from "./accounts.ts";
import { replicasInRelease } from "./autoscaling.ts";

/**
 * What the grants script is told about a role: name, limit of connections, and the schemas with their owners. A schema's
 * owner may not have been set up yet, so its role is named too and made without login where it is missing.
 */
export function databaseEnvironment(
  service: Service,
  schemaOwners: ReadonlyMap<string, string>,
): Record<string, string> {
  const postgres = service.uses!.postgres!;
  const replicas = replicasInRelease(service);
  const ownerOf = (schema: string) => {
    const owner = schemaOwners.get(schema);
    // The script hands a schema to the owner that it is told: a guess would take a service's data away.
    if (owner === undefined)
      throw new Error(`No service owns the database schema ${schema}, which ${service.name} uses.`);
    return owner;
  };
  const lines = Object.entries(postgres.schemas)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([schema, access]) => `${schema} ${access} ${ownerOf(schema)}`);
  return {
    ROLE: postgres.role,
    CONNECTION_LIMIT: String(poolSizeOf(postgres) * replicas),
    DEFAULT_SCHEMA: defaultSchema(postgres),
    // One schema a line: name, access, owner.
    SCHEMAS: lines.join("\n"),
  };
}

/** Owner's role of each schema. */
export function schemaOwnersOf(services: readonly Service[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { uses } of services) {
    if (uses?.postgres === undefined) continue;
    for (const [schema, access] of Object.entries(uses.postgres.schemas))
      if (access === "own") owners.set(schema, uses.postgres.role);
  }
  return owners;
}
