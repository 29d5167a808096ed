import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mirrorVariable, type Release } from "./toolRelease.ts";
import { runTool, searchTool, withoutTool } from "./tools.ts";

const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;

describe("running a tool", () => {
  it("is not upset by one that ends without reading its input", async () => {
    const node = { name: "promtool", path: process.execPath, source: "path", version: "0" } as const;
    const { code } = await runTool(node, ["--eval", "process.exit(3)"], { input: "x".repeat(1 << 22) });
    assert.equal(code, 3);
  });
});

describe("tool acquisition", () => {
  let folder: string;
  let mirror: Server;
  let archive: Buffer;
  let release: Release;
  const asked: string[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tools-"));
    const inside = `prometheus-9.9.9.${platform}`;
    mkdirSync(join(folder, inside));
    for (const name of ["promtool", "prometheus"]) program(join(folder, inside, name), "version 9.9.9");
    execFileSync("tar", ["-czf", "archive.tar.gz", inside], { cwd: folder });
    archive = readFileSync(join(folder, "archive.tar.gz"));
    const checksum = createHash("sha256").update(archive).digest("hex");
    release = {
      project: "prometheus",
      version: "9.9.9",
      tools: ["prometheus", "promtool"],
      checksums: { [platform]: checksum },
    };
    mirror = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(archive);
    });
    await new Promise<void>((resolve) => mirror.listen(0, "127.0.0.1", resolve));
  });

  after(() => {
    mirror.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function program(path: string, answer: string) {
    writeFileSync(path, `#!/bin/sh\necho "${answer}"\n`);
    chmodSync(path, 0o755);
  }

  function search(cache: string, releases: readonly Release[], path = "/nonexistent") {
    const environment = { PATH: path, [mirrorVariable]: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}` };
    return searchTool("promtool", { environment, cacheDirectory: join(folder, cache), releases });
  }

  it("prefers what is on the PATH, and passes by a file that does not answer", async () => {
    const [good, bad] = [join(folder, "good"), join(folder, "bad")];
    mkdirSync(good);
    mkdirSync(bad);
    program(join(good, "promtool"), "promtool, version 1.2.3 (branch: HEAD)");
    program(join(bad, "promtool"), "exec format error");
    assert.deepEqual((await search("a", [release], good)).tool, {
      name: "promtool",
      source: "path",
      path: join(good, "promtool"),
      version: "1.2.3",
    });
    assert.equal((await search("a", [release], bad)).tool?.source, "release");
  });

  it("downloads the pinned release from the mirror once, with the official path below it", async () => {
    asked.length = 0;
    for (let turn = 0; turn < 2; turn++) {
      const { tool } = await search("b", [release]);
      assert.equal(tool?.source, "release");
      assert.equal(tool?.version, "9.9.9");
    }
    assert.deepEqual(asked, [`/prometheus/prometheus/releases/download/v9.9.9/prometheus-9.9.9.${platform}.tar.gz`]);
  });

  it("refuses an archive with another checksum and says both", async function () {
    this.timeout(300_000);
    const wrong = { ...release, checksums: { [platform]: "0".repeat(64) } };
    const { tool, reasons } = await search("c", [wrong]);
    assert.notEqual(tool?.source, "release");
    assert.match(reasons.join("\n"), /has the SHA-256 [0-9a-f]{64}, expected is 0{64}: not used/);
  });

  it("tells the reason for every way that did not work", async function () {
    this.timeout(300_000);
    const { tool, reasons } = await search("d", []);
    assert.match(reasons[0] ?? "", /^path: no promtool/);
    assert.match(reasons[1] ?? "", /^release: no pinned release for/);
    assert.equal(reasons.length, tool === undefined ? 3 : 2);
  });

  describe("a test that needs a tool which cannot be had", () => {
    const missing = { reasons: ["path: not there", "release: too far", "distribution: another system"] };
    const context = () => {
      const calls: string[] = [];
      const skip = () => void calls.push("skip");
      return { calls, mocha: { timeout: () => undefined, skip } as unknown as Mocha.Context };
    };

    for (const CI of ["true", "1", "woodpecker"]) {
      it(`fails in CI (CI=${CI}) and names every way that was tried`, () => {
        const { mocha } = context();
        assert.throws(
          () => withoutTool("amtool", missing.reasons, mocha, { CI }, () => undefined),
          (error: Error) => {
            for (const reason of missing.reasons) assert.ok(error.message.includes(reason));
            return /NOT RUN/.test(error.message);
          },
        );
      });
    }

    it("is skipped elsewhere, loudly", () => {
      const { calls, mocha } = context();
      const said: string[] = [];
      withoutTool("amtool", missing.reasons, mocha, {}, (text) => void said.push(text));
      assert.deepEqual(calls, ["skip"]);
      assert.match(said.join(""), /NOT RUN: .* needs amtool/);
    });
  });
});
