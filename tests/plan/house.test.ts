import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDirectory } from "../../plan/projectDirectory.ts";

/** Files of the program: known to git, or new and not ignored; tests, docs and data aside. */
const sources = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"], {
  cwd: projectDirectory,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(projectDirectory, file)));
const read = (file: string) => readFileSync(join(projectDirectory, file), "utf8");
const program = sources.filter((file) => /^(index\.ts|stack|catalog|components|plan|policy|release)/.test(file));

const environmentComparison =
  /(\b(stack|environment(\.name)?|env|stage)\b|getStack\(\))\s*[=!]==?\s*["'`](staging|production|prod|dev|development)/;

describe("house rules", () => {
  it("hold over a real tree", () => assert.ok(program.length > 20, `${program.length} files found`));

  it("no environment names in code", () => {
    for (const file of program) {
      const lines = read(file).split("\n");
      for (const [index, line] of lines.entries())
        assert.ok(!environmentComparison.test(line), `${file}:${index + 1} ${line.trim()}`);
    }
  });

  it("and the search for environment names finds one", () => {
    for (const wrong of [
      'if (stack === "production")',
      "if (environment.name == 'staging')",
      'pulumi.getStack() !== "prod"',
    ]) {
      assert.match(wrong, environmentComparison);
    }
  });

  it("no file over 400 lines", () => {
    for (const file of sources) {
      const { length } = read(file).split("\n");
      assert.ok(length <= 401, `${file} has ${length} lines`);
    }
  });

  it("index.ts stays under 150 lines", () => assert.ok(read("index.ts").split("\n").length < 150));

  it("stack/ and catalog/ import nothing of Pulumi", () => {
    for (const file of program.filter((name) => /^(stack|catalog)\//.test(name))) {
      assert.ok(!/from "@pulumi/.test(read(file)), file);
    }
  });

  it("components never import index.ts, nor code that reads the stack files; types are free", () => {
    for (const file of program.filter((name) => name.startsWith("components/"))) {
      for (const [statement] of read(file).matchAll(/^import (?!type )[^;]*from "[^"]*";/gm)) {
        assert.ok(!/index\.ts"|stack\/(load|file|sections|checks)/.test(statement), `${file}: ${statement}`);
      }
    }
  });

  it("every component registers its outputs and gives its parent the room's token", () => {
    for (const file of program.filter((name) => name.startsWith("components/"))) {
      const text = read(file);
      if (!text.includes("extends pulumi.ComponentResource")) continue;
      assert.match(text, /super\(\s*"trading-platform:[a-z]+:[A-Z]\w+"/, file);
      assert.match(text, /this\.registerOutputs\(/, file);
    }
  });
});
