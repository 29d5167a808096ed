import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDirectory } from "../../plan/projectDirectory.ts";
import { writeFiles } from "../../plan/write/write.ts";
import { listStacks } from "../../stack/file.ts";

function plan(...words: string[]) {
  return spawnSync(process.execPath, ["plan/main.ts", ...words], {
    cwd: projectDirectory,
    encoding: "utf8",
    // A whole plan is printed: some megabytes.
    maxBuffer: 64 * 1024 * 1024,
  });
}

describe("the plan command", () => {
  let out: string;
  before(() => {
    out = mkdtempSync(join(tmpdir(), "plan-"));
  });
  after(() => rmSync(out, { recursive: true, force: true }));

  it("writes the same bytes twice, and what it prints is the file", () => {
    const first = plan("staging", "--json", "--out", join(out, "first"));
    const second = plan("staging", "--json", "--out", join(out, "second"));
    assert.equal(first.status, 0, first.stderr);
    assert.equal(first.stdout, second.stdout);
    assert.equal(first.stdout, readFileSync(join(out, "first/staging/plan.json"), "utf8"));
    const difference = spawnSync("diff", ["-r", join(out, "first"), join(out, "second")], { encoding: "utf8" });
    assert.equal(difference.status, 0, difference.stdout);
  });

  it("is plain text in a pipe", () => {
    const { stdout, stderr, status } = plan("staging", "--out", out);
    assert.equal(status, 0, stderr);
    assert.ok(!stdout.includes("\x1b"), "escape codes in a pipe");
    assert.equal(stderr, "");
    assert.match(stdout, /resources in \d+ components/);
  });

  it("prints nothing when told to be quiet", () => {
    const { stdout, stderr, status } = plan("staging", "--quiet", "--out", out);
    assert.deepEqual({ stdout, stderr, status }, { stdout: "", stderr: "", status: 0 });
  });

  it("says so when it cannot write where it is told to", () => {
    const { stderr, status } = plan("staging", "--quiet", "--out", join(projectDirectory, "package.json"));
    assert.equal(status, 1);
    assert.match(stderr, /^The plan cannot be written: .*package\.json.*\nName a directory .* --out <directory>\.\n$/);
  });

  it("brings old files in line: what is gone is removed, what was changed is written again", () => {
    const directory = join(out, "old");
    writeFiles(directory, { "plan.json": "1", "helm/a/values.yaml": "a", "aws/rds.json": "b", "aws/iam.json": "c" });
    writeFileSync(join(directory, "aws/rds.json"), "changed by hand");
    writeFileSync(join(directory, "notes.txt"), "not the plan's");
    assert.deepEqual(writeFiles(directory, { "plan.json": "2", "aws/rds.json": "b" }), ["aws/rds.json", "plan.json"]);
    const found = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const contents = found.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), "utf8")]).sort();
    assert.deepEqual(contents, [
      ["notes.txt", "not the plan's"],
      ["plan.json", "2"],
      ["rds.json", "b"],
    ]);
  });

  it("names the stacks that exist when asked for another", () => {
    const { stderr, status } = plan("prodution");
    assert.equal(status, 2);
    assert.match(stderr, /Did you mean production\?/);
    for (const stack of listStacks(projectDirectory)) assert.ok(stderr.includes(stack));
    assert.ok(!/\n\s+at /.test(stderr), "a stack trace");
  });

  it("calls a wrong option wrong usage", () => {
    for (const words of [
      ["--mdoe", "first"],
      ["--mode", "second"],
      ["staging", "production"],
    ]) {
      const { stderr, status } = plan(...words);
      assert.equal(status, 2, words.join(" "));
      assert.ok(stderr.length > 0);
    }
  });

  it("shows help", () => {
    const { stdout, status } = plan("--help");
    assert.equal(status, 0);
    for (const word of ["--mode", "--json", "--out", "--quiet", "staging", "Exit codes"])
      assert.ok(stdout.includes(word), word);
  });
});
