import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { projectDirectory } from "../../plan/projectDirectory.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import { changedInputs, showDifference } from "../../release/difference.ts";
import { readImages } from "../../release/edit.ts";
import { ImageError, parseImage, showImage } from "../../release/image.ts";
import { prepareRelease, prepareRollback, ReleaseError } from "../../release/release.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

/** Runs the command as somebody would, writing nothing. */
function run(...words: string[]) {
  return spawnSync(process.execPath, ["release/main.ts", ...words, "--dry-run"], {
    cwd: projectDirectory,
    encoding: "utf8",
  });
}

describe("images that somebody types", () => {
  it("are a tag, a digest, or both", () => {
    assert.deepEqual(parseImage("1.4.2"), { tag: "1.4.2" });
    assert.deepEqual(parseImage(digest), { digest });
    assert.deepEqual(parseImage(`1.4.2@${digest}`), { tag: "1.4.2", digest });
    for (const text of ["1.4.2", digest, `1.4.2@${digest}`]) assert.equal(showImage(parseImage(text)), text);
  });

  it("are nothing else", () => {
    for (const text of ["latest", "", "a b", "sha256:123", `1.0@${digest}@${digest}`, `latest@${digest}`, "repo/x:1"])
      assert.throws(() => parseImage(text), ImageError, text);
  });
});

describe("npm run release", () => {
  it("shows that one Rollout changes, and which image is kept, and nothing else", () => {
    const { status, stdout, stderr } = run("release", "dashboard", "99.1.0", "--stack", "staging");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /~ Rollout trading\/dashboard\n {4}spec\.template\.spec\.containers\.0\.image: .*:99\.1\.0"/);
    assert.match(stdout, /dashboard-ageing/);
    assert.match(stdout, /2 changed, 0 created, 0 deleted/);
  });

  it("refuses a tag without digest where the stack wants digests", () => {
    const { status, stderr } = run("release", "dashboard", "99.1.0", "--stack", "production");
    assert.equal(status, 1);
    assert.match(stderr, /Pulumi\.production\.yaml:\d+ .*services\.dashboard\.image/);
    assert.match(stderr, /workloads\.requireDigest is true/);
  });

  it("takes the same tag there with its digest", () => {
    const { status, stdout } = run("release", "dashboard", `99.1.0@${digest}`, "--stack", "production");
    assert.equal(status, 0);
    assert.match(stdout, /2 changed/);
  });

  const wrong: [title: string, words: string[], says: RegExp][] = [
    ["an unknown service", ["release", "dashbord", "1.0.0"], /Did you mean dashboard\?/],
    ["an unknown stack", ["release", "dashboard", "1.0.0", "--stack", "stagin"], /Did you mean staging\?/],
    ["the bot", ["release", "trading-bot", "1.0.0"], /tradingBot\.imageTag/],
    ["no image", ["release", "dashboard"], /missing required argument/],
    [
      "an unknown service to go back",
      ["rollback", "dashbord"],
      /There is no service "dashbord". Did you mean dashboard\?/,
    ],
    ["nothing to go back to", ["rollback", "dashboard"], /no image before|in no stack/],
  ];
  for (const [title, words, says] of wrong) {
    it(`says what is wrong, without a stack trace: ${title}`, () => {
      const { status, stderr } = run(...words);
      assert.equal(status, 2);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  }
});

describe("a release and its way back", () => {
  it("end where they began, twice, and leave everything else as it was written", async () => {
    const directory = mkdtempSync(join(tmpdir(), "release-"));
    const file = join(directory, "Pulumi.staging.yaml");
    for (const name of ["Pulumi.yaml", "Pulumi.staging.yaml"])
      copyFileSync(join(projectDirectory, name), join(directory, name));
    const request = { directory, stack: "staging", service: "ml-platform" };
    const others = () => readFileSync(file, "utf8").replace(/^ *(image|previousImage): .*\n/gm, "");
    const images = () => readImages(readFileSync(file, "utf8"), "trading-platform", request.service);
    const first = images().image!;
    const untouched = others();
    const write = ({ text }: { text: string }) => writeFileSync(file, text);

    await assert.rejects(prepareRollback(request), ReleaseError);
    write(await prepareRelease(request, { tag: "99.0.0" }));
    assert.deepEqual(images(), { image: { tag: "99.0.0" }, previousImage: first });
    await assert.rejects(prepareRelease(request, { tag: "99.0.0" }), /runs 99\.0\.0 in staging already/);
    for (const [image, previousImage] of [
      [first, { tag: "99.0.0" }],
      [{ tag: "99.0.0" }, first],
    ] as const) {
      const back = await prepareRollback(request);
      assert.deepEqual(
        back.difference.changed.filter(({ resource }) => resource.custom).map(({ resource }) => resource.name),
        ["workloads-ml-platform-rollout"],
      );
      write(back);
      assert.deepEqual(images(), { image, previousImage });
    }
    assert.equal(others(), untouched);
    rmSync(directory, { recursive: true });
  }).timeout(120_000);
});

describe("differences of inputs", () => {
  it("name each leaf that differs, by its path", () => {
    const before = { a: { b: [1, 2], c: "x" }, d: 1 };
    const after = { a: { b: [1, 3], c: "x" }, e: null };
    assert.deepEqual(changedInputs(before, after), [
      { path: "a.b.1", before: 2, after: 3 },
      { path: "d", before: 1, after: undefined },
      { path: "e", before: undefined, after: null },
    ]);
    assert.deepEqual(changedInputs(before, structuredClone(before)), []);
  });

  it("name an element that comes or goes once, and none of those that it pushes on", () => {
    const rules = ["a", "b", "c"].map((alert) => ({ alert, for: "5m" }));
    const added = { alert: "new", for: "5m" };
    const withNew = [rules[0]!, added, rules[1]!, rules[2]!];
    assert.deepEqual(changedInputs({ rules }, { rules: withNew }), [
      { path: "rules.1", before: undefined, after: added },
    ]);
    assert.deepEqual(changedInputs({ rules: withNew }, { rules }), [
      { path: "rules.1", before: added, after: undefined },
    ]);
    const slower = [rules[0]!, added, { alert: "b", for: "9m" }, rules[2]!];
    assert.deepEqual(changedInputs({ rules: withNew }, { rules: slower }), [
      { path: "rules.2.for", before: "5m", after: "9m" },
    ]);
  });

  it("find every change of a list again, whatever the lists", () => {
    const lists = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 8 });
    fc.assert(
      fc.property(lists, lists, (before, after) => {
        const changes = changedInputs(before, after, "list");
        assert.equal(changes.length === 0, isDeepStrictEqual(before, after));
        const come = changes.filter((change) => change.before === undefined).length;
        const gone = changes.filter((change) => change.after === undefined).length;
        assert.equal(come - gone, after.length - before.length);
      }),
    );
  });

  it("show long texts where they part", () => {
    const text = (end: string) => `${"the same ".repeat(100)}${end}`;
    const resource = { urn: "u", type: "kubernetes:core/v1:Secret", name: "n", custom: true, inputs: {} };
    const lines = showDifference({
      created: [],
      deleted: [],
      changed: [
        {
          resource: resource as unknown as PlannedResource,
          inputs: [{ path: "data", before: text("one"), after: text("two") }],
        },
      ],
    });
    assert.match(lines, /data: ….*one" → ….*two"/);
  });
});
