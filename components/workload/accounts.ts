import type * as pulumi from "@pulumi/pulumi";
import type { PostgresUse, Service } from "../../catalog/types.ts";
import { cacheSecretPath } from "../data/cacheAccess.ts";
import { databaseSecretPath } from "../data/databaseRoles.ts";
import type { SchemaRegistryUser } from "../platform/kafkaNames.ts";
import type { SecretSource } from "../platform/secretManifests.ts";
import { credentialsPath, type Endpoints } from "./context.ts";

/** A shared system in which a service has an account of its own. */
export type AccountSystem = "database" | "cache" | "broker" | "kafka" | "elasticsearch";

/** The systems in which a service has an account: exactly those that it declares. */
export function accountsOf({ uses }: Service): AccountSystem[] {
  const accounts: [AccountSystem, unknown][] = [
    ["database", uses?.postgres],
    ["cache", uses?.cache],
    ["broker", uses?.queues],
    ["kafka", uses?.topics],
    ["elasticsearch", uses?.elasticsearch],
  ];
  return accounts.filter(([, use]) => use !== undefined).map(([system]) => system);
}

/** Environment variable, and property of the service's entry in Secrets Manager, that holds an account's password. */
export function passwordVariable(system: AccountSystem): string {
  return `${system.toUpperCase()}_PASSWORD`;
}

/**
 * Where an account's password is kept in Secrets Manager. Those of the database and the cache are made with them, one
 * entry for each account; all others of a service lie in its own entry.
 */
export function passwordSource(service: Service, system: AccountSystem): SecretSource & { property: string } {
  if (system === "database") return { path: databaseSecretPath(service.uses!.postgres!.role), property: "password" };
  if (system === "cache") return { path: cacheSecretPath(service.name), property: "password" };
  return { path: credentialsPath(service), property: passwordVariable(system) };
}

/** The schema that a role works in unless it says otherwise: its own, else the first that it may read. */
export function defaultSchema({ schemas }: PostgresUse): string {
  const entries = Object.entries(schemas);
  return (entries.find(([, access]) => access === "own") ?? entries[0])?.[0] ?? "public";
}

/** Connections that one replica opens at most. */
export function poolSizeOf(postgres: PostgresUse): number {
  return postgres.poolSize ?? 10;
}

/** How a service reaches its database role, password apart. */
export function databaseSettings(
  postgres: PostgresUse,
  endpoint: Endpoints["database"],
): Record<string, pulumi.Input<string>> {
  return {
    DATABASE_HOST: endpoint.host,
    DATABASE_PORT: String(endpoint.port),
    DATABASE_NAME: endpoint.name,
    DATABASE_USER: postgres.role,
    DATABASE_SCHEMA: defaultSchema(postgres),
    DATABASE_POOL_SIZE: String(poolSizeOf(postgres)),
    DATABASE_SSL_MODE: "require",
  };
}

/** How a service reaches the message broker, password apart. */
export function brokerSettings(
  service: Pick<Service, "name">,
  endpoint: Endpoints["broker"],
): Record<string, pulumi.Input<string>> {
  return {
    BROKER_HOST: endpoint.host,
    BROKER_PORT: String(endpoint.port),
    BROKER_TLS: "true",
    BROKER_USER: service.name,
  };
}

/** Accounts whose passwords this room makes; the others come with the database and the cache. */
export function ownAccountsOf(service: Service): AccountSystem[] {
  return accountsOf(service).filter((system) => system !== "database" && system !== "cache");
}

/** User of the schema registry that all services share: it reads schemas and writes none. */
export const schemaRegistryUser = "workloads" satisfies SchemaRegistryUser;

/** The roles that the database must know, for the component that makes their passwords. */
export function databaseRolesOf(services: readonly Service[]): { name: string; description: string }[] {
  return services.flatMap(({ name, uses }) =>
    uses?.postgres === undefined ? [] : [{ name: uses.postgres.role, description: `service ${name}` }],
  );
}

/** The users that the cache must know, for the component that makes them. */
export function cacheUsersOf(
  services: readonly Service[],
): { name: string; prefix: string; reads?: readonly string[] }[] {
  return services.flatMap(({ name, uses }) => (uses?.cache === undefined ? [] : [{ name, ...uses.cache }]));
}
