import type { WrongCase } from "./types.ts";

const section = (name: string) => `trading-platform:${name}`;

/** Wrong stack files about databases, cache, broker, buckets, backups, cluster and trading bot. */
export const dataCases: WrongCase[] = [
  {
    name: "a standby with one zone only",
    change: (config) => {
      config[section("environment")].zones = ["us-east-1a"];
      config[section("postgres")].multiAz = true;
    },
    expect: { key: "postgres.multiAz", allowed: /false while environment\.zones lists one zone/ },
  },
  {
    name: "one zone, which EKS and RDS refuse",
    change: (config) => {
      config[section("environment")].zones = ["us-east-1a"];
    },
    expect: { key: "environment.zones", allowed: /at least two zones/ },
  },
  {
    name: "a database class of a family that RDS does not offer for PostgreSQL",
    change: (config) => {
      config[section("postgres")].instanceClass = "db.c7g.large";
    },
    expect: { key: "postgres.instanceClass", allowed: /db\.r8g/, nearest: "db.m7g.large" },
  },
  {
    name: "a cache type where a database class belongs",
    change: (config) => {
      config[section("postgres")].instanceClass = "cache.t4g.medium";
    },
    expect: { key: "postgres.instanceClass", allowed: /class of RDS/ },
  },
  {
    name: "a PostgreSQL version past its standard support",
    change: (config) => {
      config[section("postgres")].version = "13";
    },
    expect: { key: "postgres.version", allowed: /^one of 18, 17, 16, 15, 14$/, nearest: "14" },
  },
  {
    name: "a version without quotes, which YAML reads as a number",
    change: (config) => {
      config[section("postgres")].version = 17;
    },
    expect: { key: "postgres.version", allowed: /in quotes/ },
  },
  {
    name: "a maintenance window inside the backup window",
    change: (config) => {
      config[section("postgres")].maintenanceWindow = "sun:22:15-sun:23:15";
    },
    expect: { key: "postgres.maintenanceWindow", allowed: /does not overlap backupWindow/ },
  },
  {
    name: "a database backup window at the hour at which the backup plan starts",
    change: (config) => {
      config[section("postgres")].backupWindow = "06:15-07:00";
    },
    expect: { key: "postgres.backupWindow", allowed: /clear of the backup plan's starts/ },
  },
  {
    name: "a database backup window within an hour of a daily backup job that starts late",
    change: (config) => {
      config[section("postgres")].backupWindow = "03:00-03:45";
    },
    expect: { key: "postgres.backupWindow", allowed: /starts at 0, 2, 6, 12, 18 h UTC and the two hours after each/ },
  },
  {
    name: "a disk that may not grow",
    change: (config) => {
      config[section("postgres")].maximumStorageGibibytes = config[section("postgres")].storageGibibytes;
    },
    expect: { key: "postgres.maximumStorageGibibytes", allowed: /at least 55/ },
  },
  {
    name: "more days of automated backups than RDS keeps",
    change: (config) => {
      config[section("postgres")].backupRetentionDays = 60;
    },
    expect: { key: "postgres.backupRetentionDays", allowed: /35/ },
  },
  {
    name: "cache failover with one node",
    change: (config) => {
      config[section("cache")].nodes = 1;
    },
    expect: { key: "cache.nodes", allowed: /at least 2 with multiAz/ },
  },
  {
    name: "a Redis version that ElastiCache never had",
    change: (config) => {
      config[section("cache")].engine = "redis";
      config[section("cache")].version = "7.4";
    },
    expect: { key: "cache.version", allowed: /one of 7\.1/, nearest: "7.1" },
  },
  {
    name: "a misspelt cache engine",
    change: (config) => {
      config[section("cache")].engine = "valky";
    },
    expect: { key: "cache.engine", allowed: /valkey, redis/, nearest: "valkey" },
  },
  {
    name: "Redis on nodes that only Valkey runs on",
    change: (config) => {
      config[section("cache")].engine = "redis";
      config[section("cache")].version = "7.1";
      config[section("cache")].nodeType = "cache.r8g.large";
    },
    expect: { key: "cache.nodeType", allowed: /cache\.r7g/, nearest: "cache.r6g.large" },
  },
  {
    name: "RabbitMQ 4.2 on an instance family without it",
    change: (config) => {
      config[section("broker")].instanceType = "mq.m5.large";
    },
    expect: { key: "broker.instanceType", allowed: /mq\.m7g with RabbitMQ 4\.2/, nearest: "mq.m7g.large" },
  },
  {
    name: "archive before infrequent access",
    change: (config) => {
      config[section("buckets")].infrequentAccessAfterDays = 90;
      config[section("buckets")].archiveAfterDays = 60;
    },
    expect: { key: "buckets.archiveAfterDays", allowed: /at least 120/ },
  },
  {
    name: "backup exports that vanish before the copies they belong to",
    change: (config) => {
      config[section("backups")].dailyRetentionDays = 90;
    },
    expect: { key: "buckets.backupsExpireAfterDays", allowed: /at least backups\.dailyRetentionDays \(90\)/ },
  },
  {
    name: "a vault that nobody could ever delete, in a stack that may be torn down",
    change: (config) => {
      config[section("backups")].lock.mode = "compliance";
    },
    expect: { key: "backups.lock.mode", allowed: /none or governance with environment\.protect: false/ },
  },
  {
    name: "recovery points that live shorter than the vault lock demands",
    change: (config) => {
      config[section("backups")].lock.minimumDays = 14;
    },
    expect: { key: "backups.sixHourlyRetentionDays", allowed: /from lock\.minimumDays \(14\)/ },
  },
  {
    name: "cold storage that is left too early",
    change: (config) => {
      config[section("backups")].coldStorageAfterDays = 30;
    },
    expect: { key: "backups.dailyRetentionDays", allowed: /at least 120/ },
  },
  {
    name: "a Kubernetes version past its standard support",
    change: (config) => {
      config[section("cluster")].version = "1.33";
    },
    expect: { key: "cluster.version", allowed: /^one of 1\.36, 1\.35$/, nearest: "1.35" },
  },
  {
    name: "a Kubernetes version days before the end of its standard support",
    change: (config) => {
      config[section("cluster")].version = "1.34";
    },
    expect: { key: "cluster.version", allowed: /^one of 1\.36, 1\.35$/, nearest: "1.35" },
  },
  {
    name: "a database class of a size that no family has",
    change: (config) => {
      config[section("postgres")].instanceClass = "db.t4g.lrge";
    },
    expect: { key: "postgres.instanceClass", allowed: /db\.t4g in one of the sizes micro/, nearest: "db.t4g.large" },
  },
  {
    name: "a memory-optimized class in a size of burstable ones",
    change: (config) => {
      config[section("postgres")].instanceClass = "db.r8g.micro";
    },
    expect: { key: "postgres.instanceClass", allowed: /db\.r8g in one of the sizes large, xlarge/ },
  },
  {
    name: "a cache type in a size that ElastiCache does not have",
    change: (config) => {
      config[section("cache")].nodeType = "cache.t4g.xlarge";
    },
    expect: { key: "cache.nodeType", allowed: /cache\.t4g in one of the sizes micro, small, medium/ },
  },
  {
    name: "a broker in a size that Amazon MQ does not have",
    change: (config) => {
      config[section("broker")].instanceType = "mq.m7g.micro";
    },
    expect: { key: "broker.instanceType", allowed: /mq\.m7g in one of the sizes medium, large/ },
  },
  {
    name: "a cache type where a broker's belongs",
    change: (config) => {
      config[section("broker")].instanceType = "cache.r7g.large";
    },
    expect: { key: "broker.instanceType", allowed: /instance type of Amazon MQ/ },
  },
  {
    name: "a backup window over the maintenance window that is not written down",
    change: (config) => {
      config[section("postgres")].backupWindow = "04:45-05:45";
      delete config[section("postgres")].maintenanceWindow;
    },
    expect: {
      key: "postgres.maintenanceWindow",
      allowed: /does not overlap backupWindow/,
      found: '"sun:04:45-sun:05:45" (the default)',
    },
  },
  {
    name: "a Kubernetes API open to the whole internet",
    change: (config) => {
      config[section("cluster")].publicAccessCidrs = ["0.0.0.0/0"];
    },
    expect: { key: "cluster.publicAccessCidrs.0", allowed: /never the whole internet/ },
  },
  {
    name: "an administrator of another account",
    change: (config) => {
      config[section("cluster")].administrators = ["arn:aws:iam::999999999999:role/admin"];
    },
    expect: { key: "cluster.administrators.0", allowed: /account 111122223333/ },
  },
  {
    name: "two access entries for one principal",
    change: (config) => {
      config[section("cluster")].viewers = [config[section("cluster")].deployRole];
    },
    expect: { key: "cluster.viewers.0", allowed: /each principal once/ },
  },
  {
    name: "a node pool with the name of one that Auto Mode makes",
    change: (config) => {
      config[section("cluster")].nodePools[0].name = "system";
    },
    expect: { key: "cluster.nodePools.0.name", allowed: /other than system/ },
  },
  {
    name: "volumes on a pool of spot nodes, or on one that is not there",
    change: (config) => {
      config[section("platform")].statefulPool = "stateful";
    },
    expect: { key: "platform.statefulPool", allowed: /nothing, for no pool/ },
  },
  {
    name: "real orders from a bot for development",
    change: (config) => {
      config[section("tradingBot")].exchangeHosts = "live";
    },
    expect: { key: "tradingBot.exchangeHosts", allowed: /test with purpose development/ },
  },
  {
    name: "a backtest with orders for real money",
    change: (config) => {
      Object.assign(config[section("tradingBot")], { exchangeHosts: "live", purpose: "backtesting" });
    },
    expect: { key: "tradingBot.exchangeHosts", allowed: /test with purpose backtesting/ },
  },
  {
    name: "an instance type of another processor than the image",
    change: (config) => {
      config[section("tradingBot")].instanceType = "c7i.large";
    },
    expect: { key: "tradingBot.instanceType", allowed: /arm64/ },
  },
  {
    name: "an instance type in no size of EC2",
    change: (config) => {
      config[section("tradingBot")].instanceType = "c8g.gigantic";
    },
    expect: { key: "tradingBot.instanceType", allowed: /an EC2 instance type/ },
  },
  {
    name: "the image tag latest, which is no version",
    change: (config) => {
      config[section("tradingBot")].imageTag = "latest";
    },
    expect: { key: "tradingBot.imageTag", allowed: /latest is no version/ },
  },
];
