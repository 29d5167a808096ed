/**
 * Who may speak to whom: security groups and their rules as plain data. Groups name each other, never addresses; the
 * only exceptions are the ways in from and out to the internet and the private endpoints, which serve the whole VPC.
 */

/** Security groups of the platform. */
export const groupNames = [
  "edge",
  "workloads",
  "tradingBot",
  "endpoints",
  "database",
  "databaseProxy",
  "cache",
  "broker",
] as const;

/** Name of a security group. */
export type GroupName = (typeof groupNames)[number];

/** How near to the data: policies refuse addresses of the world on `data`, and on anything but `edge` as a way in. */
export type GroupTier = "edge" | "compute" | "data";

/** A group's place and purpose. */
export interface Group {
  tier: GroupTier;
  /** For the console; AWS cannot change it without a new group. */
  description: string;
}

/**
 * The groups. `edge` is for a balancer that is handed its groups; the gateway's own gets groups that EKS Auto Mode makes
 * and ties to the nodes, with the same ranges (`edge.allowedRanges`).
 */
export const groups: Readonly<Record<GroupName, Group>> = {
  edge: { tier: "edge", description: "Load balancer: reachable from outside" },
  workloads: { tier: "compute", description: "Nodes and pods of the cluster" },
  tradingBot: { tier: "compute", description: "Trading bot on EC2" },
  endpoints: { tier: "compute", description: "Private endpoints of AWS services" },
  database: { tier: "data", description: "PostgreSQL" },
  databaseProxy: { tier: "data", description: "Connection pooling before PostgreSQL" },
  cache: { tier: "data", description: "Cache" },
  broker: { tier: "data", description: "Message broker" },
};

/** The other end of a rule: a group, or a range of addresses. */
export type Peer = { group: GroupName } | { cidr: string };

/** A way that is open, as seen from `group`. */
export interface TrafficRule {
  /** Logical name, unique: the identity of the rule. */
  name: string;
  group: GroupName;
  direction: "ingress" | "egress";
  peer: Peer;
  /** TCP port, or all of them. */
  port: number | "all";
  description: string;
}

/** What differs between environments. */
export interface TrafficRequest {
  /** Range of the VPC. */
  cidr: string;
  /** Ranges that may reach the load balancer. */
  allowedRanges: readonly string[];
  /** TCP ports open to the internet from the cluster. */
  egressPorts: readonly number[];
  /** TCP ports open to the internet from the trading bot. */
  tradingBotEgressPorts: readonly number[];
}

/** Port on which the trading bot answers health checks and Prometheus; as in catalog/services/trading-bot.ts. */
export const tradingBotPort = 8200;

const ports = {
  database: [5432],
  databaseProxy: [5432],
  cache: [6379],
  // AMQP over TLS; console behind HTTPS, on both ports that Amazon MQ uses for it; metrics (monitoring.rabbitmq.port).
  broker: [5671, 443, 15671, 15692],
} as const;

const world = "0.0.0.0/0";

/** Every rule, both ends of each way. */
export function planTraffic(request: TrafficRequest): TrafficRule[] {
  const stores = Object.entries(ports) as [keyof typeof ports, readonly number[]][];
  return [
    ...waysIn(request),
    ...between("edge", "workloads", "all", "Requests to the gateway"),
    ...between("workloads", "workloads", "all", "Nodes and pods among themselves"),
    ...stores.flatMap(([store, storePorts]) =>
      storePorts.flatMap((port) => between("workloads", store, port, `${groups[store].description} for services`)),
    ),
    ...between("databaseProxy", "database", 5432, "Pooled connections"),
    ...between("workloads", "tradingBot", tradingBotPort, "Health and metrics of the bot"),
    ...waysOut("workloads", request.egressPorts),
    ...waysOut("tradingBot", request.tradingBotEgressPorts),
    {
      name: "endpoints-from-vpc",
      group: "endpoints",
      direction: "ingress",
      peer: { cidr: request.cidr },
      port: 443,
      // Nodes of EKS's own pool carry a group that EKS makes; without the endpoints they could not even start.
      description: "AWS services for everything in the VPC",
    },
  ];
}

function waysIn({ allowedRanges }: TrafficRequest): TrafficRule[] {
  return allowedRanges.flatMap((cidr) =>
    [443, 80].map((port) => ({
      name: `edge-${port}-from-${slug(cidr)}`,
      group: "edge" as const,
      direction: "ingress" as const,
      peer: { cidr },
      port,
      description: port === 443 ? "HTTPS" : "HTTP, only to be redirected to HTTPS",
    })),
  );
}

function waysOut(group: GroupName, egressPorts: readonly number[]): TrafficRule[] {
  return egressPorts.map((port) => ({
    name: `${slug(group)}-${port}-to-world`,
    group,
    direction: "egress",
    peer: { cidr: world },
    port,
    description: `TCP ${port} to the internet and to AWS`,
  }));
}

/** A way between two groups needs the consent of both. */
function between(from: GroupName, to: GroupName, port: TrafficRule["port"], description: string): TrafficRule[] {
  return [
    {
      name: `${slug(from)}-${port}-to-${slug(to)}`,
      group: from,
      direction: "egress",
      peer: { group: to },
      port,
      description,
    },
    {
      name: `${slug(to)}-${port}-from-${slug(from)}`,
      group: to,
      direction: "ingress",
      peer: { group: from },
      port,
      description,
    },
  ];
}

/** Words of a logical name: `databaseProxy` → `database-proxy`, `10.0.0.0/8` → `10-0-0-0-8`. */
export function slug(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replace(/[^a-zA-Z0-9]+/g, "-")
    .toLowerCase();
}
