import assert from "node:assert/strict";
import type { PlannedResource } from "../../plan/resource.ts";
import { planOf } from "../support/plans.ts";
import { stackSettings } from "../support/platformPlan.ts";

/**
 * What must be said to AWS whatever the settings are (reference, sections 1 and 6): arguments whose absence nobody would
 * notice before the day on which they count.
 */
const always: Readonly<Record<string, object>> = {
  "network-vpc": { enableDnsHostnames: true, enableDnsSupport: true },
  "network-public-default-route": { destinationCidrBlock: "0.0.0.0/0" },
  "network-flow-logs-log": { trafficType: "ALL", logDestinationType: "cloud-watch-logs" },
  "endpoints-s3": { vpcEndpointType: "Gateway" },
  "certificates-certificate": { validationMethod: "DNS", keyAlgorithm: "EC_prime256v1" },
  "certificates-proof-of-api-trading-example-com": { allowOverwrite: true },
  "edge-firewall-acl": { scope: "REGIONAL", defaultAction: { allow: {} } },
  "edge-firewall-log": {
    loggingFilter: {
      defaultBehavior: "DROP",
      filters: ["BLOCK", "COUNT"].map((action) => ({
        behavior: "KEEP",
        conditions: [{ actionCondition: { action } }],
      })),
    },
  },
  "account-no-public-buckets": {
    ...{ blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
  },
  "account-no-public-snapshots-us-east-1": { state: "block-all-sharing" },
  "account-no-public-snapshots-us-west-2": { state: "block-all-sharing" },
  "account-encrypted-disks-us-west-2": { enabled: true, region: "us-west-2" },
  "account-access-us-east-1": { type: "ACCOUNT" },
  "audit-trail-trail": {
    ...{
      enableLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
    },
    cloudWatchLogsGroupArn: /:log-group:\/trading-platform\/production\/audit\/cloudtrail:\*$/,
    cloudWatchLogsRoleArn: /./,
  },
  "threat-detection-detector": { enable: true },
  "keys-data": { enableKeyRotation: true, rotationPeriodInDays: 365 },
  "postgres-primary": {
    ...{ engine: "postgres", storageType: "gp3", iamDatabaseAuthenticationEnabled: true, copyTagsToSnapshot: true },
    ...{ caCertIdentifier: "rds-ca-rsa2048-g1", performanceInsightsEnabled: true, autoMinorVersionUpgrade: true },
    engineLifecycleSupport: "open-source-rds-extended-support-disabled",
    enabledCloudwatchLogsExports: ["postgresql", "upgrade", "iam-db-auth-error"],
    monitoringRoleArn: /./,
  },
  "postgres-replica-1": {
    ...{ storageType: "gp3", iamDatabaseAuthenticationEnabled: true, copyTagsToSnapshot: true },
    enabledCloudwatchLogsExports: ["postgresql", "upgrade", "iam-db-auth-error"],
  },
  "postgres-proxy-proxy": { requireTls: true, engineFamily: "POSTGRESQL" },
  "cache-group": {
    transitEncryptionMode: "required",
    logDeliveryConfigurations: ["slow-log", "engine-log"].map((logType) => ({
      ...{ logType, destinationType: "cloudwatch-logs", logFormat: "json" },
    })),
  },
  "broker-broker": { engineType: "RabbitMQ", autoMinorVersionUpgrade: true, logs: { general: true } },
  "postgres-events": {
    sourceType: "db-instance",
    eventCategories: [
      ...["availability", "deletion", "failover", "failure", "low storage"],
      ...["maintenance", "notification", "read replica", "recovery", "security"],
    ],
  },
  "postgres-roles-exporter-password": { length: 40, special: false },
  "broker-administrator-password": { length: 40, special: false },
  "buckets-backups-lifecycle": {
    rules: [
      {
        transitions: [
          { days: 30, storageClass: "STANDARD_IA" },
          { days: 90, storageClass: "GLACIER" },
        ],
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ],
  },
  "backups-plan": {
    rules: [
      { schedule: "cron(0 0/6 * * ? *)", startWindow: 60, copyActions: [{ destinationVaultArn: /us-west-2/ }] },
      { schedule: "cron(0 2 * * ? *)", startWindow: 60, copyActions: [{ destinationVaultArn: /us-west-2/ }] },
    ],
  },
  "backups-selection": { selectionTags: [{ type: "STRINGEQUALS", key: "Backup", value: "true" }] },
  "backups-restore-test": {
    recoveryPointSelection: { algorithm: "LATEST_WITHIN_WINDOW", recoveryPointTypes: ["SNAPSHOT"] },
  },
  "backups-restore-test-rds": { restoreMetadataOverrides: { dbSubnetGroupName: /./ } },
  "cluster-cluster": {
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
    zonalShiftConfig: { enabled: true },
    vpcConfig: { endpointPrivateAccess: true, subnetIds: [/^subnet-/, /^subnet-/, /^subnet-/] },
    upgradePolicy: { supportType: "STANDARD" },
  },
  kubernetes: { enableServerSideApply: "true" },
  "nodes-network-policies": { data: { "enable-network-policy-controller": "true" } },
  "nodes-storage-class": {
    ...{ provisioner: "ebs.csi.eks.amazonaws.com", volumeBindingMode: "WaitForFirstConsumer" },
    parameters: { type: "gp3", encrypted: "true", kmsKeyId: /:key\// },
  },
  "nodes-class": { spec: { ephemeralStorage: { kmsKeyID: /:key\// } } },
  "trading-bot-group": { healthCheckType: "EC2", maxInstanceLifetime: 30 * 24 * 3600 },
  "dns-zone": { forceDestroy: false },
  "platform-gateway-balancer": {
    metadata: {
      annotations: {
        "alb.ingress.kubernetes.io/ssl-policy": /^ELBSecurityPolicy-TLS13-1-2-(Res-)?PQ-/,
        "alb.ingress.kubernetes.io/ssl-redirect": "443",
        "alb.ingress.kubernetes.io/backend-protocol": "HTTPS",
        "alb.ingress.kubernetes.io/certificate-arn": /^arn:aws:acm:/,
        "alb.ingress.kubernetes.io/wafv2-acl-arn": /^arn:aws:wafv2:/,
      },
    },
  },
  "platform-gateway-balancer-parameters": {
    spec: {
      loadBalancerAttributes: [
        { key: "deletion_protection.enabled", value: "true" },
        { key: "routing.http.drop_invalid_header_fields.enabled", value: "true" },
        { key: "idle_timeout.timeout_seconds" },
        { key: "access_logs.s3.enabled", value: "true" },
        { key: "access_logs.s3.bucket", value: /-access-logs-/ },
        { key: "access_logs.s3.prefix" },
      ],
    },
  },
};

/** What comes from the stack file: each setting must reach the resource that it is about. */
function fromSettings({ network, dns, postgres, cache, broker, environment }: ReturnType<typeof stackSettings>) {
  return {
    "network-vpc": { cidrBlock: network.cidr },
    "network-flow-logs-log": { maxAggregationInterval: network.flowLogAggregationSeconds },
    "dns-zone": { enableAcceleratedRecovery: dns.acceleratedRecovery },
    "dns-api-health": {
      requestInterval: dns.healthChecks.intervalSeconds,
      failureThreshold: dns.healthChecks.failureThreshold,
      resourcePath: dns.healthChecks.path,
    },
    "postgres-primary": {
      maxAllocatedStorage: postgres.maximumStorageGibibytes,
      performanceInsightsRetentionPeriod: 465,
      databaseInsightsMode: postgres.insights,
      monitoringInterval: postgres.monitoringIntervalSeconds,
      backupWindow: postgres.backupWindow,
      maintenanceWindow: postgres.maintenanceWindow,
    },
    "postgres-recovery-backups": { retentionPeriod: postgres.backupRetentionDays, region: environment.recoveryRegion },
    "postgres-proxy-targets": {
      connectionPoolConfig: { maxConnectionsPercent: postgres.proxy.connectionsPercent, connectionBorrowTimeout: 120 },
    },
    "cache-group": {
      automaticFailoverEnabled: cache.multiAz,
      snapshotRetentionLimit: cache.snapshotRetentionDays,
      snapshotWindow: cache.snapshotWindow,
      maintenanceWindow: cache.maintenanceWindow,
    },
    "cache-parameters": { parameters: [{ name: "maxmemory-policy", value: cache.evictionPolicy }] },
    "broker-broker": {
      maintenanceWindowStartTime: {
        ...{ dayOfWeek: broker.maintenanceStart.day, timeOfDay: broker.maintenanceStart.time, timeZone: "UTC" },
      },
    },
    "trading-bot-template": { disableApiTermination: environment.protect },
  } satisfies Record<string, object>;
}

/** Where `actual` lacks what is wanted: maps in part, lists entry by entry, texts also by pattern. */
function lacks(actual: unknown, wanted: unknown, path: string): string[] {
  if (wanted instanceof RegExp) return wanted.test(String(actual ?? "")) ? [] : [`${path}: ${actual}`];
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length !== wanted.length) return [`${path}: ${JSON.stringify(actual)}`];
    return wanted.flatMap((entry, index) => lacks(actual[index], entry, `${path}[${index}]`));
  }
  if (typeof wanted === "object" && wanted !== null)
    return Object.entries(wanted).flatMap(([key, value]) =>
      lacks((actual as Record<string, unknown> | undefined)?.[key], value, `${path}.${key}`),
    );
  return actual === wanted ? [] : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`];
}

describe("arguments that the reference asks for", () => {
  let byName: Map<string, PlannedResource>;
  before(async () => {
    const { resources } = await planOf("production");
    byName = new Map(resources.filter(({ custom }) => custom).map((resource) => [resource.name, resource]));
  });

  for (const [title, table] of [
    ["always", always],
    ["as the stack file says", fromSettings(stackSettings("production"))],
  ] as const)
    for (const [name, wanted] of Object.entries(table))
      it(`${title}: ${name}`, () => {
        const resource = byName.get(name);
        assert.ok(resource, `no resource ${name}`);
        assert.deepEqual(lacks(resource.inputs, wanted, name), []);
      });

  it("ignores only what AWS changes by itself or cannot change", () => {
    const ignored = [...byName.values()]
      .filter(({ type, ignoreChanges }) => type.startsWith("aws:") && ignoreChanges.length > 0)
      .map(({ name, ignoreChanges }) => `${name}: ${ignoreChanges.join(", ")}`);
    assert.deepEqual(ignored.sort(), [
      "backups-services: resourceTypeOptInPreference",
      "broker-broker: subnetIds, users",
      "cluster-cluster: accessConfig.bootstrapClusterCreatorAdminPermissions",
      "images-cache-docker-io-login-first: secretString, versionStages",
      "images-cache-ghcr-io-login-first: secretString, versionStages",
      "postgres-primary: allocatedStorage",
      "postgres-proxy-proxy: vpcSubnetIds",
    ]);
  });

  it("lets services write where they are sent, each under its own name", () => {
    const trusted = (name: string) =>
      (JSON.parse(String(byName.get(name)?.inputs.assumeRolePolicy)) as { Statement: { Principal: object }[] })
        .Statement[0]!.Principal;
    const roles: Readonly<Record<string, string>> = {
      "network-flow-logs-role": "vpc-flow-logs.amazonaws.com",
      "audit-trail-role": "cloudtrail.amazonaws.com",
      "postgres-monitoring": "monitoring.rds.amazonaws.com",
      "postgres-proxy-role": "rds.amazonaws.com",
      "backups-role": "backup.amazonaws.com",
      "cluster-roles-cluster": "eks.amazonaws.com",
      "cluster-roles-node": "ec2.amazonaws.com",
      "trading-bot-role": "ec2.amazonaws.com",
    };
    for (const [name, service] of Object.entries(roles)) assert.deepEqual(trusted(name), { Service: service }, name);
    const policy = JSON.parse(String(byName.get("audit-trail-bucket-policy")?.inputs.policy)) as {
      Statement: { Sid: string; Condition: Record<string, Record<string, string>> }[];
    };
    const writes = policy.Statement.find(({ Sid }) => Sid === "TrailWrites");
    assert.equal(writes?.Condition.StringEquals?.["s3:x-amz-acl"], "bucket-owner-full-control");
  });
});
