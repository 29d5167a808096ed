import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadCatalog } from "../../catalog/load.ts";
import { consulAccessFiles } from "../../components/platform/consulObjects.ts";
import { elasticSetupRequests, setupFiles } from "../../components/platform/elasticSetup.ts";
import { schemaOfTopic } from "../../components/platform/statefulSystems.ts";
import { stackSettings } from "../support/platformPlan.ts";
import { ScriptWorld } from "./scriptRunner.ts";

describe("the access job of Consul, run against a stand-in", () => {
  let world: ScriptWorld;
  beforeEach(() => {
    world = new ScriptWorld();
    world.write("management", "management");
    world.write("tokens/metrics", "metrics-secret");
    for (const [file, content] of Object.entries(consulAccessFiles())) world.write(`access/${file}`, content);
  });
  afterEach(() => world.remove());

  const environment = () => ({
    CONSUL_HTTP_ADDR: "https://consul",
    CONSUL_HTTP_TOKEN_FILE: `${world.directory}/management`,
  });
  const access = () =>
    world.run("consul-access.sh", {
      ...environment(),
      ACCESS_DIRECTORY: `${world.directory}/access`,
      TOKEN_DIRECTORY: `${world.directory}/tokens`,
    });

  it("makes policy and token once, and writes a changed policy over", () => {
    assert.equal(access().code, 0);
    assert.equal(world.read("token-metrics-secret").trim(), "metrics");
    world.write("access/policy-metrics.json", '{"operator":"read"}');
    assert.equal(access().code, 0);
    assert.equal(world.read("policy-metrics"), '{"operator":"read"}');
    assert.equal(world.read("consul.log").match(/acl token create/g)?.length, 1);
  });

  it("says what Consul says when there is no leader", () => {
    world.flag("no-leader");
    const { code, errors } = access();
    assert.notEqual(code, 0);
    assert.match(errors, /No cluster leader/);
  });

  it("uploads no snapshot that cannot be read back", () => {
    world.flag("broken-snapshot");
    assert.notEqual(world.run("consul-snapshot.sh", environment()).code, 0);
    world.unflag("broken-snapshot");
    assert.equal(world.run("consul-snapshot.sh", environment()).code, 0);
    assert.equal(world.run("upload-snapshot.sh", { BUCKET: "b", PREFIX: "raft/" }).code, 0);
    assert.equal(world.read("object"), "snapshot");
  });
});

describe("the setup job of Elasticsearch, run against a stand-in", () => {
  let world: ScriptWorld;
  before(async () => {
    const catalog = await loadCatalog();
    files = setupFiles(
      elasticSetupRequests({
        settings: stackSettings("production").elastic,
        snapshotBucket: "snapshots",
        auditSchema: schemaOfTopic(catalog, "trade-events"),
        klineSchema: schemaOfTopic(catalog, "kline-events"),
      }),
    );
  });
  let files: { [file: string]: string };
  beforeEach(() => {
    world = new ScriptWorld();
    world.write("password", "secret");
    for (const [file, content] of Object.entries(files)) world.write(`requests/${file}`, content);
  });
  afterEach(() => world.remove());

  const setup = () =>
    world.run("elastic-setup.sh", {
      ELASTICSEARCH_URL: "https://search:9200",
      KIBANA_URL: "https://kibana:5601",
      ELASTICSEARCH_CA: "/ca-of-search",
      KIBANA_CA: "/ca-of-kibana",
      PASSWORD_FILE: `${world.directory}/password`,
      REQUEST_DIRECTORY: `${world.directory}/requests`,
    });

  it("sends every request, and may run again: what can be made only once is made once", () => {
    const first = setup();
    assert.equal(first.code, 0, first.errors);
    const second = setup();
    assert.equal(second.code, 0, second.errors);
    const log = world.read("curl.log");
    assert.equal(log.match(/PUT \/_data_stream\/trade-events/g)?.length, 1);
    assert.equal(log.match(/POST \/api\/spaces\/space$/gm)?.length, 1);
    assert.equal(log.match(/PUT \/_ilm\/policy\/trade-events/g)?.length, 2);
    assert.ok(log.indexOf("/_slm/policy") < log.indexOf("/_ilm/policy"), "the lifecycle waits for the snapshot policy");
    assert.ok(
      log.indexOf("/_index_template/trade-events") < log.indexOf("PUT /_data_stream"),
      "template before stream",
    );
  });

  it("stops with the answer when a request is refused", () => {
    world.flag("refuse-lifecycle");
    const { code, errors } = setup();
    assert.notEqual(code, 0);
    assert.match(errors, /PUT \/_ilm\/policy\/trade-events answered 400/);
    assert.doesNotMatch(world.read("curl.log"), /_data_stream/);
  });

  it("fails in the end, with all else in place, when the nodes cannot reach the snapshots' bucket", () => {
    world.flag("refuse-bucket");
    const { code, errors } = setup();
    assert.notEqual(code, 0);
    assert.match(errors, /POST \/_snapshot\/s3\/_verify answered 500/);
    assert.match(world.read("curl.log"), /PUT \/_data_stream\/trade-events[\s\S]*data_views/);
  });

  it("gives up when Elasticsearch does not become ready", () => {
    world.flag("refuse-all");
    const { code, errors } = setup();
    assert.notEqual(code, 0);
    assert.match(errors, /not ready.*503/);
  });

  it("believes each side by its own authority, and none without", () => {
    assert.equal(setup().code, 0);
    const calls = world.read("curl.arguments").trim().split("\n");
    for (const call of calls) {
      const authority = call.includes("https://kibana:5601") ? "/ca-of-kibana" : "/ca-of-search";
      assert.ok(call.includes(`--cacert ${authority} `) && !/--insecure|-k /.test(call), call);
    }
  });

  it("keeps the password out of the list of arguments", () => {
    assert.equal(setup().code, 0);
    assert.doesNotMatch(world.read("curl.arguments"), /secret/);
  });
});

