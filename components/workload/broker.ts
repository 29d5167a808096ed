import type { Queue, Service } from "../../catalog/types.ts";

/** Path of the management interface that answers once the broker is ready. */
export const brokerReadyPath = "/api/overview";

/** A request of `scripts/http-requests.sh`. All of them may be repeated. */
export interface HttpRequest {
  method: "PUT" | "POST";
  path: string;
  body: Record<string, unknown>;
}

/** Amazon MQ's one virtual host, as a path segment. */
const virtualHost = "%2F";

/** Stands for the account's password until the script puts it in; see `scripts/http-requests.sh`. */
const passwordMark = "__PASSWORD__";

/**
 * Declares a queue: a direct exchange of its name to publish to, the queue itself (quorum, so that it survives the loss
 * of a node), and a dead-letter queue for what was delivered too often. Publishing to the exchange rather than to the
 * default one lets permissions name each queue.
 */
export function queueRequests(queue: Queue): HttpRequest[] {
  const dead = `${queue.name}.dead`;
  const exchange = (name: string): HttpRequest => ({
    method: "PUT",
    path: `/api/exchanges/${virtualHost}/${name}`,
    body: { type: "direct", durable: true, auto_delete: false, arguments: {} },
  });
  const declare = (name: string, extra: Record<string, unknown>): HttpRequest => ({
    method: "PUT",
    path: `/api/queues/${virtualHost}/${name}`,
    body: { durable: true, auto_delete: false, arguments: { "x-queue-type": "quorum", ...extra } },
  });
  const bind = (name: string): HttpRequest => ({
    method: "POST",
    path: `/api/bindings/${virtualHost}/e/${name}/q/${name}`,
    body: { routing_key: name, arguments: {} },
  });
  return [
    exchange(dead),
    declare(dead, {}),
    bind(dead),
    exchange(queue.name),
    // A queue's arguments cannot be changed once it is there; limits that may change are a policy.
    declare(queue.name, { "x-dead-letter-exchange": dead, "x-dead-letter-routing-key": dead }),
    bind(queue.name),
    {
      method: "PUT",
      path: `/api/policies/${virtualHost}/${queue.name}`,
      body: {
        pattern: `^${escaped(queue.name)}$`,
        "apply-to": "quorum_queues",
        priority: 10,
        definition: {
          "delivery-limit": queue.deliveryLimit,
          "max-length": queue.maximumLength,
          overflow: "reject-publish",
        },
      },
    },
  ];
}

/** The account of a service: writes to the exchanges of the queues it fills, reads the queues it works off, declares nothing. */
export function accountRequests(service: Service): HttpRequest[] {
  const { publish = [], consume = [] } = service.uses?.queues ?? {};
  return [
    { method: "PUT", path: `/api/users/${service.name}`, body: { password: passwordMark, tags: "" } },
    {
      method: "PUT",
      path: `/api/permissions/${virtualHost}/${service.name}`,
      body: { configure: "^$", write: only(publish), read: only(consume) },
    },
  ];
}

/** One request a line, as the script reads them. */
export function requestLines(requests: readonly HttpRequest[]): string {
  return requests.map(({ method, path, body }) => `${method} ${path} ${JSON.stringify(body)}`).join("\n");
}

/** Pattern that matches exactly these names; `^$` matches none. */
export function only(names: readonly string[]): string {
  return names.length === 0 ? "^$" : `^(${names.map(escaped).join("|")})$`;
}

function escaped(name: string): string {
  return name.replaceAll(".", "\\.");
}
