import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const script = join(import.meta.dirname, "../../components/workload/scripts/database-role.sh");

/** Directory with PostgreSQL's own programs; undefined where none is installed. */
function postgresPrograms(): string | undefined {
  const home = "/usr/lib/postgresql";
  if (!existsSync(home)) return undefined;
  const versions = readdirSync(home).sort((one, other) => Number(other) - Number(one));
  return versions.map((version) => join(home, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

const programs = postgresPrograms();

describe("the script that makes database roles, against a real PostgreSQL", () => {
  let directory: string;
  let environment: NodeJS.ProcessEnv;
  /** PostgreSQL refuses to run as root. */
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

  before(function () {
    if (programs === undefined) {
      console.warn("PostgreSQL is not installed: the script that makes database roles was NOT run.");
      this.skip();
    }
    directory = mkdtempSync(join(tmpdir(), "roles-"));
    const data = join(directory, "data");
    for (const folder of [data, join(directory, "administrator"), join(directory, "work")]) mkdirSync(folder);
    chmodSync(directory, 0o777);
    if (user.uid !== undefined) execFileSync("chown", ["-R", String(user.uid), data]);
    environment = {
      PATH: `${programs}:${process.env.PATH}`,
      PGHOST: directory,
      PGPORT: "55431",
      PGDATABASE: "binance",
      PGSSLMODE: "prefer",
    };
    const options = { ...user, env: environment, stdio: "ignore" as const };
    execFileSync("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync"], options);
    const server = `-p 55431 -k ${directory} -c listen_addresses='' -c fsync=off -c log_statement=ddl`;
    execFileSync("pg_ctl", ["-D", data, "-w", "-l", join(data, "log"), "-o", server, "start"], options);
    // As on RDS: the administrator may make roles and databases, but is no superuser.
    as("postgres", "CREATE ROLE platform_owner LOGIN CREATEROLE CREATEDB", "postgres");
    as("postgres", "CREATE DATABASE binance OWNER platform_owner", "postgres");
    writeFileSync(join(directory, "administrator", "username"), "platform_owner");
    writeFileSync(join(directory, "administrator", "password"), "irrelevant");
    writeFileSync(join(directory, "password"), "0123456789");
  });

  after(() => {
    if (directory === undefined) return;
    execFileSync("pg_ctl", ["-D", join(directory, "data"), "-m", "immediate", "stop"], {
      ...user,
      env: environment,
      stdio: "ignore",
    });
    rmSync(directory, { recursive: true, force: true });
  });

  /** Runs SQL as a role; gives the error text, empty when it went well. */
  function as(role: string, sql: string, database = "binance"): string {
    const { stderr } = spawnSync("psql", ["-U", role, "-d", database, "-qc", sql], {
      env: environment,
      encoding: "utf8",
    });
    return stderr;
  }

  function make(role: string, schemas: string): number | null {
    // Without a terminal, as in a pod: psql would ask the person at it for the password.
    const run = spawnSync("setsid", ["--wait", "/bin/sh", script], {
      env: {
        ...environment,
        ADMINISTRATOR_DIRECTORY: join(directory, "administrator"),
        PASSWORD_FILE: join(directory, "password"),
        WORK_DIRECTORY: join(directory, "work"),
        ROLE: role,
        CONNECTION_LIMIT: "20",
        DEFAULT_SCHEMA: schemas.split(" ")[0] || "public",
        SCHEMAS: schemas,
        ATTEMPTS: "3",
        PAUSE_SECONDS: "1",
      },
      encoding: "utf8",
    });
    return run.status;
  }

  it("works in any order and as often as one likes", () => {
    // The reader first: the schema's owner is not there yet.
    assert.equal(make("reader", "candles read writer"), 0);
    assert.equal(make("writer", "candles own writer"), 0);
    assert.equal(make("writer", "candles own writer"), 0);
    assert.equal(make("reader", "candles read writer"), 0);
  });

  it("gives exactly what the catalog says, for tables to come as well", () => {
    assert.equal(as("writer", "CREATE TABLE candles.one (id bigserial, value int)"), "");
    assert.equal(as("reader", "SELECT * FROM candles.one"), "");
    assert.match(as("reader", "INSERT INTO candles.one (value) VALUES (1)"), /permission denied/);
    assert.match(as("reader", "CREATE TABLE candles.two (id int)"), /permission denied/);
    assert.match(as("reader", "CREATE TABLE public.two (id int)"), /permission denied/);
  });

  it("takes back what the catalog no longer gives", () => {
    assert.equal(make("reader", "candles write writer"), 0);
    assert.equal(as("reader", "INSERT INTO candles.one (value) VALUES (1)"), "");
    assert.match(as("reader", "TRUNCATE candles.one"), /permission denied/, "writing is not emptying");
    assert.equal(make("reader", "candles read writer"), 0);
    assert.match(as("reader", "INSERT INTO candles.one (value) VALUES (1)"), /permission denied/);
    assert.equal(as("writer", "CREATE TABLE candles.later (id int)"), "");
    assert.match(as("reader", "INSERT INTO candles.later VALUES (1)"), /permission denied/);
    assert.equal(as("reader", "SELECT * FROM candles.later"), "");
    assert.equal(make("reader", ""), 0);
    assert.match(as("reader", "SELECT * FROM candles.one"), /permission denied/);
  });

  it("makes roles that can make neither roles nor databases nor anything in the public schema", () => {
    assert.equal(as("postgres", "GRANT CREATE ON SCHEMA public TO PUBLIC"), "", "as databases from before 15 have it");
    assert.equal(make("reader", "candles read writer"), 0);
    for (const sql of ["CREATE ROLE friend", "CREATE DATABASE own", "CREATE TABLE public.two (id int)"])
      assert.match(as("reader", sql), /permission denied/, sql);
  });

  it("fails when the database refuses: a job that is done is not looked at", () => {
    assert.notEqual(make("postgres", "candles read writer"), 0);
  });

  it("leaves alone what belongs to others, as RDS' own schemas do", () => {
    assert.equal(as("postgres", "CREATE SCHEMA theirs; CREATE TABLE theirs.one (id int)"), "");
    assert.equal(as("postgres", "CREATE TABLE public.one (id int)"), "");
    assert.equal(make("reader", "candles read writer"), 0);
    assert.match(as("reader", "SELECT * FROM theirs.one"), /permission denied/);
  });

  it("takes names that SQL keeps for itself, and a new password", () => {
    assert.equal(make("user", "order own user\ncandles read writer"), 0);
    assert.equal(as("user", 'CREATE TABLE "order".one (id int); SELECT * FROM candles.one'), "");
    const passwordOf = () =>
      spawnSync(
        "psql",
        ["-U", "postgres", "-d", "postgres", "-Atc", "SELECT rolpassword FROM pg_authid WHERE rolname = 'user'"],
        {
          env: environment,
          encoding: "utf8",
        },
      ).stdout;
    const before = passwordOf();
    assert.match(before, /^SCRAM-SHA-256/);
    writeFileSync(join(directory, "password"), "another'one");
    assert.equal(make("user", "order own user"), 0);
    assert.notEqual(passwordOf(), before);
    assert.match(as("user", "SELECT * FROM candles.one"), /permission denied/);
  });

  it("tells no password to the database's log, which holds every change of a role", () => {
    writeFileSync(join(directory, "password"), "Never4TheLog");
    assert.equal(make("writer", "candles own writer"), 0);
    const log = readFileSync(join(directory, "data", "log"), "utf8");
    assert.match(log, /ALTER ROLE "?writer"? LOGIN/);
    assert.doesNotMatch(log, /Never4TheLog/);
    const kept = "SELECT rolpassword FROM pg_authid WHERE rolname = 'writer'";
    const args = ["-U", "postgres", "-d", "postgres", "-Atc", kept];
    assert.match(execFileSync("psql", args, { env: environment, encoding: "utf8" }), /^SCRAM-SHA-256/);
  });

  it("finds the role's own schema without a word from the client: RDS Proxy takes no `options` from it", () => {
    assert.equal(make("writer", "candles own writer"), 0);
    assert.equal(as("writer", "CREATE TABLE unnamed (id int); SELECT * FROM candles.unnamed"), "");
  });

  it("hands a schema with its tables over when the catalog names another owner", () => {
    const everything = [
      "CREATE TYPE candles.side AS ENUM ('buy', 'sell')",
      "CREATE VIEW candles.newest AS SELECT * FROM candles.one",
      "CREATE SEQUENCE candles.numbers",
      "CREATE FUNCTION candles.half(int) RETURNS int LANGUAGE sql AS 'SELECT $1 / 2'",
    ];
    assert.equal(as("writer", everything.join(";")), "");
    assert.equal(make("heir", "candles own heir"), 0);
    assert.equal(make("writer", "candles read heir"), 0);
    assert.equal(as("heir", "ALTER TABLE candles.one ADD COLUMN more int; CREATE TABLE candles.three (id int)"), "");
    assert.equal(as("heir", "DROP VIEW candles.newest; DROP TYPE candles.side; DROP SEQUENCE candles.numbers"), "");
    assert.equal(as("heir", "DROP FUNCTION candles.half"), "");
    assert.equal(as("writer", "SELECT * FROM candles.three"), "");
    assert.match(as("writer", "INSERT INTO candles.one (value) VALUES (1)"), /permission denied/);
    assert.match(as("writer", "CREATE TABLE candles.four (id int)"), /permission denied/);
    assert.equal(make("heir", "candles own heir"), 0);
  });

  it("refuses an access that it does not know", () => {
    assert.equal(make("reader", "candles borrow writer"), 2);
  });
});
