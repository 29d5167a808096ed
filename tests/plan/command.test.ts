import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import project from "../../package.json" with { type: "json" };
import { projectDirectory } from "../../plan/projectDirectory.ts";

/** The scripts that are programs of our own, with the words by which npm runs them; `start` is `plan staging`. */
const programs = Object.entries(project.scripts).flatMap(([script, line]) =>
  line.startsWith("node ") && script !== "start" ? [{ script, words: line.split(" ").slice(1) }] : [],
);

function run(words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: projectDirectory, encoding: "utf8" });
  assert.doesNotMatch(stderr, /^\s+at /m, "a stack trace");
  return { status, stdout, stderr };
}

describe("npm scripts", () => {
  it("are found", () => assert.ok(programs.length >= 8, `${programs.length} programs`));

  for (const { script, words } of programs)
    it(`${script}: explains itself, and ends wrong usage with 2 before it does anything`, () => {
      const help = run([...words, "--help"]);
      assert.equal(help.status, 0, help.stderr);
      assert.match(help.stdout, new RegExp(`^Usage: npm run ${script} -- \\[options\\]`));

      const wrong = run([...words, "--colour", "blue"]);
      assert.equal(wrong.status, 2);
      assert.equal(wrong.stdout, "");
      assert.match(wrong.stderr, new RegExp(`'--colour'.*\\n[^]*npm run ${script} -- --help`));
    });

  for (const [file, argument, says] of [
    ["bench/plan.ts", "often", /whole number from 1/],
    ["tests/rules/mutate.ts", "(", /Invalid regular expression/],
    ["tests/support/recordReference.ts", "nowhere", /no such directory/],
    ["tests/support/recordReference.ts", "docs", /Nothing was recorded: docs has no folder for .*cert-manager/],
  ] as const)
    it(`${file}: refuses ${argument}`, () => {
      const { status, stderr } = run([file, argument]);
      assert.equal(status, 2);
      assert.match(stderr, says);
    });
});
