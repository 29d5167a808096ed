import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDirectory } from "../../plan/projectDirectory.ts";
import { encryptedValue, readStackFile, type StackFile } from "../../stack/file.ts";
import { loadSettings } from "../../stack/load.ts";
import { ProblemsError } from "../../stack/problem.ts";

const staging = readFileSync(join(projectDirectory, "Pulumi.staging.yaml"), "utf8");

/** The project with one stack file of its own: links, so that the real stack files and `out/` stay as they are. */
function projectWith(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "stack-file-"));
  for (const name of readdirSync(projectDirectory))
    if (!/^(\.|out$|Pulumi\.[a-z]+\.yaml$)/.test(name))
      symlinkSync(join(projectDirectory, name), join(directory, name));
  writeFileSync(join(directory, "Pulumi.wrong.yaml"), text);
  return directory;
}

/** What a person sees who plans a stack with this file. */
function plan(text: string) {
  const directory = projectWith(text);
  try {
    const links = ["--preserve-symlinks", "--preserve-symlinks-main"];
    const found = spawnSync(process.execPath, [...links, join(directory, "plan/main.ts"), "wrong", "--quiet"], {
      cwd: directory,
      encoding: "utf8",
    });
    return { status: found.status, stdout: found.stdout, stderr: found.stderr };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const changed = (from: string | RegExp, to: string) => {
  const text = staging.replace(from, to);
  assert.notEqual(text, staging, `${from} is not in the staging file`);
  return text;
};

/** A stack file of this text, alone in its directory or beside others. */
function stackFile(text: string, others: Readonly<Record<string, string>> = {}): StackFile {
  const directory = mkdtempSync(join(tmpdir(), "stack-file-"));
  for (const [stack, content] of Object.entries({ ...others, wrong: text }))
    writeFileSync(join(directory, `Pulumi.${stack}.yaml`), content);
  try {
    return readStackFile(directory, "wrong")!;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Problems that reading a stack file of this text shows, as people see them. */
function readingProblems(text: string): string {
  try {
    stackFile(text);
  } catch (error) {
    assert.ok(error instanceof ProblemsError, String(error));
    return error.message;
  }
  return "";
}

const tabbed = changed("    region: us-east-1", "\tregion: us-east-1");

/** Stack files that the command is given, and what it must say of them. */
const wrongFiles: Readonly<Record<string, { text: string; says: RegExp[] }>> = {
  "values of several sections, among them secrets, which are not shown again": {
    text: changed("region: us-east-1", "region: us-est-1")
      .replace(/version: "17"/, "version: 17")
      .replace("    multiAz: false", "    password: hunter-two\n    multiAz: false")
      .replace('slack: "#alerts-staging"', "slack: xoxb-0123456789"),
    says: [
      /^4 problems found; nothing was planned or changed\.\n/,
      /Pulumi\.wrong\.yaml:\d+ {2}environment\.region is "us-est-1"\n {4}allowed: one of .*us-east-1.*\n {4}did you mean: us-east-1\?/,
      /postgres\.version is 17\n {4}allowed: text in quotes \(major version in quotes/,
      /postgres\.password is a text that looks like a secret and is not shown/,
      /routing\.critical\.slack is a text that looks like a secret and is not shown/,
      /docs\/operations\/secrets\.md/,
    ],
  },
  "no YAML": { text: tabbed, says: [/^1 problem found/, /Pulumi\.wrong\.yaml:\d+ {2}line \d+ is "region: …"\n/] },
};

describe("the command, given a wrong stack file", function () {
  this.timeout(60_000);

  for (const [name, { text, says }] of Object.entries(wrongFiles))
    it(`says what to mend and ends with 1, without a stack trace: ${name}`, () => {
      const { status, stdout, stderr } = plan(text);
      assert.equal(status, 1, stderr);
      assert.equal(stdout, "");
      for (const sentence of says) assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /^\s+at /m, "a stack trace");
      assert.doesNotMatch(stderr, /Node\.js v|hunter-two|xoxb-/);
    });
});

describe("a stack file that is no stack file", () => {
  const cases: Readonly<Record<string, [string, RegExp]>> = {
    "a tab as indentation": [
      tabbed,
      /line \d+ is "region: …"\n {4}allowed: YAML; .*Tabs are not allowed as indentation$/,
    ],
    "a key written twice": [
      changed("    region: us-east-1\n", "    region: us-east-1\n    region: us-west-2\n"),
      /:\d+ {2}line \d+ is "region: …"\n {4}allowed: YAML; .*keys must be unique$/,
    ],
    "an alias of nothing": [changed("region: us-east-1", "region: *nowhere"), /the file is no YAML\n.*nowhere/],
    "an empty file": ["", /Pulumi\.wrong\.yaml {2}config is missing\n {4}allowed: a map of sections/],
    "a section written twice": [
      `${staging}  trading-platform:logs:\n    retentionDays: 7\n`,
      /line \d+ is "trading-platform:logs: …"\n {4}allowed: YAML; .*keys must be unique$/,
    ],
    "one word": ["staging\n", /config is "staging"\n {4}allowed: a map of sections/],
    "a list in place of sections": ["config:\n  - environment\n", /config is \["environment"\]\n/],
    "nothing below config": ["config:\n", /config is missing\n/],
  };

  for (const [name, [text, says]] of Object.entries(cases))
    it(`is one problem: ${name}`, () => {
      const message = readingProblems(text);
      assert.match(message, /^1 problem found/);
      assert.match(message, says);
    });

  it("reads a day without quotes as the Pulumi CLI does: not as text", () => {
    const { config } = stackFile(changed("runbookBaseUrl:", "holidays: { nse: [2026-01-26] }\n    runbookBaseUrl:"));
    assert.throws(
      () => loadSettings({ project: "trading-platform", file: "Pulumi.wrong.yaml", config }),
      /alerts\.holidays\.nse\.0 is .*\n {4}allowed: a day in quotes/,
    );
  });

  it("is none with a value that Pulumi has encrypted, which nobody here can read or shows", () => {
    const { config } = stackFile("config:\n  trading-platform:notifications:\n    hook:\n      secure: v1:abc:def\n");
    assert.deepEqual(config, { "trading-platform:notifications": { hook: encryptedValue } });
  });

  it("is none with the line ends of Windows, or a byte order mark", () => {
    assert.equal(readingProblems(staging.replaceAll("\n", "\r\n")), "");
    assert.equal(readingProblems(`\ufeff${staging}`), "");
  });
});

describe("a copied stack file", () => {
  const load = (others: Readonly<Record<string, string>>) =>
    loadSettings({ project: "trading-platform", ...stackFile(staging, others) });

  it("needs a name of its own in the account", () =>
    assert.throws(
      () => load({ staging }),
      /Pulumi\.wrong\.yaml:\d+ {2}environment\.name is "staging"\n {4}allowed: a name of its own .*Pulumi\.staging\.yaml/,
    ));

  it("may keep it in another account, or beside a file that cannot be read", () => {
    assert.equal(load({ other: staging.replace("111122223333", "999922223333") }).environment.name, "staging");
    assert.equal(load({ broken: "config: [" }).environment.name, "staging");
  });
});
