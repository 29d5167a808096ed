import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { isExecutable } from "./executable.ts";
import type { Installed, ToolName } from "./tools.ts";

/** An official release archive: what is in it and what its bytes must be. */
export interface Release {
  project: "prometheus" | "alertmanager";
  version: string;
  tools: readonly ToolName[];
  /** SHA-256 of the archive by platform, as in the release's `sha256sums.txt`. */
  checksums: Readonly<Record<string, string>>;
}

/** Environment variable that replaces the base of the download address, for a mirror with the same paths below it. */
export const mirrorVariable = "TRADING_PLATFORM_TOOL_MIRROR";

/**
 * The long-term release of Prometheus and the Alertmanager of its time. Linux only: elsewhere the package manager puts
 * both on the PATH. The checksums were compared with those pinned by several independent projects on 2026-11-21.
 */
export const pinnedReleases: readonly Release[] = [
  {
    project: "prometheus",
    version: "3.5.0",
    tools: ["prometheus", "promtool"],
    checksums: {
      "linux-amd64": "e811827af26d822afb09a4f28314f61b618b12cff5369835a67f674d8b46f39a",
      "linux-arm64": "173389cc42bf09c4e6e54cb53fa07a5a835d7c261e14775d2183181d6e385d1c",
    },
  },
  {
    project: "alertmanager",
    version: "0.28.1",
    tools: ["alertmanager", "amtool"],
    checksums: {
      "linux-amd64": "5ac7ab5e4b8ee5ce4d8fb0988f9cb275efcc3f181b4b408179fafee121693311",
      "linux-arm64": "d8832540e5b9f613d2fd759e31d603173b9c61cc7bb5e3bc7ae2f12038b1ce4f",
    },
  },
];

/** Seconds until the server must have answered; a network without a way out often swallows packets silently. */
const answerSeconds = 5;
/** Seconds for the whole archive (100 MB at 1 MB/s). */
const downloadSeconds = 100;

const run = promisify(execFile);
const unreachable = new Set<string>();

/** Downloads the release that holds the tool into the cache, once; rejects with the reason. */
export async function installFromRelease(
  name: ToolName,
  cache: string,
  environment: Record<string, string | undefined>,
  releases: readonly Release[],
): Promise<Installed> {
  const release = releases.find(({ tools }) => tools.includes(name));
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const checksum = release?.checksums[platform];
  if (release === undefined || checksum === undefined) throw new Error(`no pinned release for ${platform}`);
  const { project, version } = release;
  const folder = join(cache, `${project}-${version}.${platform}`);
  const path = join(folder, name);
  if (isExecutable(path)) return { path };

  const base = environment[mirrorVariable] ?? "https://github.com";
  const archive = `${project}-${version}.${platform}.tar.gz`;
  const address = `${base.replace(/\/$/, "")}/prometheus/${project}/releases/download/v${version}/${archive}`;
  if (unreachable.has(base)) throw new Error(`${base} did not answer before`);
  const bytes = await download(address, base);
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== checksum) throw new Error(`${address} has the SHA-256 ${actual}, expected is ${checksum}: not used`);
  await unpack(bytes, archive, release.tools, cache, folder);
  return { path };
}

async function download(address: string, base: string): Promise<Buffer> {
  const abort = new AbortController();
  const answer = setTimeout(() => abort.abort(), answerSeconds * 1000);
  const whole = setTimeout(() => abort.abort(), downloadSeconds * 1000);
  try {
    const response = await fetch(address, { signal: abort.signal });
    clearTimeout(answer);
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof Error && error.message.startsWith(address)) throw error;
    unreachable.add(base);
    throw new Error(`${address} cannot be reached in time`);
  } finally {
    clearTimeout(answer);
    clearTimeout(whole);
  }
}

/** Unpacks beside the target and renames, so that two test runs at once never see half a folder. */
async function unpack(bytes: Buffer, archive: string, tools: readonly string[], cache: string, folder: string) {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "unpack-"));
  try {
    await writeFile(join(work, archive), bytes);
    const inside = archive.replace(/\.tar\.gz$/, "");
    const members = tools.map((tool) => `${inside}/${tool}`);
    await run("tar", ["-xzf", archive, ...members], { cwd: work, timeout: 60_000 });
    await rename(join(work, inside), folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
