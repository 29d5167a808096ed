import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const scripts = fileURLToPath(new URL("../../components/platform/scripts", import.meta.url));
const stubs = fileURLToPath(new URL("./stubs", import.meta.url));

/** What a script said and how it ended. */
export interface Run {
  code: number | null;
  output: string;
  errors: string;
}

/** A small world in which scripts run against stand-ins for command-line clients. */
export class ScriptWorld {
  readonly directory = mkdtempSync(join(tmpdir(), "platform-scripts-"));
  readonly state = join(this.directory, "state");
  #work = 0;

  constructor() {
    mkdirSync(this.state);
    this.freshWork();
  }

  /** The work directory of the present pod. */
  get work(): string {
    return join(this.directory, `work-${this.#work}`);
  }

  /** A new pod: its work directory is empty. */
  freshWork(): void {
    this.#work += 1;
    mkdirSync(this.work);
  }

  run(script: string, environment: { [name: string]: string } = {}): Run {
    const shell = script.startsWith("elastic") ? "bash" : "sh";
    const { status, stdout, stderr } = spawnSync(shell, [join(scripts, script)], {
      encoding: "utf8",
      timeout: 20_000,
      env: {
        PATH: `${stubs}:/usr/bin:/bin`,
        WORK_DIRECTORY: this.work,
        STUB_STATE: this.state,
        ATTEMPTS: "2",
        PAUSE_SECONDS: "0",
        ...environment,
      },
    });
    return { code: status, output: stdout, errors: stderr };
  }

  /** Writes a file below the world's directory. */
  write(path: string, content: string): string {
    const full = join(this.directory, path);
    mkdirSync(join(full, ".."), { recursive: true });
    writeFileSync(full, content);
    return full;
  }

  /** Sets a flag that a stub understands. */
  flag(name: string): void {
    writeFileSync(join(this.state, name), "");
  }

  unflag(name: string): void {
    rmSync(join(this.state, name), { force: true });
  }

  has(name: string): boolean {
    return existsSync(join(this.state, name));
  }

  read(name: string): string {
    return readFileSync(join(this.state, name), "utf8");
  }

  copyState(from: string, to: string): void {
    cpSync(join(this.state, from), join(this.state, to));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
