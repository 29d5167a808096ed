import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { loadCatalog } from "./catalog/load.ts";
import { releasedOnly } from "./catalog/overrides.ts";
import { environmentCatalog } from "./catalog/systems.ts";
import type { Catalog } from "./catalog/types.ts";
import { Cluster } from "./components/compute/cluster.ts";
import { createKubernetesProvider } from "./components/compute/kubernetesProvider.ts";
import { NodePools } from "./components/compute/nodePools.ts";
import { TradingBot } from "./components/compute/tradingBot.ts";
import { cacheUsers, databaseRoles } from "./components/data/accounts.ts";
import { Backups } from "./components/data/backups.ts";
import { Buckets } from "./components/data/buckets.ts";
import { Cache } from "./components/data/cache.ts";
import { MessageBroker } from "./components/data/messageBroker.ts";
import { Postgres } from "./components/data/postgres.ts";
import { Certificates } from "./components/network/certificates.ts";
import { Dns } from "./components/network/dns.ts";
import { EdgeFirewall } from "./components/network/edgeFirewall.ts";
import { Endpoints } from "./components/network/endpoints.ts";
import { SecurityGroups } from "./components/network/securityGroups.ts";
import { Vpc } from "./components/network/vpc.ts";
import { chartRules } from "./components/observability/alerts/chartRules.ts";
import { Observability } from "./components/observability/observability.ts";
import { receiverCredentials } from "./components/observability/routing/names.ts";
import { Alarms } from "./components/operations/alarms.ts";
import { Costs } from "./components/operations/costs.ts";
import { Notifications } from "./components/operations/notifications.ts";
import { platformContext } from "./components/platform/context.ts";
import { Platform } from "./components/platform/platform.ts";
import { AccountBaseline } from "./components/security/accountBaseline.ts";
import { AuditTrail } from "./components/security/auditTrail.ts";
import { Keys } from "./components/security/keys.ts";
import { Secrets, secretSettings } from "./components/security/secrets.ts";
import { ThreatDetection } from "./components/security/threatDetection.ts";
import { ImageRegistry } from "./components/workload/imageRegistry.ts";
import { Workloads } from "./components/workload/workloads.ts";
import { stackSource } from "./stack/file.ts";
import { loadSettings, type SettingsSource } from "./stack/load.ts";
import { createNames } from "./stack/naming.ts";

