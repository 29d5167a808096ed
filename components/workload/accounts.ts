import type * as pulumi from "@pulumi/pulumi";
import type { PostgresUse, Service } from "../../catalog/types.ts";
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
 * Where an account's password is kept in Secrets Manager. A database role has an entry of its own, where RDS Proxy reads
 * it; all other passwords of a service lie in the service's entry.
 */
export function passwordSource(service: Service, system: AccountSystem): SecretSource & { property: string } {
  if (system === "database") return { path: databaseSecretPath(service.uses!.postgres!.role), property: "password" };
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

/** Accounts whose passwords lie in the service's own entry; the database role's lies where the proxy reads it. */
export function ownAccountsOf(service: Service): AccountSystem[] {
  return accountsOf(service).filter((system) => system !== "database");
}

/** User of the schema registry that all services share: it reads schemas and writes none. */
export const schemaRegistryUser = "workloads" satisfies SchemaRegistryUser;
