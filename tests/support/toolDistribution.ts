import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { isExecutable } from "./executable.ts";
import type { Installed, ToolName } from "./tools.ts";

const packages: Record<ToolName, string> = {
  promtool: "prometheus",
  prometheus: "prometheus",
  amtool: "prometheus-alertmanager",
  alertmanager: "prometheus-alertmanager",
};

/** Where Debian's Alertmanager looks for its built-in templates: an absolute path that only root could fill. */
const assetFolder = "/usr/share/prometheus/alertmanager";

const run = promisify(execFile);

/**
 * Downloads the distribution's package with apt (which verifies it against the signed lists) and unpacks it into the
 * cache. apt gets its own state folder there, so neither root nor downloaded package lists are needed.
 */
export async function installFromDistribution(
  name: ToolName,
  executables: readonly string[],
  cache: string,
  environment: Record<string, string | undefined>,
): Promise<Installed> {
  if (process.platform !== "linux") throw new Error(`only on Debian and Ubuntu, this is ${process.platform}`);
  const folder = join(cache, `distribution-${packages[name]}`);
  if (installedIn(folder, executables) === undefined) await unpackPackage(packages[name], cache, folder, environment);
  const path = installedIn(folder, executables);
  if (path === undefined) throw new Error(`the package ${packages[name]} holds no ${executables.join(" or ")}`);
  return name === "alertmanager" ? { path, workingDirectory: folder } : { path };
}

function installedIn(folder: string, executables: readonly string[]): string | undefined {
  return executables.map((executable) => join(folder, "usr/bin", executable)).find(isExecutable);
}

async function unpackPackage(
  name: string,
  cache: string,
  folder: string,
  environment: Record<string, string | undefined>,
): Promise<void> {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "package-"));
  try {
    await downloadPackage(name, cache, work, environment);
    const file = (await readdir(work)).find((entry) => entry.endsWith(".deb"));
    if (file === undefined) throw new Error(`apt-get download ${name} left no package behind`);
    const root = join(work, "root");
    await run("dpkg-deb", ["-x", join(work, file), root], { timeout: 60_000, env: systemEnvironment(environment) });
    await useOwnAssets(join(root, "usr/bin/prometheus-alertmanager"));
    await rename(root, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function downloadPackage(
  name: string,
  cache: string,
  work: string,
  environment: Record<string, string | undefined>,
): Promise<void> {
  const limits = ["-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10", "-o", "Acquire::Retries=1"];
  const archives = ["-o", `Dir::Cache=${work}/apt-cache`, "-o", "APT::Sandbox::User="];
  await mkdir(join(work, "apt-cache/archives/partial"), { recursive: true });
  const apt = (args: string[], timeout: number) =>
    run("apt-get", ["-qq", ...limits, ...archives, ...args], {
      cwd: work,
      timeout,
      env: systemEnvironment(environment),
    });
  try {
    await apt(["download", name], 60_000);
  } catch {
    // Slim images ship without package lists: fetch them into a folder of our own.
    const lists = join(cache, "apt-lists");
    await mkdir(join(lists, "partial"), { recursive: true });
    const own = ["-o", `Dir::State::lists=${lists}`];
    try {
      await apt([...own, "update"], 90_000);
      await apt([...own, "download", name], 60_000);
    } catch (error) {
      throw new Error(firstLine(error));
    }
  }
}

/**
 * Debian's build reads its templates from an absolute folder. The copy in the cache gets a path of the same length
 * that is relative to the folder which the server is started in.
 */
async function useOwnAssets(executable: string): Promise<void> {
  if (!isExecutable(executable)) return;
  const bytes = await readFile(executable);
  const own = Buffer.from(`${assetFolder.slice(1)}/`);
  for (let at = bytes.indexOf(assetFolder); at >= 0; at = bytes.indexOf(assetFolder, at + own.length))
    own.copy(bytes, at);
  await writeFile(executable, bytes);
  await chmod(executable, 0o755);
}

/** apt and dpkg live in the system's folders whatever the PATH of the test says. */
function systemEnvironment(environment: Record<string, string | undefined>): Record<string, string | undefined> {
  return { ...environment, PATH: `${environment.PATH ?? ""}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: "C" };
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const lines = (stderr || message).split("\n").filter((line) => line !== "");
  return lines.find((line) => line.startsWith("E:")) ?? lines[0] ?? "apt-get failed";
}
