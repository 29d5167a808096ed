import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runbookPages } from "../../alerts/pages.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { namespaceDefaults } from "../../components/platform/namespacePlan.ts";
import { planOf } from "../support/plans.ts";

const root = join(import.meta.dirname, "../..");

/** Where the pods of a program run whose logs a page asks for; those of the catalog run in `trading`. */
const homes: Readonly<Record<string, string>> = {
  ...{ prometheus: "monitoring", alertmanager: "monitoring", grafana: "monitoring" },
  ...{ alloy: "node-agents", loki: "logging", "kubernetes-events": "trading" },
};

/** Something that a person at night is told to run, with the page that says so. */
interface Instruction {
  readonly page: string;
  readonly text: string;
}

/** Code blocks of one language below the heading Diagnosis. */
function blocks(pages: ReadonlyMap<string, string>, language: string): Instruction[] {
  return [...pages].flatMap(([page, text]) => {
    const diagnosis = text.split("## Diagnosis")[1] ?? "";
    const pattern = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g");
    return [...diagnosis.matchAll(pattern)].map(([, block]) => ({ page, text: block!.trim() }));
  });
}

describe("what runbooks tell to run", function () {
  this.timeout(240_000);
  let pages: Map<string, string>;
  let commands: Instruction[];
  let services: Set<string>;
  let settings: Record<string, unknown>;

  before(async () => {
    const catalog = await loadCatalog();
    pages = runbookPages(catalog);
    commands = blocks(pages, "sh");
    services = new Set(catalog.services.map(({ name }) => name));
    settings = (await import("../support/platformPlan.ts")).stackSettings("production");
  });

  const wrong = (found: readonly Instruction[], problem: (text: string) => string | undefined) =>
    found.flatMap(({ page, text }) => {
      const what = problem(text);
      return what === undefined ? [] : [`${page}: ${what} in ${text}`];
    });

  it("names namespaces that exist", () => {
    const namespaces = new Set([...namespaceDefaults.map(({ name }) => name), "<namespace>"]);
    const unknown = (text: string) =>
      [...text.matchAll(/(?:kubectl(?: \w+)* -n |namespace=")([<>\w-]+)/g)]
        .map(([, name]) => name!)
        .find((name) => !namespaces.has(name));
    assert.deepEqual(wrong([...commands, ...blocks(pages, "logql")], unknown), []);
  });

  it("asks for the logs of a program where it runs, by a label that Alloy gives", () => {
    const labels = new Set(["namespace", "pod", "container", "app", "service", "level", "cluster", "environment"]);
    const problem = (text: string) => {
      const matchers = [...(/\{([^}]*)\}/.exec(text)?.[1] ?? "").matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)];
      const values = new Map(matchers.map(([, label, value]) => [label!, value!]));
      const unknown = [...values.keys()].find((label) => !labels.has(label));
      if (unknown !== undefined) return `no stream has the label ${unknown}`;
      const [service, namespace] = [values.get("service"), values.get("namespace")];
      if (service === undefined || service === "<service>") return undefined;
      // The bot's logs are in CloudWatch.
      const home = homes[service] ?? (services.has(service) && service !== "trading-bot" ? "trading" : undefined);
      return home === namespace ? undefined : `${service} writes no logs in ${namespace}`;
    };
    assert.deepEqual(wrong(blocks(pages, "logql"), problem), []);
  });

  it("uses Rollouts for services, for they have no Deployment, and port-forward in place of an exec into them", () => {
    assert.deepEqual(
      wrong(commands, (text) => /-n trading .*\bdeploy(?:ment)?[/ ]/.exec(text)?.[0]),
      [],
    );
  });

  it("reaches database, cache and search by the functions of docs/operations/reach.sh, for nothing else gets there", () => {
    const bare = /(?:^|[;|&(] *)(?:psql|redis-cli|valkey-cli|rabbitmqadmin|kafka-[\w-]+\.sh|curl [^|;]*:9200|open )/m;
    assert.deepEqual(
      wrong(commands, (text) => bare.exec(text)?.[0]),
      [],
    );
    const script = readFileSync(join(root, "docs/operations/reach.sh"), "utf8");
    const used = commands.flatMap(({ text }) => text.match(/\bplatform-[a-z-]+(?= )/g) ?? []);
    assert.ok(used.length > 20);
    for (const name of new Set(used)) assert.match(script, new RegExp(`^${name}\\(\\) \\{`, "m"), name);
  });

  it("names settings, programs of package.json and pages of docs/operations that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const problems = [...pages].flatMap(([page, text]) => {
      const named = [...text.matchAll(/`([a-z][A-Za-z]+)\.([a-zA-Z.]+)(?:`|:)/g)].filter(
        ([, section]) => section! in settings,
      );
      const keys = named.filter(
        ([, section, path]) => !optional.has(`${section}.${path}`) && !hasKey(settings[section!], path!.split(".")),
      );
      const programs = [...text.matchAll(/npm run ([\w:]+)/g)].filter(([, name]) => !(name! in scripts));
      return [...keys.map(([key]) => `${page}: no setting ${key}`), ...programs.map(([name]) => `${page}: no ${name}`)];
    });
    assert.deepEqual(problems, []);
  });

  it("asks objects of the cluster by names that the plan has", async () => {
    const { resources } = await planOf("production");
    const has = (kind: RegExp, namespace: string, name: string) =>
      resources.some(
        ({ type, inputs }) =>
          kind.test(type) &&
          (inputs.metadata as { name?: string; namespace?: string } | undefined)?.name === name &&
          (inputs.metadata as { namespace?: string }).namespace === namespace,
      );
    assert.ok(has(/Kafka$/i, "kafka", "trading"));
    assert.ok(has(/ExternalSecret$/, "monitoring", "postgres-exporter-primary"));
    const named = commands.flatMap(({ text }) => [...text.matchAll(/-n trading port-forward svc\/([a-z-]+) /g)]);
    for (const [, name] of named) assert.ok(has(/:Service$/, "trading", name!), `no service ${name}`);
  });
});

