import type { WrongCase } from "./types.ts";

const section = (name: string) => `trading-platform:${name}`;

/** Wrong stack files about network, DNS, firewall, security and logs. */
export const networkCases: WrongCase[] = [
  {
    name: "a VPC range that overlaps another environment's",
    change: (config) => {
      config[section("network")].cidr = "10.30.0.0/16";
    },
    expect: { key: "network.cidr", allowed: /apart from 10\.30\.0\.0\/16 \(production/ },
  },
  {
    name: "a VPC range with bits behind its prefix",
    change: (config) => {
      config[section("network")].cidr = "10.20.5.0/16";
    },
    expect: { key: "network.cidr", allowed: /first address of the range/, nearest: "10.20.0.0/16" },
  },
  {
    name: "a VPC range that is no range",
    change: (config) => {
      config[section("network")].cidr = "10.20.0.0";
    },
    expect: { key: "network.cidr", allowed: /an IPv4 range, for example/ },
  },
  {
    name: "a VPC range of the internet",
    change: (config) => {
      config[section("network")].cidr = "52.20.0.0/16";
    },
    expect: { key: "network.cidr", allowed: /inside 10\.0\.0\.0\/8/ },
  },
  {
    name: "a VPC too small for its subnets",
    change: (config) => {
      config[section("network")].cidr = "10.20.0.0/18";
    },
    expect: { key: "network.cidr", allowed: /\/16 or larger/ },
  },
  {
    name: "more zones than the address plan has room for",
    change: (config) => {
      config[section("network")].zoneCapacity = 1;
    },
    expect: { key: "network.zoneCapacity", allowed: /at least 2/ },
  },
  {
    name: "Kubernetes Services inside the VPC's range",
    change: (config) => {
      config[section("platform")].serviceCidr = "10.20.240.0/20";
    },
    expect: { key: "platform.serviceCidr", allowed: /apart from the VPC's/ },
  },
  {
    name: "Kubernetes Services on a neighbour's range",
    change: (config) => {
      config[section("platform")].serviceCidr = "10.30.0.0/20";
    },
    expect: { key: "platform.serviceCidr", allowed: /apart from 10\.30\.0\.0\/16 \(production/ },
  },
  {
    name: "Kubernetes Services in the shared range, which EKS refuses",
    change: (config) => {
      config[section("platform")].serviceCidr = "100.64.0.0/20";
    },
    expect: { key: "platform.serviceCidr", allowed: /inside 10\.0\.0\.0\/8, 172\.16\.0\.0\/12, 192\.168\.0\.0\/16$/ },
  },
  {
    name: "a function of another account that would rotate our secrets",
    change: (config) => {
      const functionArn = "arn:aws:lambda:us-east-1:999988887777:function:rotate";
      config[section("security")].secrets.rotations = { "exchanges/binance": { functionArn } };
    },
    expect: {
      key: "security.secrets.rotations.exchanges/binance.functionArn",
      allowed: /a function of account 111122223333 in us-east-1/,
    },
  },
  {
    name: "a NAT gateway per zone with one zone",
    change: (config) => {
      config[section("network")].nat = "perZone";
      config[section("environment")].zones = ["us-east-1a"];
    },
    expect: { key: "network.nat", allowed: /single where environment\.zones has one zone/ },
  },
  {
    name: "fewer fixed addresses than NAT gateways",
    change: (config) => {
      config[section("network")].nat = "perZone";
      config[section("network")].natAllocationIds = ["eipalloc-0123456789abcdef0"];
    },
    expect: { key: "network.natAllocationIds", allowed: /2 allocation ids/ },
  },
  {
    name: "a misspelt NAT mode",
    change: (config) => {
      config[section("network")].nat = "perzone";
    },
    expect: { key: "network.nat", allowed: /one of single, perZone/, nearest: "perZone" },
  },
  {
    name: "an endpoint of a service that has none here",
    change: (config) => {
      config[section("network")].interfaceEndpoints = ["secretmanager"];
    },
    expect: { key: "network.interfaceEndpoints.0", allowed: /secretsmanager/, nearest: "secretsmanager" },
  },
  {
    name: "an endpoint named twice, which AWS refuses the second time",
    change: (config) => {
      config[section("network")].interfaceEndpoints = ["sts", "ecr.api", "sts"];
    },
    expect: { key: "network.interfaceEndpoints.2", allowed: /each entry of the list once/ },
  },
  {
    name: "a subscriber named twice, who would be one resource twice",
    change: (config) => {
      const subscriber = { protocol: "email", endpoint: "a@example.com" };
      config[section("notifications")].warning = [subscriber, { ...subscriber }];
    },
    expect: { key: "notifications.warning.1", allowed: /each entry of the list once/ },
  },
  {
    name: "a retention that CloudWatch does not know",
    change: (config) => {
      config[section("logs")].retentionDays = 10;
    },
    expect: { key: "logs.retentionDays", allowed: /one of 1, 3, 5, 7, 14, 30/ },
  },
  {
    name: "an existing zone without its id",
    change: (config) => {
      config[section("dns")].zone = "existing";
    },
    expect: { key: "dns.zoneId", allowed: /the id of the zone/ },
  },
  {
    name: "health checks without a zone",
    change: (config) => {
      config[section("dns")] = { zone: "none", healthChecks: { enabled: true } };
    },
    expect: { key: "dns.healthChecks.enabled", allowed: /false with zone: none/ },
  },
  {
    name: "health checks from the internet of a gateway that is not there",
    change: (config) => {
      config[section("dns")].healthChecks = { enabled: true };
      config[section("gateway")].public = false;
    },
    expect: { key: "dns.healthChecks.enabled", allowed: /false with gateway\.public: false/ },
  },
  {
    name: "a web firewall before a balancer that carries none",
    change: (config) => {
      config[section("gateway")].balancer = "network";
    },
    expect: { key: "edge.firewall.enabled", allowed: /false with gateway\.balancer: network/ },
  },
  {
    name: "a balancer whose certificate nobody can prove",
    change: (config) => {
      config[section("dns")].zone = "none";
      config[section("gateway")].balancer = "application";
    },
    expect: { key: "dns.zone", allowed: /own or existing with gateway\.balancer: application/ },
  },
  {
    name: "a query log away from the region that Route 53 writes to",
    change: (config) => {
      config[section("dns")].queryLog = true;
      config[section("environment")].region = "eu-west-1";
      config[section("environment")].zones = ["eu-west-1a", "eu-west-1b"];
    },
    expect: { key: "dns.queryLog", allowed: /us-east-1/ },
  },
  {
    name: "a domain longer than a certificate's name",
    change: (config) => {
      config[section("environment")].domain = `${"a".repeat(50)}.trading.example.com`;
    },
    expect: { key: "environment.domain", allowed: /at most 64 characters/ },
  },
  {
    name: "a firewall before a Network Load Balancer",
    change: (config) => {
      const arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/edge/0123456789abcdef";
      config[section("edge")].firewall.loadBalancerArns = [arn];
    },
    expect: { key: "edge.firewall.loadBalancerArns.0", allowed: /Application Load Balancer/ },
  },
  {
    name: "copies of secrets without a key where they go",
    change: (config) => {
      config[section("security")].secrets.replicated = true;
    },
    expect: { key: "security.keys.replicated", allowed: /a list with secrets, because security\.secrets\.replicated/ },
  },
  {
    name: "copies of database backups without a key where they go",
    change: (config) => {
      config[section("postgres")].crossRegionBackups = true;
    },
    expect: { key: "security.keys.replicated", allowed: /a list with backups, because postgres\.crossRegionBackups/ },
  },
  {
    name: "a compliance lock on a stack that may be torn down",
    change: (config) => {
      config[section("security")].auditTrail.lockMode = "COMPLIANCE";
    },
    expect: { key: "security.auditTrail.lockMode", allowed: /GOVERNANCE with environment\.protect: false/ },
  },
  {
    name: "secrets that vanish at once from a protected environment",
    change: (config) => {
      config[section("environment")].protect = true;
      config[section("security")].secrets.recoveryWindowDays = 0;
    },
    expect: { key: "security.secrets.recoveryWindowDays", allowed: /7 to 30/ },
  },
  {
    name: "a recovery window that Secrets Manager does not know",
    change: (config) => {
      config[section("security")].secrets.recoveryWindowDays = 3;
    },
    expect: { key: "security.secrets.recoveryWindowDays", allowed: /0, or a whole number from 7 to 30/ },
  },
  {
    name: "a rotation of a secret that nobody knows",
    change: (config) => {
      const functionArn = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
      config[section("security")].secrets.rotations = { "exchanges/binace": { functionArn } };
    },
    expect: {
      key: "security.secrets.rotations.exchanges/binace",
      allowed: /a path of catalog\/secrets\.ts/,
      nearest: "exchanges/binance",
    },
  },
  {
    name: "a deletion window shorter than KMS allows",
    change: (config) => {
      config[section("security")].keys.deletionWindowDays = 3;
    },
    expect: { key: "security.keys.deletionWindowDays", allowed: /at least 7/ },
  },
  {
    name: "a key that does not exist among the replicated",
    change: (config) => {
      config[section("security")].keys.replicated = ["backup"];
    },
    expect: { key: "security.keys.replicated.0", allowed: /one of data, disks/, nearest: "backups" },
  },
];
