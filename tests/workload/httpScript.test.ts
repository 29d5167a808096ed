import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { queues } from "../../catalog/queues.ts";
import { schemas } from "../../catalog/schemas.ts";
import { topics } from "../../catalog/topics.ts";
import type { Service } from "../../catalog/types.ts";
import { accountRequests, only, queueRequests, requestLines } from "../../components/workload/broker.ts";
import { registryRequests } from "../../components/workload/provisioning.ts";

const script = join(import.meta.dirname, "../../components/workload/scripts/http-requests.sh");

interface Received {
  method: string;
  path: string;
  body: string;
  login: string;
}

describe("the script that speaks to broker and schema registry", () => {
  const password = "s3cretOfTheAccount";
  let directory: string;
  let server: Server;
  let received: Received[];
  /** Questions that the server answers with "not ready" first. */
  let delay: number;

  beforeEach((done) => {
    directory = mkdtempSync(join(tmpdir(), "requests-"));
    mkdirSync(join(directory, "administrator"));
    mkdirSync(join(directory, "work"));
    // Notes what ps would show, then steps aside.
    mkdirSync(join(directory, "bin"));
    const curl = `#!/bin/sh\necho "$*" >>"${directory}/arguments"\nPATH=\${PATH#*:} exec curl "$@"\n`;
    writeFileSync(join(directory, "bin", "curl"), curl, { mode: 0o755 });
    writeFileSync(join(directory, "administrator", "username"), "administrator");
    writeFileSync(join(directory, "administrator", "password"), "masterKey");
    writeFileSync(join(directory, "password"), password);
    received = [];
    delay = 0;
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const login = Buffer.from((request.headers.authorization ?? "").slice("Basic ".length), "base64").toString();
        received.push({ method: request.method!, path: request.url!, body, login });
        if (request.url === "/ready") response.statusCode = delay-- > 0 ? 503 : 200;
        else response.statusCode = request.url!.includes("refused") ? 409 : 204;
        response.end(response.statusCode === 409 ? "already there, differently" : "");
      });
    }).listen(0, "127.0.0.1", done);
  });

  afterEach(() => {
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function run(requests: string): Promise<{ code: number; output: string }> {
    const env = {
      PATH: `${join(directory, "bin")}:${process.env.PATH}`,
      SERVICE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      READY_PATH: "/ready",
      ADMINISTRATOR_DIRECTORY: join(directory, "administrator"),
      PASSWORD_FILE: join(directory, "password"),
      WORK_DIRECTORY: join(directory, "work"),
      REQUESTS: requests,
      ATTEMPTS: "3",
      PAUSE_SECONDS: "0",
    };
    return new Promise((resolve) => {
      execFile("/bin/sh", [script], { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
      );
    });
  }

  const service: Service = {
    name: "shop",
    description: "A service of this test",
    kind: "http",
    owner: "tests",
    tier: "supporting",
    sensitivity: "internal",
    port: 9000,
    replicas: 1,
    resources: { cpuMillicores: 100, memoryMebibytes: 64 },
    uses: { queues: { publish: ["order-commands"], consume: ["notifications"] } },
  };

  it("waits, signs in, and sends everything in order with the account's password in its place", async () => {
    delay = 2;
    const requests = [...queues.flatMap(queueRequests), ...accountRequests(service)];
    const { code, output } = await run(requestLines(requests));
    assert.equal(code, 0, output);
    for (const text of [output, readFileSync(join(directory, "arguments"), "utf8")])
      assert.ok(text.length > 0 && !text.includes(password) && !text.includes("masterKey"));
    const sent = received.filter(({ path }) => path !== "/ready");
    assert.ok(sent.every(({ login }) => login === "administrator:masterKey"));
    assert.deepEqual(
      sent.map(({ method, path }) => `${method} ${path}`),
      requests.map(({ method, path }) => `${method} ${path}`),
    );
    const account = sent.find(({ path }) => path === "/api/users/shop")!;
    assert.deepEqual(JSON.parse(account.body), { password, tags: "" });
    const rights = JSON.parse(sent.find(({ path }) => path.startsWith("/api/permissions"))!.body);
    assert.deepEqual(rights, { configure: "^$", write: "^(order-commands)$", read: "^(notifications)$" });
  });

  it("registers the schema of every topic", async () => {
    const { code, output } = await run(requestLines(registryRequests(topics, schemas)));
    assert.equal(code, 0, output);
    const sent = received.filter(({ method }) => method === "POST");
    assert.equal(sent.length, topics.length);
    for (const { body } of sent) assert.equal(JSON.parse(JSON.parse(body).schema).type, "record");
  });

  it("stops at the first refusal and says what was answered", async () => {
    const { code, output } = await run('PUT /refused {"a":1}\nPUT /next {}');
    assert.equal(code, 1);
    assert.match(output, /PUT \/refused answered 409:\nalready there, differently/);
    assert.ok(!received.some(({ path }) => path === "/next"));
  });

  it("gives up on a system that never gets ready", async () => {
    delay = 100;
    const { code, output } = await run("PUT /next {}");
    assert.equal(code, 1);
    assert.match(output, /does not answer/);
  });
});

describe("patterns of permissions", () => {
  it("match the named queues and nothing else", () => {
    const pattern = new RegExp(only(["orders", "orders.dead"]));
    for (const name of ["orders", "orders.dead"]) assert.match(name, pattern);
    for (const name of ["order", "orders2", "ordersXdead", "my-orders", ""]) assert.doesNotMatch(name, pattern);
    for (const name of ["orders", "anything"]) assert.doesNotMatch(name, new RegExp(only([])));
  });
});
