import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type BotUserData,
  botFiles,
  secretList,
  tradingBotUserData,
  writeFile,
} from "../../components/compute/tradingBotUserData.ts";

const plan: BotUserData = {
  region: "us-east-1",
  environment: "test",
  image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/trading-platform/trading-bot:1.0.0",
  port: 8200,
  memoryMebibytes: 1536,
  shutdownSeconds: 60,
  settings: { SERVICE_NAME: "trading-bot", NOTE: "$(reboot) `id` 'quoted' \"twice\"" },
  secrets: [
    { variable: "API_KEY", secretName: "trading-platform/test/exchanges/binance", property: "BINANCE_API_KEY" },
    { variable: "API_SECRET", secretName: "trading-platform/test/exchanges/binance", property: "BINANCE_API_SECRET" },
    { variable: "USER", secretName: "trading-platform/test/exchanges/betfair", property: "BETFAIR_USERNAME" },
  ],
  egressParameter: "/trading-platform/test/trading-bot/egress-addresses",
  metricNamespace: "TradingPlatform/TradingBot",
  replaceAfterSeconds: 180,
  logGroups: { bot: "/trading-platform/test/trading-bot/bot", machine: "/trading-platform/test/trading-bot/machine" },
};

const hasTool = (name: string) => spawnSync("which", [name]).status === 0;

/** A machine of paper: the script's own files, and commands that tell what they were asked. */
class PaperMachine {
  readonly root = mkdtempSync(join(tmpdir(), "trading-bot-"));

  constructor() {
    mkdirSync(join(this.root, "bin"));
    mkdirSync(join(this.root, "run"));
    for (const { path, content, mode } of botFiles(plan)) this.write(path, content, mode);
  }

  write(path: string, content: string, mode = "0755"): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, Number.parseInt(mode, 8));
    return file;
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  /** Puts a command in front of the machine's own; it notes its arguments in `<name>.calls`. */
  command(name: string, body: string): this {
    this.write(`bin/${name}`, `#!/usr/bin/env bash\necho "$*" >>"${this.root}/${name}.calls"\n${body}\n`);
    return this;
  }

  run(script: string, environment: Record<string, string> = {}) {
    return spawnSync("bash", [join(this.root, script)], {
      encoding: "utf8",
      env: {
        ...process.env,
        PATH: `${join(this.root, "bin")}:${process.env.PATH}`,
        AWS_REGION: "us-east-1",
        ENVIRONMENT: "test",
        PORT: "8200",
        METRIC_NAMESPACE: plan.metricNamespace,
        REPLACE_AFTER_SECONDS: "180",
        RUNTIME_DIRECTORY: join(this.root, "run"),
        SECRET_LIST: join(this.root, "etc/trading-bot/secrets"),
        STATE_FILE: join(this.root, "silent-since"),
        ...environment,
      },
    });
  }

  close(): void {
    rmSync(this.root, { recursive: true });
  }
}

