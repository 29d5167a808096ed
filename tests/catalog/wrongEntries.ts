// biome-ignore lint/suspicious/noExplicitAny: slips of the pen go against the types, which is the point of these cases.
export type Draft = Record<string, any>;

/** Changes one service's copy, as somebody's slip of the pen would. */
type Slip = (service: Draft) => void;

/** A service file with one mistake, and what must be said about it. */
export interface WrongEntry {
  title: string;
  service: string;
  slip: Slip;
  /** Where the message must point. */
  key: string;
  /** What the message must say. */
  says: RegExp;
  /** Entry whose file the message names, when it is not the changed one. */
  blames?: string;
  nearest?: string;
}

/** Mistakes that the catalog must refuse with file and field. */
export const wrongEntries: readonly WrongEntry[] = [
  {
    title: "an unknown field",
    service: "dashboard",
    slip: (service) => {
      service.replica = 2;
    },
    key: "replica",
    says: /one of name, description/,
    nearest: "replicas",
  },
  {
    title: "a missing field",
    service: "dashboard",
    slip: (service) => delete service.owner,
    key: "owner",
    says: /is missing/,
  },
  {
    title: "an unknown kind",
    service: "ml-platform",
    slip: (service) => {
      service.kind = "fastapi";
    },
    key: "kind",
    says: /one of springBoot, fastApi/,
    nearest: "fastApi",
  },
  {
    title: "a number as text",
    service: "ml-platform",
    slip: (service) => {
      service.port = "8010";
    },
    key: "port",
    says: /"8010"/,
  },
  {
    title: "a name that differs from the file's",
    service: "ml-platform",
    slip: (service) => {
      service.name = "ml-plattform";
    },
    key: "name",
    says: /"ml-platform", as the file/,
  },
  {
    title: "a metric that the contract does not have",
    service: "ml-platform",
    slip: (service) => {
      service.metrics = ["etl_run_total"];
    },
    key: "metrics.0",
    says: /one of http_server_requests_seconds/,
    nearest: "etl_runs_total",
  },
  {
    title: "an unknown topic",
    service: "regime-detection",
    slip: (service) => {
      service.uses.topics.consume = ["kline-event"];
    },
    key: "uses.topics.consume",
    says: /catalog\/topics\.ts/,
    nearest: "kline-events",
  },
  {
    title: "an unknown secret",
    service: "dashboard",
    slip: (service) => {
      service.secrets = ["SESION_KEY"];
    },
    key: "secrets",
    says: /catalog\/secrets\.ts/,
    nearest: "SESSION_KEY",
  },
  {
    title: "an unknown service",
    service: "dashboard",
    slip: (service) => {
      service.uses.services = { "trading-sytem": "requests" };
    },
    key: "uses.services",
    says: /catalog\/services\//,
    nearest: "trading-system",
  },
  {
    title: "a service that uses itself",
    service: "dashboard",
    slip: (service) => {
      service.uses.services = { dashboard: "requests" };
    },
    key: "uses.services",
    says: /never itself/,
  },
  {
    title: "a call to something that does not serve",
    service: "dashboard",
    slip: (service) => {
      service.uses.services = { "trading-bot": "optional" };
    },
    key: "uses.services",
    says: /kind bot/,
  },
  {
    title: "two services on one route",
    service: "data-platform",
    slip: (service) => {
      service.public.path = "/stream";
    },
    key: "public.path",
    says: /\/stream on api.*\n.*data-platform has this one/,
    blames: "streaming-platform",
  },
  {
    title: "two services on one port",
    service: "ml-platform",
    slip: (service) => {
      service.port = 8000;
    },
    key: "port",
    says: /data-platform has this one/,
  },
  {
    title: "a cycle of startup needs",
    service: "binance-data-storage",
    slip: (service) => {
      service.uses.services = { "binance-trader-macd": "startup" };
    },
    key: "uses.services",
    says: /binance-data-storage → binance-trader-macd → binance-data-storage/,
  },
  {
    title: "a promise above that of what it needs",
    service: "dashboard",
    slip: (service) => {
      service.slos = { availability: { objectivePercent: 99.95, windowDays: 30 } };
    },
    key: "slos.availability.objectivePercent",
    says: /at most 99\.9, the availability of trading-system/,
  },
  {
    title: "a threshold between two buckets",
    service: "ml-platform",
    slip: (service) => {
      service.slos = { latency: { objectivePercent: 95, windowDays: 30, thresholdMilliseconds: 200 } };
    },
    key: "slos.latency.thresholdMilliseconds",
    says: /5, 10, 25, 50, 100, 250/,
  },
  {
    title: "more replicas than autoscaling allows",
    service: "dashboard",
    slip: (service) => {
      service.replicas = 9;
    },
    key: "replicas",
    says: /from 2 to 5/,
  },
  {
    title: "autoscaling bounds in the wrong order",
    service: "dashboard",
    slip: (service) => {
      service.autoscaling = { minimum: 6, maximum: 5 };
    },
    key: "autoscaling.minimum",
    says: /at most autoscaling\.maximum, 5/,
  },
  {
    title: "a request above the limit",
    service: "dashboard",
    slip: (service) => {
      service.resources.cpuRequestMillicores = 1500;
    },
    key: "resources.cpuRequestMillicores",
    says: /at most the limit, 1000/,
  },
  {
    title: "a canary that does not end at all of the traffic",
    service: "dashboard",
    slip: (service) => {
      service.canary = [
        { weightPercent: 50, minutes: 5 },
        { weightPercent: 20, minutes: 5 },
      ];
    },
    key: "canary",
    says: /growing weights that end at 100/,
  },
  {
    title: "a rate above the gateway's",
    service: "dashboard",
    slip: (service) => {
      service.public.requestsPerSecond = 500;
    },
    key: "public.requestsPerSecond",
    says: /at most 100/,
  },
  {
    title: "a database schema with two owners",
    service: "data-platform",
    slip: (service) => {
      service.uses.postgres.schemas.market_data = "own";
    },
    key: "uses.postgres.schemas.market_data",
    says: /binance-data-storage owns it/,
  },
  {
    title: "a database schema that nobody owns",
    service: "data-platform",
    slip: (service) => {
      service.uses.postgres.schemas = { datasets: "own", market_dta: "read" };
    },
    key: "uses.postgres.schemas.market_dta",
    says: /a schema that a service owns/,
    nearest: "market_data",
  },
  {
    title: "an unknown queue",
    service: "binance-data-storage",
    slip: (service) => {
      service.uses.queues = { consume: ["orders"] };
    },
    key: "uses.queues.consume",
    says: /catalog\/queues\.ts/,
  },
  {
    title: "a public bot",
    service: "trading-bot",
    slip: (service) => {
      service.public = { host: "api", path: "/bot" };
    },
    key: "public",
    says: /only for kinds that serve/,
  },
  {
    title: "a secret in clear",
    service: "dashboard",
    slip: (service) => {
      service.settings = { SMTP_PASSWORD: "hunter2" };
    },
    key: "settings.SMTP_PASSWORD",
    says: /a value in clear/,
  },
  {
    title: "a secret in clear whose key does not say so",
    service: "dashboard",
    slip: (service) => {
      service.settings = { NOTIFY: "https://hooks.slack.com/services/T0/B0/hunter" };
    },
    key: "settings.NOTIFY",
    says: /a value in clear/,
  },
  {
    title: "a setting that is no environment variable",
    service: "dashboard",
    slip: (service) => {
      service.settings = { "log-level": "debug" };
    },
    key: "settings.log-level",
    says: /names in capitals, for example LOG_LEVEL/,
  },
  {
    title: "a name that an account of the platform has",
    service: "dashboard",
    slip: (service) => {
      service.uses.postgres = { role: "grafana", schemas: { dashboards: "own" } };
    },
    key: "uses.postgres.role",
    says: /the platform's, pg_… and rds… are taken/,
  },
  {
    title: "the database's master user as a role",
    service: "data-platform",
    slip: (service) => {
      service.uses.postgres.role = "platform_owner";
    },
    key: "uses.postgres.role",
    says: /the platform's, pg_… and rds… are taken/,
  },
  {
    title: "a database schema of PostgreSQL itself",
    service: "data-platform",
    slip: (service) => {
      service.uses.postgres.schemas.public = "own";
    },
    key: "uses.postgres.schemas.public",
    says: /PostgreSQL's own/,
  },
  {
    title: "a route that would show the metrics to everybody",
    service: "data-platform",
    slip: (service) => {
      service.public.path = "/metrics";
    },
    key: "public.path",
    says: /which the gateway hides/,
  },
  {
    title: "a bucket listed twice",
    service: "ml-platform",
    slip: (service) => service.uses.buckets.push(service.uses.buckets[0]),
    key: "uses.buckets",
    says: /each name once/,
  },
  {
    title: "a topic that nobody produces",
    service: "regime-detection",
    slip: (service) => {
      service.uses.topics.produce = ["system-health"];
    },
    key: "uses.topics.consume",
    says: /topics that a service produces/,
    blames: "binance-trader-grid",
  },
  {
    title: "a queue that nobody fills",
    service: "data-platform",
    slip: (service) => {
      service.uses.queues.publish = ["notifications"];
    },
    key: "uses.queues.consume",
    says: /queues that a service publishes/,
  },
  {
    title: "a bot that wants a database",
    service: "trading-bot",
    slip: (service) => {
      service.uses.postgres = { role: "trading_bot", schemas: { bot: "own" } };
    },
    key: "uses.postgres",
    says: /apart from the cluster/,
  },
  {
    title: "a bot that scales",
    service: "trading-bot",
    slip: (service) => {
      service.autoscaling = { minimum: 1, maximum: 2 };
    },
    key: "autoscaling",
    says: /inside the cluster only/,
  },
  {
    title: "a second bot",
    service: "regime-detection",
    slip: (service) => {
      service.kind = "bot";
    },
    key: "kind",
    says: /EC2 runs exactly one/,
    blames: "trading-bot",
  },
  {
    title: "two services under one database role",
    service: "ml-platform",
    slip: (service) => {
      service.uses.postgres.role = "data_platform";
    },
    key: "uses.postgres.role",
    says: /data-platform has this one/,
  },
  {
    title: "two services under one prefix of the cache",
    service: "ml-platform",
    slip: (service) => {
      service.uses.cache.prefix = "data";
    },
    key: "uses.cache.prefix",
    says: /data-platform has this one/,
  },
  {
    title: "a trader without a market",
    service: "binance-trader-grid",
    slip: (service) => delete service.markets,
    key: "markets",
    says: /at least one market/,
  },
];