describe("the keeper of Vault", () => {
  const script = fileURLToPath(new URL("../../components/platform/scripts/vault-keep.sh", import.meta.url));
  const stubs = fileURLToPath(new URL("./stubs", import.meta.url));

  /** Runs the keeper beside a process that says when it gets a signal. */
  async function keep(test: (world: ScriptWorld, signals: () => number, end: () => Promise<unknown>) => Promise<void>) {
    const world = new ScriptWorld();
    const certificate = world.write("tls.crt", "old");
    const vault = spawn("sh", ["-c", 'trap "echo reloaded" HUP; echo ready; while true; do sleep 0.05; done']);
    let said = "";
    vault.stdout.on("data", (data) => {
      said += data;
    });
    world.write("state/vault-process", String(vault.pid));
    await until(() => said.includes("ready"));
    const keeper = spawn("sh", [script], {
      env: {
        PATH: `${stubs}:/usr/bin:/bin`,
        STUB_STATE: world.state,
        CERTIFICATE: certificate,
        AUDIT_FILE: `${world.directory}/audit.log`,
        AUDIT_MAXIMUM_BYTES: "10",
        INTERVAL_SECONDS: "0.05",
      },
    });
    const ended = new Promise((resolve) => keeper.on("exit", resolve));
    try {
      await test(
        world,
        () => said.match(/reloaded/g)?.length ?? 0,
        () => {
          keeper.kill("SIGTERM");
          return ended;
        },
      );
    } finally {
      keeper.kill("SIGKILL");
      vault.kill("SIGKILL");
      world.remove();
    }
  }

  it("signals Vault when the certificate changes, not before, and ends when told to", () =>
    keep(async (world, signals, end) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(signals(), 0, "no signal without a change");
      world.write("tls.crt", "renewed");
      await until(() => signals() === 1);
      assert.equal(await end(), 0);
    }));

  it("turns a large audit file over, keeps the last ones, and leaves a small one", () =>
    keep(async (world, signals) => {
      world.write("audit.log", "small");
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(signals(), 0);
      world.write("audit.log", "first large file");
      await until(() => existsSync(`${world.directory}/audit.log.1`));
      world.write("audit.log", "second large file");
      await until(() => existsSync(`${world.directory}/audit.log.2`) && !existsSync(`${world.directory}/audit.log`));
      assert.equal(readFileSync(`${world.directory}/audit.log.2`, "utf8"), "first large file");
      assert.equal(readFileSync(`${world.directory}/audit.log.1`, "utf8"), "second large file");
      await until(() => signals() >= 1);
    }));
});

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail("it did not happen within ten seconds");
}
