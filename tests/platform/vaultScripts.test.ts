import assert from "node:assert/strict";
import { vaultAccess, vaultAccessFiles } from "../../components/platform/vaultAccess.ts";
import { ScriptWorld } from "./scriptRunner.ts";

const steps = ["recall", "initialise", "store keys", "configure", "store without root"] as const;
type StepName = (typeof steps)[number];

describe("the setup of Vault, run against stand-ins", () => {
  let world: ScriptWorld;
  beforeEach(() => {
    world = new ScriptWorld();
    world.write("token", "jwt");
    for (const [file, content] of Object.entries(vaultAccessFiles(vaultAccess(["dashboard"])))) {
      world.write(`access/${file}`, content);
    }
  });
  afterEach(() => world.remove());

  const record = { RECORD_SECRET: "record" };
  const step = (name: StepName) => {
    switch (name) {
      case "recall":
        return world.run("vault-recall.sh", record);
      case "initialise":
        return world.run("vault-initialise.sh", {
          VAULT_ADDR: "https://vault-0",
          RECOVERY_SHARES: "5",
          RECOVERY_THRESHOLD: "3",
        });
      case "store keys":
        return world.run("vault-store.sh", { ...record, RECORD_FILE: "initialisation.json" });
      case "configure":
        return world.run("vault-configure.sh", {
          VAULT_ADDR: "https://vault-active",
          ACCESS_DIRECTORY: `${world.directory}/access`,
          AUDIT_FILE: "/vault/audit/audit.log",
          KEY_VALUE_PATH: "kv",
          KUBERNETES_AUTH_PATH: "kubernetes",
          TOKEN_FILE: `${world.directory}/token`,
        });
      case "store without root":
        return world.run("vault-store.sh", { ...record, RECORD_FILE: "record-without-root.json" });
    }
  };
  /** Runs the whole job; returns the first failure. */
  const job = (until: StepName = "store without root") => {
    world.freshWork();
    for (const name of steps) {
      const result = step(name);
      if (result.code !== 0) return { name, ...result };
      if (name === until) break;
    }
    return undefined;
  };

  it("initialises once, keeps the recovery keys, revokes the root token and forgets it", () => {
    assert.equal(job(), undefined);
    const kept = JSON.parse(world.read("secret"));
    assert.deepEqual(kept.recovery_keys_b64, ["a2V5"]);
    assert.equal(kept.root_token, "");
    assert.ok(world.has("root-revoked"));
    for (const made of ["audit-file", "audit-stdout", "auth-kubernetes", "engine-kv", "policy-service-dashboard"]) {
      assert.ok(world.has(made), made);
    }
  });

  it("may run again, and then uses the role instead of a root token", () => {
    assert.equal(job(), undefined);
    const before = world.read("secret");
    assert.equal(job(), undefined);
    assert.equal(world.read("secret"), before);
    assert.equal(world.read("vault.log").match(/operator init/g)?.length, 1);
  });

  for (const crash of steps.slice(0, -1)) {
    if (crash === "initialise") continue;
    it(`recovers when the node dies after "${crash}"`, () => {
      assert.equal(job(crash), undefined);
      assert.equal(job(), undefined);
      const kept = JSON.parse(world.read("secret"));
      assert.deepEqual(kept.recovery_keys_b64, ["a2V5"]);
      assert.equal(kept.root_token, "");
      assert.ok(world.has("root-revoked"));
    });
  }

  it("stores the keys when only the container of a step starts again", () => {
    world.freshWork();
    assert.equal(step("recall").code, 0);
    assert.equal(step("initialise").code, 0);
    world.flag("read-only");
    assert.notEqual(step("store keys").code, 0);
    world.unflag("read-only");
    assert.equal(step("initialise").code, 0);
    assert.equal(step("store keys").code, 0);
    assert.deepEqual(JSON.parse(world.read("secret")).recovery_keys_b64, ["a2V5"]);
  });

  it("says what to do when the keys were lost between two steps", () => {
    assert.equal(job("initialise"), undefined);
    const failure = job();
    assert.equal(failure?.name, "initialise");
    assert.match(failure?.errors ?? "", /never stored/);
  });

  it("does not initialise before it knows that the record can be written", () => {
    world.flag("read-only");
    assert.equal(job()?.name, "recall");
    assert.ok(!world.has("initialised"));
  });

  it("does not mistake a refused read for a new Vault", () => {
    world.flag("denied");
    const failure = job();
    assert.equal(failure?.name, "recall");
    assert.match(failure?.errors ?? "", /AccessDenied/);
    assert.ok(!world.read("aws.log").includes("put-secret-value"));
  });

  it("refuses to overwrite the keys of a Vault whose volumes are gone", () => {
    assert.equal(job(), undefined);
    world.unflag("initialised");
    const failure = job();
    assert.equal(failure?.name, "initialise");
    assert.match(failure?.errors ?? "", /snapshot/);
    assert.equal(world.read("vault.log").match(/operator init/g)?.length, 1);
  });

  it("keeps the root token while nobody else can log in", () => {
    world.flag("refuse-roles");
    const failure = job();
    assert.equal(failure?.name, "configure");
    assert.ok(!world.has("root-revoked"));
    assert.equal(JSON.parse(world.read("secret")).root_token, "root-1");
    world.unflag("refuse-roles");
    assert.equal(job(), undefined);
    assert.ok(world.has("root-revoked"));
  });

  it("gives up with the server's own words when Vault does not answer", () => {
    world.flag("unreachable");
    const failure = job();
    assert.equal(failure?.name, "initialise");
    assert.match(failure?.errors ?? "", /connection refused/);
  });
});

describe("snapshots, run against stand-ins", () => {
  let world: ScriptWorld;
  beforeEach(() => {
    world = new ScriptWorld();
    world.write("token", "jwt");
  });
  afterEach(() => world.remove());

  const take = () =>
    world.run("vault-snapshot.sh", { KUBERNETES_AUTH_PATH: "kubernetes", TOKEN_FILE: `${world.directory}/token` });
  const upload = () => world.run("upload-snapshot.sh", { BUCKET: "snapshots", PREFIX: "raft/" });

  it("reads a snapshot back and uploads it under the time of day", () => {
    assert.equal(take().code, 0);
    assert.equal(upload().code, 0);
    assert.equal(world.read("object"), "snapshot");
    assert.match(world.read("object-key"), /^raft\/\d{4}\/\d\d\/\d\d\/\d{6}Z\.snapshot\n$/);
  });

  it("uploads nothing that cannot be read back", () => {
    world.flag("broken-snapshot");
    assert.notEqual(take().code, 0);
    assert.notEqual(upload().code, 0);
    assert.ok(!world.has("object"));
  });

  it("fails when S3 holds less than was sent", () => {
    assert.equal(take().code, 0);
    world.flag("truncated");
    const { code, errors } = upload();
    assert.notEqual(code, 0);
    assert.match(errors, /1 of 8 bytes/);
  });
});