/** Settings that may be left out, and are in production. */
const optional = new Set(["postgres.replicaInstanceClass"]);

/** True when the settings have the path. */
function hasKey(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  if (Array.isArray(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  return key in value && hasKey((value as Record<string, unknown>)[key], rest);
}

describe("docs/operations/reach.sh", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "reach-"));
    const stub = (name: string, script: string) => {
      writeFileSync(join(folder, name), `#!/bin/bash\necho "${name} $*" >>"${folder}/calls"\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    const login = '{"username":"one","password":"hidden-word","host":"store.internal","port":6379,"dbname":"binance"}';
    stub(
      "aws",
      `case "$*" in *MasterUserSecret*) echo arn:master ;; *Endpoint*) echo copy.internal ;; *) echo '${login}' ;; esac`,
    );
    stub(
      "jq",
      `node_json() { "${process.execPath}" -e 'console.log(JSON.parse(require("fs").readFileSync(0,"utf8"))[process.argv[1].slice(1)])' "$2"; }; node_json "$@"`,
    );
    stub(
      "kubectl",
      `case "$*" in *"get pods"*) echo pod/one ;; *"get secret"*) printf hidden-word | base64 ;; *) cat >>"${folder}/standard-input" ;; esac`,
    );
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (script: string) => {
    for (const file of ["calls", "standard-input"]) writeFileSync(join(folder, file), "");
    const { status, stderr } = spawnSync("bash", ["-euc", `. docs/operations/reach.sh production\n${script}`], {
      cwd: root,
      encoding: "utf8",
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
    assert.equal(status, 0, stderr);
    return {
      calls: readFileSync(join(folder, "calls"), "utf8"),
      input: readFileSync(join(folder, "standard-input"), "utf8"),
    };
  };

  it("runs clients beside the exporters, with the password on standard input and nowhere else", () => {
    for (const [script, expected] of [
      [
        "platform-psql -c 'select 1'",
        /debug --quiet -i pod\/one --profile=restricted .*psql host=store\.internal .*user=one sslmode=require -c select 1/,
      ],
      ["DATABASE_ROLE=administrator platform-psql -c 'select 1'", /--secret-id arn:master/],
      ["platform-psql-replica 1 -c 'select 1'", /psql host=copy\.internal /],
      ["platform-cache info memory", /valkey-cli --tls .*-h store\.internal -p 6379 --user one info memory/],
      ["CACHE_USER=dashboard platform-cache ping", /--secret-id trading-platform\/production\/cache\/dashboard/],
      [
        "platform-search '_cluster/health'",
        /exec -i pod\/one -c elasticsearch .*https:\/\/localhost:9200\/_cluster\/health/,
      ],
    ] as const) {
      const { calls, input } = run(script);
      assert.match(calls, expected, script);
      assert.equal(calls.includes("hidden-word"), false, `${script} shows the password`);
      assert.match(input, /^hidden-word$/m, script);
    }
  });

  it("asks for the stack", () => {
    const { status, stderr } = spawnSync("bash", ["-c", ". docs/operations/reach.sh"], { cwd: root, encoding: "utf8" });
    assert.notEqual(status, 0);
    assert.match(stderr, /name the stack/);
  });
});
