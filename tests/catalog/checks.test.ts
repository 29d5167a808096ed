import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkCatalog } from "../../catalog/checks.ts";
import { assembleCatalog, loadCatalog, type ServiceEntry, servicesDirectory } from "../../catalog/load.ts";
import { describeProblem, type Problem, ProblemsError } from "../../stack/problem.ts";
import { type Draft, wrongEntries } from "./wrongEntries.ts";

async function entries(): Promise<ServiceEntry[]> {
  return Promise.all(
    readdirSync(servicesDirectory).map(async (file) => {
      const module = await import(pathToFileURL(join(servicesDirectory, file)).href);
      return { file, value: structuredClone(module.default) };
    }),
  );
}

function problemsOf(changed: ServiceEntry[]): readonly Problem[] {
  try {
    assembleCatalog(changed);
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
  return [];
}

describe("wrong catalog entries", () => {
  it("are none in the catalog as it is", async () => {
    assert.deepEqual(problemsOf(await entries()), []);
  });

  for (const { title, service, slip, key, says, blames, nearest } of wrongEntries) {
    it(`name file and field: ${title}`, async () => {
      const changed = await entries();
      slip(changed.find((entry) => entry.file === `${service}.ts`)!.value as Draft);
      const problems = problemsOf(changed);
      const problem = problems.find((candidate) => candidate.key === key);
      assert.ok(problem, `no problem about ${key} in ${JSON.stringify(problems)}`);
      assert.equal(problem.file, `catalog/services/${blames ?? service}.ts`);
      assert.match(describeProblem(problem), says);
      assert.equal(problem.nearest, nearest);
    });
  }

  it("are canaries that end below all of the traffic, or that stand still on the way", async () => {
    const wrong = async (...weights: number[]) => {
      const changed = await entries();
      const canary = weights.map((weightPercent) => ({ weightPercent, minutes: 5 }));
      (changed.find(({ file }) => file === "dashboard.ts")!.value as Draft).canary = canary;
      return problemsOf(changed).some(({ key }) => key === "canary");
    };
    assert.deepEqual(await Promise.all([wrong(10, 50), wrong(50, 50, 100), wrong(100, 50)]), [true, true, true]);
    assert.deepEqual(await Promise.all([wrong(10, 50, 100), wrong(100)]), [false, false]);
  });

  it("are requests above the limit, not those that reach it", async () => {
    const wrong = async (memoryRequestMebibytes: number) => {
      const changed = await entries();
      Object.assign((changed.find(({ file }) => file === "dashboard.ts")!.value as Draft).resources, {
        memoryMebibytes: 1024,
        memoryRequestMebibytes,
      });
      return problemsOf(changed).map(({ key }) => key);
    };
    assert.deepEqual(await wrong(1024), []);
    assert.deepEqual(await wrong(1025), ["resources.memoryRequestMebibytes"]);
  });

  it("are settings that sound like secrets, whose value is not repeated", async () => {
    for (const word of ["DB_PASSWORD", "CLIENT_SECRET", "ACCESS_TOKEN", "TLS_PRIVATE_KEY", "API_KEY", "CREDENTIALS"]) {
      const changed = await entries();
      (changed.find(({ file }) => file === "dashboard.ts")!.value as Draft).settings = { [word]: "hunter2" };
      const [problem] = problemsOf(changed);
      assert.equal(problem?.key, `settings.${word}`);
      assert.doesNotMatch(describeProblem(problem), /hunter2/);
    }
  });

  it("are all told at once", async () => {
    const changed = await entries();
    for (const entry of changed) (entry.value as Draft).port = 9999;
    assert.equal(problemsOf(changed).length, changed.length - 1);
  });

  it("include a topic without a schema and a name listed twice", async () => {
    const catalog = await loadCatalog();
    const [first, ...rest] = catalog.topics;
    const problems = checkCatalog({ ...catalog, topics: [{ ...first!, schema: "kline" }, ...rest, first!] });
    assert.deepEqual(
      problems.map(({ file, key }) => `${file} ${key}`),
      [`catalog/topics.ts ${catalog.topics.length}.name`, "catalog/topics.ts 0.schema"],
    );
  });
});
