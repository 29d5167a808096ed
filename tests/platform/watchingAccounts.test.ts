import assert from "node:assert/strict";
import { execFile, execFileSync, spawnSync } from "node:child_process";
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
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const scripts = join(import.meta.dirname, "../../components/platform/scripts");

/** Directory with PostgreSQL's own programs; undefined where none is installed. */
function postgresPrograms(): string | undefined {
  const home = "/usr/lib/postgresql";
  if (!existsSync(home)) return undefined;
  const versions = readdirSync(home).sort((one, other) => Number(other) - Number(one));
  return versions.map((version) => join(home, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

const programs = postgresPrograms();

describe("the script that makes the watchers' accounts in the database, against a real PostgreSQL", () => {
  const port = "55432";
  let directory: string;
  let environment: NodeJS.ProcessEnv;
  /** PostgreSQL refuses to run as root. */
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

  before(function () {
    if (programs === undefined) {
      console.warn("PostgreSQL is not installed: the script that makes the watchers' accounts was NOT run.");
      this.skip();
    }
    directory = mkdtempSync(join(tmpdir(), "watching-"));
    const data = join(directory, "data");
    for (const folder of [data, join(directory, "administrator")]) mkdirSync(folder);
    chmodSync(directory, 0o777);
    if (user.uid !== undefined) execFileSync("chown", ["-R", String(user.uid), data]);
    environment = { PATH: `${programs}:${process.env.PATH}`, PGHOST: directory, PGPORT: port, PGDATABASE: "binance" };
    const options = { ...user, env: environment, stdio: "ignore" as const };
    execFileSync("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync"], options);
    const preload = "-c shared_preload_libraries=pg_stat_statements";
    const server = `-p ${port} -k ${directory} -c listen_addresses='' -c fsync=off -c log_statement=ddl ${preload}`;
    execFileSync("pg_ctl", ["-D", data, "-w", "-l", join(data, "log"), "-o", server, "start"], options);
    // As on RDS: the administrator may make roles and databases, but is no superuser; the extension he may make there.
    as("postgres", "CREATE ROLE platform_owner LOGIN CREATEROLE CREATEDB", "postgres");
    as("postgres", "CREATE DATABASE binance OWNER platform_owner", "postgres");
    as("postgres", "CREATE EXTENSION pg_stat_statements");
    writeFileSync(join(directory, "administrator", "username"), "platform_owner");
    writeFileSync(join(directory, "administrator", "password"), "irrelevant");
    for (const account of ["exporter", "grafana"]) writeFileSync(join(directory, account), `${account}0123456789`);
  });

  after(() => {
    if (directory === undefined) return;
    const options = { ...user, env: environment, stdio: "ignore" as const };
    execFileSync("pg_ctl", ["-D", join(directory, "data"), "-m", "immediate", "stop"], options);
    rmSync(directory, { recursive: true, force: true });
  });

  function as(role: string, statement: string, database = "binance") {
    const args = ["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", role, "-d", database, "-c", statement];
    const { status, stdout, stderr } = spawnSync("psql", args, { env: environment, encoding: "utf8" });
    return { status, out: stdout.trim(), errors: stderr };
  }

  function run(extra: NodeJS.ProcessEnv = {}) {
    // Without a terminal, as in a pod: psql would ask the person at it for the passwords.
    return spawnSync("setsid", ["--wait", "sh", join(scripts, "watching-database.sh")], {
      env: {
        ...environment,
        WORK_DIRECTORY: directory,
        ADMINISTRATOR_DIRECTORY: join(directory, "administrator"),
        EXPORTER_ROLE: "exporter",
        EXPORTER_PASSWORD_FILE: join(directory, "exporter"),
        GRAFANA_ROLE: "grafana",
        GRAFANA_PASSWORD_FILE: join(directory, "grafana"),
        ATTEMPTS: "3",
        PAUSE_SECONDS: "1",
        ...extra,
      },
      encoding: "utf8",
    });
  }

  it("runs, and runs again", () => {
    for (let round = 0; round < 2; round += 1) {
      const { status, stderr } = run();
      assert.equal(status, 0, stderr);
      assert.equal(stderr, "");
    }
  });

  it("tells no password to the database's log and statistics, of which the exporter reads every statement", () => {
    const log = readFileSync(join(directory, "data", "log"), "utf8");
    assert.match(log, /ALTER ROLE "?exporter"? LOGIN/);
    assert.doesNotMatch(log, /0123456789/);
    assert.equal(as("exporter", "SELECT count(*) FROM pg_stat_statements WHERE query ~ '0123456789'").out, "0");
    assert.match(as("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'grafana'").out, /^SCRAM-SHA-256/);
  });

  it("lets the exporter read statistics and no table", () => {
    as("platform_owner", "CREATE TABLE trades (id int)");
    assert.equal(as("exporter", "SELECT count(*) >= 0 FROM pg_stat_statements").out, "t");
    assert.match(as("exporter", "SELECT * FROM trades").errors, /permission denied/);
    assert.equal(as("postgres", "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'exporter'").out, "5");
  });

  it("gives Grafana a database of its own, and nothing in the trading one", () => {
    assert.equal(as("grafana", "CREATE TABLE dashboard (id int)", "grafana").status, 0);
    assert.match(as("grafana", "SELECT * FROM trades").errors, /permission denied/);
    assert.match(as("exporter", "SELECT 1", "grafana").errors, /permission denied for database/);
  });

  it("says which database does not answer", () => {
    const { status, stderr } = run({ PGPORT: "1", ATTEMPTS: "1" });
    assert.equal(status, 1);
    assert.match(stderr, /does not answer/);
  });

  it("makes no role for Grafana where it keeps its state on a volume", () => {
    const { status, stdout } = run({ GRAFANA_ROLE: "" });
    assert.equal(status, 0);
    assert.doesNotMatch(stdout, /database of its own/);
  });
});

describe("the script that makes the watchers' account in the broker", () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "broker-"));
    mkdirSync(join(directory, "administrator"));
    writeFileSync(join(directory, "administrator", "username"), "owner");
    writeFileSync(join(directory, "administrator", "password"), "secret");
    writeFileSync(join(directory, "exporter"), "letters123");
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** A stand-in for RabbitMQ's management interface that refuses the first requests. */
  async function withBroker(refusals: number, use: (url: string) => Promise<void>): Promise<string[]> {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        if (refusals-- > 0) return void response.writeHead(503).end();
        seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await new Promise((resolve) => server.close(resolve));
    return seen;
  }

  const run = (url: string) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const env = {
        PATH: process.env.PATH,
        BROKER_URL: url,
        ADMINISTRATOR_DIRECTORY: join(directory, "administrator"),
        EXPORTER_USER: "prometheus",
        EXPORTER_PASSWORD_FILE: join(directory, "exporter"),
        WORK_DIRECTORY: directory,
        ATTEMPTS: "2",
        PAUSE_SECONDS: "1",
      };
      execFile("sh", [join(scripts, "watching-broker.sh")], { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
      );
    });

  it("asks for a user with the tag monitoring and without permissions, as the administrator", async () => {
    const login = `Basic ${Buffer.from("owner:secret").toString("base64")}`;
    const seen = await withBroker(0, async (url) => assert.equal((await run(url)).code, 0));
    assert.deepEqual(seen, [
      `PUT /api/users/prometheus ${login} {"password":"letters123","tags":"monitoring"}`,
      `PUT /api/permissions/%2F/prometheus ${login} {"configure":"^$","write":"^$","read":"^$"}`,
    ]);
  });

  it("waits for a broker that is starting", async () => {
    const seen = await withBroker(1, async (url) => assert.equal((await run(url)).code, 0));
    assert.equal(seen.length, 2);
  });

  it("fails when the broker keeps refusing, so that the job is tried again", async () => {
    await withBroker(99, async (url) => assert.notEqual((await run(url)).code, 0));
  });
});
