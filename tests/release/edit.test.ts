import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { loadCatalog } from "../../catalog/load.ts";
import { projectDirectory } from "../../plan/projectDirectory.ts";
import { readImages, writeImages } from "../../release/edit.ts";
import type { ImageVersion } from "../../release/image.ts";
import { stacks } from "../support/plans.ts";

const project = "trading-platform";
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

/** Stack files as people write them; each must keep everything but the images. */
const files: Record<string, string> = {
  "a service with an image": `config:
  trading-platform:environment: { name: test } # who
  trading-platform:services: # by name

    # the shop window
    dashboard:
      replicas:   2 # as always
      image: { tag: "1.0.0" } # released on Monday
      resources: { cpuMillicores: 500 }
    other: { enabled: false }
  trading-platform:workloads: # after
    requireDigest: false
`,
  "an image written as a block": `config:
  trading-platform:services:
    dashboard:
      image:
        tag: "1.0.0"
        digest: "${digest("a")}"
      replicas: 2
`,
  "a service without an image": `config:
  trading-platform:services:
    dashboard: # no image
      # sizes
      replicas: 2
    other:
      replicas: 1
`,
  "a service in braces": `config:
  trading-platform:services:
    dashboard: { replicas: 2 } # short
`,
  "a service without a value": `config:
  trading-platform:services:
    dashboard: # to come
    other: { replicas: 1 }
`,
  "a section without the service": `config:
  trading-platform:services:
    other:
      replicas: 1 # last
  # a closing word
  trading-platform:workloads: { requireDigest: false }
`,
  "an empty section": `config:
  trading-platform:services: {} # nothing yet
  trading-platform:workloads: { requireDigest: false }
`,
  "a section without a value": `config:
  trading-platform:services: # nothing yet
  trading-platform:workloads: { requireDigest: false }
`,
  "no section": `# a stack
config:
  trading-platform:workloads: { requireDigest: false }`,
  "an encrypted value elsewhere": `config:
  trading-platform:other:
    secure: v1:abc:def
  trading-platform:services:
    dashboard:
      image: { tag: "1.0.0" }
`,
};

describe("writing images into a stack file", () => {
  for (const [title, text] of Object.entries(files)) {
    it(`keeps everything else: ${title}`, () => {
      const before = readImages(text, project, "dashboard").image;
      const image: ImageVersion = { tag: "1.1.0", digest: digest("b") };
      const once = writeImages(text, project, "dashboard", { image, previousImage: before });
      assert.deepEqual(readImages(once, project, "dashboard"), { image, previousImage: before });
      for (const comment of text.match(/#.*$/gm) ?? []) assert.ok(once.includes(comment), `lost: ${comment}`);
      const untouched = text.split("\n").filter((line) => !/image|tag:|digest:|\{\}|dashboard: \{|^$/.test(line));
      for (const line of untouched) assert.ok(once.split("\n").includes(line), `changed: ${line}\n${once}`);

      // And back, and forth again: the way back has a way back.
      const back = writeImages(once, project, "dashboard", { image: { tag: "0.9.0" }, previousImage: image });
      assert.deepEqual(readImages(back, project, "dashboard"), { image: { tag: "0.9.0" }, previousImage: image });
      const twice = writeImages(back, project, "dashboard", { image, previousImage: before });
      if (before !== undefined) assert.equal(twice, once);
    });
  }

  it("adds at most three lines of the real stack files, whatever the service and image", async () => {
    const { services } = await loadCatalog();
    const image = fc.record<ImageVersion>(
      {
        tag: fc.stringMatching(/^[0-9]\.[0-9]{1,3}\.[a-z0-9-]{1,20}$/),
        digest: fc.constantFrom(digest("0"), digest("f")),
      },
      { noNullPrototype: true },
    );
    const names = services.map(({ name }) => name);
    fc.assert(
      fc.property(fc.constantFrom(...stacks), fc.constantFrom(...names), image, image, (stack, name, now, past) => {
        const text = readFileSync(join(projectDirectory, `Pulumi.${stack}.yaml`), "utf8");
        const result = writeImages(text, project, name, { image: now, previousImage: past });
        assert.deepEqual(readImages(result, project, name), { image: now, previousImage: past });
        const lines = new Set(text.split("\n"));
        const added = result.split("\n").filter((line) => !lines.has(line));
        assert.ok(added.length <= 3, added.join("\n"));
      }),
      { numRuns: 60 },
    );
  });

  it("refuses a file that it would have to guess about, and says what to write by hand", () => {
    const braces = "config:\n  trading-platform:services: { other: { replicas: 1 } }\n";
    assert.throws(
      () => writeImages(braces, project, "dashboard", { image: { tag: "1.0.0" } }),
      /Write the section trading-platform:services as a block/,
    );
    const anchored =
      "config:\n  trading-platform:services:\n    other: &same\n      image: &image { tag: a }\n    dashboard: *same\n";
    assert.throws(() => writeImages(anchored, project, "dashboard", { image: { tag: "1.0.0" } }), /by hand/);
  });
});