/** The platform on one page: from the network up to what watches it. */
export default async function platform(given: { source?: SettingsSource; catalog?: Catalog } = {}) {
  const source =
    given.source ??
    stackSource(import.meta.dirname, pulumi.getProject(), pulumi.getStack(), pulumi.runtime.allConfig());
  const settings = loadSettings(source);
  const { environment } = settings;
  const known = given.catalog ?? (await loadCatalog());
  const catalog = given.catalog ?? environmentCatalog(known, settings, source);
  const names = createNames({ ...environment, project: source.project, environment: environment.name });

  const tags = {
    Project: source.project,
    Environment: environment.name,
    Owner: environment.owner,
    CostCenter: environment.costCenter,
    ManagedBy: "pulumi",
  };
  const provider = new aws.Provider("aws", {
    region: environment.region,
    allowedAccountIds: [environment.accountId],
    defaultTags: { tags },
  });

  const cloud = { providers: [provider, new random.Provider("random")] };
  const here = { ...environment, environment: environment.name, names };

  const { auditTrail, threatDetection, accountBaseline } = settings.security;
  if (accountBaseline) new AccountBaseline("account", here, cloud);
  const keys = new Keys("keys", { ...here, ...settings.security.keys }, cloud);
  const buckets = new Buckets("buckets", { ...here, keys, settings: settings.buckets, shared: catalog.buckets }, cloud);
  const accessLogBucket = buckets.accessLogs.bucketName;
  const trail = auditTrail.enabled
    ? new AuditTrail("audit-trail", { ...here, ...auditTrail, ...settings.logs, keys, accessLogBucket }, cloud)
    : undefined;
  if (threatDetection.enabled) new ThreatDetection("threat-detection", threatDetection, cloud);
  const secrets = secretSettings(keys, { ...environment, ...settings.security });
  const logs = { retentionDays: settings.logs.retentionDays, keyArn: keys.arns.logs };
  const values = [...catalog.secrets, ...Object.values(receiverCredentials)];
  const credentials = new Secrets("secrets", { ...here, ...settings.security.secrets, values, secrets }, cloud);

  const topics = { ...here, keyArn: keys.arns.notifications, subscribers: settings.notifications };
  const notifications = new Notifications("notifications", topics, cloud);
  const eventTopicArn = notifications.warningTopicArn;
  new Costs("costs", { ...here, settings: settings.costs, topicArn: eventTopicArn }, cloud);

  const vpc = new Vpc("network", { ...here, ...settings.network, logs }, cloud);
  const groups = new SecurityGroups("security-groups", { ...here, ...settings.network, ...settings.edge, vpc }, cloud);
  new Endpoints("endpoints", { ...here, ...settings.network, vpc, groups }, cloud);
  const dns = new Dns("dns", { ...here, ...settings.dns, logs }, cloud);
  const certificates = new Certificates("certificates", { ...here, zoneId: dns.zoneId }, cloud);
  const firewall = settings.edge.firewall.enabled
    ? new EdgeFirewall("edge-firewall", { ...here, ...settings.edge.firewall, logs }, cloud)
    : undefined;

  const base = { ...here, keys, vpc, groups, secrets, logs, tags, eventTopicArn };
  const postgres = new Postgres(
    "postgres",
    { ...base, settings: settings.postgres, roles: databaseRoles(catalog, settings.monitoring) },
    cloud,
  );
  const cache = new Cache("cache", { ...base, settings: settings.cache, users: cacheUsers(catalog) }, cloud);
  const broker = new MessageBroker("broker", { ...base, settings: settings.broker }, cloud);
  new ImageRegistry("images", { ...base, ...settings.workloads, running: settings, services: known.services }, cloud);
  new Backups("backups", { ...base, settings: settings.backups, postgres, accountBaseline }, cloud);

  const ofCluster = { ...base, ...settings.platform, ...settings.workloads, settings: settings.cluster };
  const cluster = new Cluster("cluster", ofCluster, cloud);
  const kubernetes = createKubernetesProvider("kubernetes", { ...base, cluster });
  const inCluster = { providers: [...cloud.providers, kubernetes] };
  const nodes = new NodePools("nodes", { ...base, settings: settings.cluster, cluster }, inCluster);
  new TradingBot("trading-bot", { ...base, settings: settings.tradingBot, catalog }, cloud);

  const context = platformContext(settings, names);
  const systems = new Platform(
    "platform",
    {
      ...{ ...base, context, settings, catalog, dns, certificates, firewall, postgres, broker },
      chartRules: chartRules(settings.alerts),
    },
    { ...inCluster, dependsOn: [nodes, buckets] },
  );
  const workloads = new Workloads(
    "workloads",
    { ...base, context, settings: settings.workloads, images: settings.services, catalog, postgres, cache, broker },
    { ...inCluster, dependsOn: systems.ready },
  );
  await workloads.complete;

  const alarms = new Alarms("alarms", { ...base, settings, dns, trail, notifications }, cloud);
  const watched = { ...base, context, settings, systems, catalog: releasedOnly(catalog, settings.services) };
  new Observability("observability", { ...watched, alarms, credentials }, inCluster);

  return {
    cluster: names.cluster,
    region: provider.region,
    egressAddresses: vpc.egressAddresses,
    databaseHost: postgres.host,
    cacheHost: cache.host,
    brokerConsole: broker.consoleUrl,
    clusterEndpoint: cluster.endpoint,
    nameServers: dns.nameServers,
    certificateArn: certificates.arn,
    webAclArn: firewall?.arn,
  };
}
