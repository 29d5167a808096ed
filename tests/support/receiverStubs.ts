import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A message that a stub took: where it went, in the order of arrival over all stubs. */
export interface Message {
  order: number;
  channel: "slack" | "email" | "sns" | "webhook";
  /** Slack: path of the webhook; e-mail: recipient; SNS: ARN of the topic; webhook: path. */
  to: string;
  subject: string;
  body: string;
  /** E-mail: user and password that the sender logged in with. */
  login?: string;
}

/** Stand-ins for Slack, SNS, the heartbeat service and a mail server, all on the loopback. */
export class ReceiverStubs {
  readonly messages: Message[] = [];
  #http: HttpServer | undefined;
  #smtp: Server | undefined;
  readonly #sockets = new Set<Socket>();

  /** Listens on free ports. */
  async start(): Promise<{ httpPort: number; smtpPort: number }> {
    this.#http = createHttpServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        response.end(this.#takeHttp(request.url ?? "", Buffer.concat(chunks).toString("utf8")));
      });
    });
    this.#smtp = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      this.#serveMail(socket);
    });
    return { httpPort: await listen(this.#http), smtpPort: await listen(this.#smtp) };
  }

  /** Closes everything, open connections too. */
  stop(): void {
    this.#http?.closeAllConnections();
    this.#http?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#smtp?.close();
  }

  /** Messages of a channel whose address contains the text. */
  to(channel: Message["channel"], address: string): Message[] {
    return this.messages.filter((message) => message.channel === channel && message.to.includes(address));
  }

  #take(message: Omit<Message, "order">): void {
    this.messages.push({ order: this.messages.length, ...message });
  }

  #takeHttp(path: string, body: string): string {
    if (path.startsWith("/slack/")) {
      const { attachments } = JSON.parse(body) as { attachments: { title: string; text: string }[] };
      this.#take({ channel: "slack", to: path, subject: attachments[0]!.title, body: attachments[0]!.text });
      return "ok";
    }
    if (path.startsWith("/sns")) {
      const form = new URLSearchParams(body);
      const field = (name: string) => form.get(name) ?? "";
      this.#take({ channel: "sns", to: field("TopicArn"), subject: field("Subject"), body: field("Message") });
      return "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";
    }
    this.#take({ channel: "webhook", to: path, subject: "", body });
    return "";
  }

  #serveMail(socket: Socket): void {
    let [pending, mail, to, login] = ["", "", "", ""];
    let inData = false;
    const answer = (line: string) => socket.write(`${line}\r\n`);
    answer("220 stub ESMTP");
    socket.on("data", (chunk: Buffer) => {
      pending += chunk.toString("utf8");
      for (let end = pending.indexOf("\r\n"); end >= 0; end = pending.indexOf("\r\n")) {
        const line = pending.slice(0, end);
        pending = pending.slice(end + 2);
        if (inData && line !== ".") {
          mail += `${line}\n`;
        } else if (inData) {
          inData = false;
          this.#take({ channel: "email", to, login, ...readMail(mail) });
          answer("250 taken");
        } else if (/^EHLO/i.test(line)) {
          socket.write("250-stub\r\n250 AUTH PLAIN\r\n");
        } else if (/^AUTH PLAIN /i.test(line)) {
          login = Buffer.from(line.slice(11), "base64").toString("utf8").split("\0").slice(1).join(":");
          answer("235 welcome");
        } else if (/^RCPT/i.test(line)) {
          to = /<(.*)>/.exec(line)?.[1] ?? "";
          answer("250 known");
        } else if (/^DATA/i.test(line)) {
          [inData, mail] = [true, ""];
          answer("354 go on");
        } else {
          answer(/^QUIT/i.test(line) ? "221 bye" : "250 well");
        }
      }
    });
  }
}

/** Subject and body, with the encodings undone that Alertmanager uses. */
function readMail(mail: string): { subject: string; body: string } {
  const unfolded = mail.replace(/\n[ \t]+/g, " ");
  const subject = /^Subject: (.*)$/m.exec(unfolded)?.[1] ?? "";
  return { subject: quotedPrintable(subject.replace(/=\?utf-8\?q\?(.*?)\?=/gi, "$1")), body: quotedPrintable(mail) };
}

function quotedPrintable(text: string): string {
  return text
    .replace(/=\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Listens on a free port of the loopback and tells it. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** A port that was free a moment ago, for programs that cannot tell which one they took. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
