import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { loadCatalog } from "./catalog/load.ts";
import type { Catalog } from "./catalog/types.ts";
import { Certificates } from "./components/network/certificates.ts";
import { Dns } from "./components/network/dns.ts";
import { EdgeFirewall } from "./components/network/edgeFirewall.ts";
import { Endpoints } from "./components/network/endpoints.ts";
import { SecurityGroups } from "./components/network/securityGroups.ts";
import { Vpc } from "./components/network/vpc.ts";
import { receiverCredentials } from "./components/observability/routing/names.ts";
import { AccountBaseline } from "./components/security/accountBaseline.ts";
import { AuditTrail } from "./components/security/auditTrail.ts";
import { Keys } from "./components/security/keys.ts";
import { Secrets, secretSettings } from "./components/security/secrets.ts";
import { ThreatDetection } from "./components/security/threatDetection.ts";
import { readStackFile } from "./stack/file.ts";
import { loadSettings, type SettingsSource } from "./stack/load.ts";
import { createNames } from "./stack/naming.ts";

/** The platform on one page: from the network up to what watches it. */
export default async function platform(given: { source?: SettingsSource; catalog?: Catalog } = {}) {
  const source = given.source ?? stackSource();
  const settings = loadSettings(source);
  const { environment } = settings;
  const catalog = given.catalog ?? (await loadCatalog());
  const names = createNames({
    project: source.project,
    environment: environment.name,
    accountId: environment.accountId,
    region: environment.region,
  });

  const provider = new aws.Provider("aws", {
    region: environment.region,
    allowedAccountIds: [environment.accountId],
    defaultTags: {
      tags: {
        Project: source.project,
        Environment: environment.name,
        Owner: environment.owner,
        CostCenter: environment.costCenter,
        ManagedBy: "pulumi",
      },
    },
  });

  const cloud = { provider };
  const here = { ...environment, names };

  const { auditTrail, threatDetection, accountBaseline } = settings.security;
  if (accountBaseline) new AccountBaseline("account", here, cloud);
  const keys = new Keys("keys", { ...here, ...settings.security.keys }, cloud);
  if (auditTrail.enabled) new AuditTrail("audit-trail", { ...here, ...auditTrail, ...settings.logs, keys }, cloud);
  if (threatDetection.enabled) new ThreatDetection("threat-detection", threatDetection, cloud);
  const secrets = secretSettings(keys, { ...environment, ...settings.security });
  const logs = { retentionDays: settings.logs.retentionDays, keyArn: keys.arns.logs };
  const values = [...catalog.secrets, ...Object.values(receiverCredentials)];
  new Secrets("secrets", { ...here, ...settings.security.secrets, values, secrets }, cloud);

  const vpc = new Vpc("network", { ...here, ...settings.network, logs }, cloud);
  const groups = new SecurityGroups("security-groups", { ...here, ...settings.network, ...settings.edge, vpc }, cloud);
  new Endpoints("endpoints", { ...here, ...settings.network, vpc, groups }, cloud);
  const dns = new Dns("dns", { ...here, ...settings.dns, logs }, cloud);
  const certificates = new Certificates("certificates", { ...here, zoneId: dns.zoneId }, cloud);
  const firewall = settings.edge.firewall.enabled
    ? new EdgeFirewall("edge-firewall", { ...here, ...settings.edge.firewall, logs }, cloud)
    : undefined;

  return {
    cluster: names.cluster,
    region: provider.region,
    egressAddresses: vpc.egressAddresses,
    nameServers: dns.nameServers,
    certificateArn: certificates.arn,
    webAclArn: firewall?.arn,
  };
}

/** The settings as the Pulumi CLI hands them over, with the stack file's text to point at lines. */
function stackSource(): SettingsSource {
  const stack = pulumi.getStack();
  return {
    project: pulumi.getProject(),
    file: `Pulumi.${stack}.yaml`,
    text: readStackFile(import.meta.dirname, stack)?.text,
    config: pulumi.runtime.allConfig(),
  };
}