describe("compute/tradingBotUserData", () => {
  let machine: PaperMachine;
  beforeEach(() => {
    machine = new PaperMachine();
  });
  afterEach(() => machine.close());

  it("asks for its packages until it gets them: a machine without a health timer would never be replaced", () => {
    machine.command("sleep", "true");
    machine.command("dnf", `[[ $(wc -l <"${machine.root}/dnf.calls") -ge 3 ]]`);
    const line = tradingBotUserData(plan)
      .split("\n")
      .find((text) => text.includes("dnf install"));
    machine.write("packages.sh", `set -euo pipefail\n${line}\n`);
    assert.equal(machine.run("packages.sh").status, 0);
    assert.equal(machine.read("dnf.calls").trim().split("\n").length, 3);
    assert.match(machine.read("dnf.calls"), /install --assumeyes docker amazon-cloudwatch-agent/);
  });

  it("gives the bot all of its time to stop before systemd kills it", () => {
    const unitOf = (shutdownSeconds: number) =>
      botFiles({ ...plan, shutdownSeconds }).find(({ path }) => path.endsWith("/trading-bot.service"))!.content;
    for (const seconds of [60, 900]) {
      const [, stop] = /^TimeoutStopSec=(\d+)$/m.exec(unitOf(seconds))!;
      assert.ok(Number(stop) > seconds, `${stop} s for ${seconds} s`);
    }
  });

  it("starts the health timer before anything that can fail: else nobody would replace the machine", () => {
    const lines = tradingBotUserData(plan).split("\n");
    const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
    const timer = at(/^systemctl enable .*trading-bot-health\.timer$/);
    assert.ok(timer > 0);
    for (const risky of [/^systemctl enable .*docker\.service/, /amazon-cloudwatch-agent-ctl/])
      assert.ok(timer < at(risky), String(risky));
  });

  it("turns the bot's log over: nothing else empties a disk that fills for thirty days", () => {
    const script = tradingBotUserData(plan);
    assert.match(script, /dnf install .*\blogrotate\b/);
    assert.match(script, /^systemctl enable --now .*\blogrotate\.timer\b/m);
  });

  it("is a script that bash accepts, and so is each script that it writes", () => {
    execFileSync("bash", ["-n"], { input: tradingBotUserData(plan) });
    for (const { path, content } of botFiles(plan))
      if (path.startsWith("/usr/local/bin/")) execFileSync("bash", ["-n"], { input: content });
  });

  it("writes every file byte for byte, whatever signs it holds", () => {
    const onPaper = botFiles(plan).map((file) => ({ ...file, path: join(machine.root, "again", file.path) }));
    execFileSync("bash", ["-e"], { input: onPaper.flatMap(writeFile).join("\n") });
    for (const { path, content } of botFiles(plan)) assert.equal(machine.read(`again${path}`), content, path);
  });

  it("fits into EC2's 16 KiB with room to spare, and refuses what does not", () => {
    assert.ok(Buffer.byteLength(tradingBotUserData(plan)) < 14_000);
    const wordy = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`SETTING_${index}`, "x".repeat(30)]));
    assert.throws(() => tradingBotUserData({ ...plan, settings: wordy }), /EC2 takes 16384/);
  });

  it("refuses a setting that would break out of its line", () => {
    assert.throws(() => tradingBotUserData({ ...plan, settings: { A: "1\nB=2" } }), /setting A holds a line break/);
  });

  it("refuses a file that would end early and let its rest run as commands", () => {
    const content = "a\nEND_OF_FILE\nreboot\n";
    assert.throws(() => writeFile({ path: "/etc/x", mode: "0644", content }), /\/etc\/x holds the line END_OF_FILE/);
  });

  it("starts every unit that waits to be started", () => {
    const units = botFiles(plan).filter(({ content }) => content.includes("\n[Install]\n"));
    assert.equal(units.length, 2);
    for (const { path } of units)
      assert.match(tradingBotUserData(plan), new RegExp(`^systemctl enable --now .*${path.split("/").at(-1)}$`, "m"));
  });

  it("beats every minute, and gives up on a bot that hangs before systemd gives up on the beat", () => {
    const content = (name: string) => botFiles(plan).find(({ path }) => path.endsWith(name))!.content;
    assert.match(content("trading-bot-health.timer"), /^OnUnitActiveSec=60$/m, "its alarm asks once a minute");
    const patience = Number(/^TimeoutStartSec=(\d+)$/m.exec(content("trading-bot-health.service"))![1]);
    const wait = Number(/curl .*--max-time (\d+) .*health\/live/.exec(content("trading-bot-health"))?.[1]);
    assert.ok(wait < patience / 2, `${wait} of ${patience} seconds`);
  });

  it("names secrets and holds none", () => {
    assert.equal(
      secretList(plan.secrets),
      [
        "trading-platform/test/exchanges/binance API_KEY=BINANCE_API_KEY API_SECRET=BINANCE_API_SECRET\n",
        "trading-platform/test/exchanges/betfair USER=BETFAIR_USERNAME\n",
      ].join(""),
    );
    assert.doesNotMatch(tradingBotUserData(plan), /AKIA|aws_secret|password/i);
  });

  it("runs the container as nobody, without write access or rights, and restarts it for ever", () => {
    const unit = botFiles(plan).find(({ path }) => path.endsWith("/trading-bot.service"))!.content;
    const sections = new Map<string, [string, string][]>();
    for (const line of unit.split("\n").filter((text) => text !== "" && !text.startsWith("#"))) {
      const header = /^\[(\w+)\]$/.exec(line);
      if (header) sections.set(header[1]!, []);
      else {
        const at = line.indexOf("=");
        assert.ok(at > 0, `"${line}" is no setting of systemd`);
        [...sections.values()].at(-1)!.push([line.slice(0, at), line.slice(at + 1)]);
      }
    }
    assert.deepEqual([...sections.keys()], ["Unit", "Service", "Install"]);
    const service = new Map(sections.get("Service"));
    assert.equal(service.get("Restart"), "always");
    assert.equal(new Map(sections.get("Unit")).get("StartLimitIntervalSec"), "0");
    for (const flag of ["--read-only", "--user 10001:10001", "--cap-drop ALL", "no-new-privileges", "--memory"])
      assert.ok(service.get("ExecStart")?.includes(flag), flag);
    const before = sections.get("Service")!.flatMap(([key, value]) => (key === "ExecStartPre" ? [value] : []));
    for (const script of ["egress", "secrets"])
      assert.ok(before.includes(`/usr/local/bin/trading-bot-${script}`), `${script} first, or no start`);
    assert.ok(service.get("ExecStart")?.includes("--env-file /run/trading-bot/secrets"));
    const variables = new Set([...unit.matchAll(/\$\{?([A-Z_]+)\}?/g)].map((match) => match[1]!));
    const known = botFiles(plan).find(({ path }) => path === "/etc/trading-bot/settings")!.content;
    for (const variable of variables) assert.match(known, new RegExp(`^${variable}=`, "m"));
  });

  it("has units that systemd itself accepts", function () {
    if (!hasTool("systemd-analyze")) this.skip();
    for (const unit of ["trading-bot-health.timer", "trading-bot.service"]) {
      const file = join(machine.root, "etc/systemd/system", unit);
      const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
      const complaints = stderr
        .split("\n")
        .filter((line) => line.includes("trading-bot") && !/not executable|Unit docker|not found/.test(line));
      assert.deepEqual(complaints, []);
    }
  });
});

