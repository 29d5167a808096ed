import assert from "node:assert/strict";
import { parse } from "yaml";
import { projectDirectory } from "../../plan/projectDirectory.ts";
import { listStacks, readStackFile } from "../../stack/file.ts";
import { loadSettings, type SettingsSource } from "../../stack/load.ts";
import { type Problem, ProblemsError } from "../../stack/problem.ts";
import { alertsCases } from "./cases/alerts.ts";
import { dataCases } from "./cases/data.ts";
import { environmentCases } from "./cases/environment.ts";
import { networkCases } from "./cases/network.ts";
import { platformCases } from "./cases/platform.ts";
import { routingCases } from "./cases/routing.ts";
import { statefulSystemsCases } from "./cases/statefulSystems.ts";
import type { WrongCase } from "./cases/types.ts";
import { watchingCases } from "./cases/watching.ts";

const project = "trading-platform";
const cases: WrongCase[] = [
  ...environmentCases,
  ...networkCases,
  ...dataCases,
  ...platformCases,
  ...statefulSystemsCases,
  ...watchingCases,
  ...routingCases,
  ...alertsCases,
];

/** The staging file with one change, as text and configuration. */
function source(change: (config: Record<string, unknown>) => void = () => undefined): SettingsSource {
  const file = readStackFile(projectDirectory, "staging")!;
  const config = structuredClone(file.config);
  change(config);
  return { project, file: file.file, text: file.text, config };
}

function problemsOf(wrong: SettingsSource): readonly Problem[] {
  try {
    loadSettings(wrong);
  } catch (error) {
    assert.ok(error instanceof ProblemsError, `expected problems for people, got ${String(error)}`);
    return error.problems;
  }
  return [];
}

describe("stack files", () => {
  for (const stack of listStacks(projectDirectory)) {
    it(`accepts Pulumi.${stack}.yaml as it is`, () => {
      const file = readStackFile(projectDirectory, stack)!;
      const settings = loadSettings({ project, file: file.file, text: file.text, config: file.config });
      assert.equal(
        settings.environment.name,
        (parse(file.text).config[`${project}:environment`] as { name: string }).name,
      );
    });
  }

  it("has at least twenty ways to be wrong", () => assert.ok(cases.length >= 20, `${cases.length} cases`));

  for (const { name, change, expect } of cases) {
    it(`refuses: ${name}`, () => {
      const problems = problemsOf(source(change));
      const match = problems.find(({ key }) => key === expect.key);
      assert.ok(match, `no problem about ${expect.key}; got ${JSON.stringify(problems, null, 1)}`);
      assert.match(match.allowed, expect.allowed);
      assert.equal(match.file, "Pulumi.staging.yaml");
      if (expect.found !== undefined) assert.equal(match.found, expect.found);
      if (expect.nearest !== undefined) assert.equal(match.nearest, expect.nearest);
    });
  }

  it("reports all problems at once", () => {
    const problems = problemsOf(
      source((config) => {
        for (const { change } of environmentCases.slice(0, 3)) change(config);
      }),
    );
    assert.ok(problems.length >= 3, `${problems.length} problems`);
  });

  it("reports wrong values and impossible combinations of other sections at once, and a wrong type once", () => {
    const problems = problemsOf(
      source((config) => {
        // biome-ignore lint/suspicious/noExplicitAny: a wrong file has no type
        const section = (name: string) => config[`${project}:${name}`] as any;
        section("postgres").readReplicas = "one";
        section("cache").nodes = 1;
        section("cluster").administrators = "nobody";
        section("network").interfaceEndpoints = ["sts", "sts"];
      }),
    );
    assert.deepEqual(problems.map(({ key }) => key).sort(), [
      "cache.nodes",
      "cluster.administrators",
      "network.interfaceEndpoints.1",
      "postgres.readReplicas",
    ]);
  });

  it("names the line of a value that is written in the file", () => {
    const file = readStackFile(projectDirectory, "staging")!;
    const text = file.text.replace("region: us-east-1", "region: nowhere");
    const [problem] = problemsOf({ project, file: file.file, text, config: parse(text).config });
    assert.equal(problem?.key, "environment.region");
    assert.match(text.split("\n")[problem!.line! - 1]!, /region: nowhere/);
  });
});
