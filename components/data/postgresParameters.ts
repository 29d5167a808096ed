import type { PostgresSettings } from "../../stack/sections/postgres.ts";

/** A parameter in the shape of `aws.rds.ParameterGroup`. */
export interface PostgresParameter {
  name: string;
  value: string;
  /** `pending-reboot` for parameters that PostgreSQL reads only when it starts. */
  applyMethod: "immediate" | "pending-reboot";
}

/** Logs of PostgreSQL that RDS hands to CloudWatch. */
export const postgresLogs = ["postgresql", "upgrade", "iam-db-auth-error"] as const;

/** Name of the log group that RDS writes a log of an instance to. */
export function postgresLogGroup(identifier: string, log: (typeof postgresLogs)[number]): string {
  return `/aws/rds/instance/${identifier}/${log}`;
}

/** The parameters in which the database differs from RDS's own defaults, or which must never change with them. */
export function postgresParameters({
  slowQueryMilliseconds,
}: Pick<PostgresSettings, "slowQueryMilliseconds">): PostgresParameter[] {
  const immediate = {
    // The default since PostgreSQL 15; said here so that a policy can see it.
    "rds.force_ssl": "1",
    log_min_duration_statement: String(slowQueryMilliseconds),
    log_statement: "ddl",
    log_connections: "1",
    log_disconnections: "1",
    log_lock_waits: "1",
    log_autovacuum_min_duration: "10000",
    // In kilobytes: sorts that spill more than 10 MB to disk.
    log_temp_files: "10240",
    track_io_timing: "1",
    password_encryption: "scram-sha-256",
    // In milliseconds: a service that forgets a transaction holds locks and stops vacuum.
    idle_in_transaction_session_timeout: "300000",
    "pg_stat_statements.track": "all",
  };
  return [
    ...Object.entries(immediate).map(([name, value]) => ({ name, value, applyMethod: "immediate" as const })),
    { name: "shared_preload_libraries", value: "pg_stat_statements", applyMethod: "pending-reboot" },
  ];
}