describe("compute/tradingBot scripts", () => {
  let machine: PaperMachine;
  beforeEach(() => {
    machine = new PaperMachine();
  });
  afterEach(() => machine.close());

  const secrets = (binance: unknown) =>
    `case "$*" in
      *exchanges/binance*) echo '${JSON.stringify(binance)}';;
      *) echo '{"BETFAIR_USERNAME":"who = \\"me\\" $HOME"}';;
    esac`;

  it("leaves the secrets as lines that Docker reads, readable by root alone", function () {
    if (!hasTool("jq")) this.skip();
    machine.command("aws", secrets({ BINANCE_API_KEY: "k", BINANCE_API_SECRET: "a=b c" }));
    const { status, stderr } = machine.run("usr/local/bin/trading-bot-secrets");
    assert.equal(status, 0, stderr);
    assert.equal(machine.read("run/secrets"), 'API_KEY=k\nAPI_SECRET=a=b c\nUSER=who = "me" $HOME\n');
    assert.equal(execFileSync("stat", ["-c", "%a", join(machine.root, "run/secrets")], { encoding: "utf8" }), "600\n");
  });

  for (const [what, binance] of [
    ["a property that nobody has put there yet", { BINANCE_API_KEY: "k" }],
    ["a value that would smuggle in a second variable", { BINANCE_API_KEY: "k", BINANCE_API_SECRET: "s\nPATH=/tmp" }],
  ] as const)
    it(`does not start on ${what}, says where, and leaves nothing half-written`, function () {
      if (!hasTool("jq")) this.skip();
      machine.command("aws", secrets(binance));
      const { status, stderr } = machine.run("usr/local/bin/trading-bot-secrets");
      assert.equal(status, 1);
      assert.match(stderr, /exchanges\/binance has no property BINANCE_API_SECRET/);
      assert.throws(() => machine.read("run/secrets"));
    });

  it("trades only from an allowed address, and from any when the address cannot be told", () => {
    machine.command("aws", "echo 203.0.113.7,203.0.113.70");
    const egress = (body: string) =>
      machine.command("curl", body).run("usr/local/bin/trading-bot-egress", { EGRESS_PARAMETER: plan.egressParameter! })
        .status;
    assert.equal(egress("echo 203.0.113.70"), 0);
    assert.equal(egress("echo 203.0.113.77"), 1);
    assert.equal(egress("echo 03.0.113.7"), 1, "part of an address is another address");
    assert.equal(egress("exit 28"), 0);
    assert.equal(machine.run("usr/local/bin/trading-bot-egress").status, 0, "no parameter, no rule");
  });

  it("beats while the bot answers, and has the machine replaced only after long silence", () => {
    machine.command("aws", "").command("curl", "exit 0");
    machine.run("usr/local/bin/trading-bot-health");
    assert.match(machine.read("aws.calls"), /Heartbeat --dimensions Environment=test --value 1/);

    const silent = `case "$*" in *health/live*) exit 7;; *instance-id*) echo i-0123;; *) echo token;; esac`;
    machine.command("aws", "").command("curl", silent);
    machine.run("usr/local/bin/trading-bot-health");
    assert.match(machine.read("aws.calls"), /--value 0/);
    assert.doesNotMatch(machine.read("aws.calls"), /set-instance-health/, "one missed answer is not silence");

    const longAgo = Math.floor(Date.now() / 1000) - 200;
    writeFileSync(join(machine.root, "silent-since"), `${longAgo}\n`);
    machine.run("usr/local/bin/trading-bot-health");
    assert.match(machine.read("aws.calls"), /set-instance-health .*--instance-id i-0123 --health-status Unhealthy/);
  });

  it("forgets an old silence as soon as the bot answers", () => {
    writeFileSync(join(machine.root, "silent-since"), "0\n");
    machine.command("aws", "").command("curl", "exit 0").run("usr/local/bin/trading-bot-health");
    assert.throws(() => machine.read("silent-since"));
  });
});
