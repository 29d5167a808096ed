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

/** What is taken and what refused beside a limit, by the words before it. */
const steps = { "at least": [0, -1], "at most": [0, 1], "less than": [-1, 0], below: [-1, 0], "more than": [1, 0] };

/** The staging file with one change, as text and configuration. */
// biome-ignore lint/suspicious/noExplicitAny: a wrong file has no type
function source(change: (config: any) => void = () => undefined): SettingsSource {
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

  it("means the limits that it names: takes each, and refuses the next number behind it", () => {
    let limits = 0;
    for (const { name, change, expect } of cases) {
      const problem = problemsOf(source(change)).find(({ key }) => key === expect.key);
      const [, side, limit] =
        /\b(at least|at most|less than|more than|below) (?:[\w.]+ \(|[\w.]+, which is )?(\d+)\b/.exec(
          problem!.allowed,
        ) ?? [];
      const [section, ...path] = expect.key.split(".");
      if (limit === undefined || path.length === 0) continue;
      const judged = (value: number) => {
        const wrong = source((config) => {
          change(config);
          const parent = path.slice(0, -1).reduce((inner, key) => (inner[key] ??= {}), config[`${project}:${section}`]);
          parent[path.at(-1)!] = value;
        });
        return problemsOf(wrong).filter(({ key }) => key === expect.key);
      };
      // A list or a text has a limit of its length, which is not the value.
      if (!/^\d+( \(the default\))?$/.test(problem!.found ?? "")) continue;
      const [taken, refused] = steps[side as keyof typeof steps].map((step) => Number(limit) + step);
      assert.deepEqual(judged(taken!), [], name);
      assert.ok(judged(refused!).length > 0, name);
      limits++;
    }
    assert.ok(limits >= 20, `${limits} limits`);
  });

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
