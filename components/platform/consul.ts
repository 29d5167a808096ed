import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ConsulSettings } from "../../stack/sections/consul.ts";
import {
  consulBootstrapSecret,
  consulCertificateNames,
  consulGossipSecret,
  consulMetricsSecret,
  consulNamespace,
  consulSecretPath,
  consulTlsSecret,
  consulUrl,
} from "./consulNames.ts";
import {
  consulAccessFiles,
  consulAccessJob,
  consulExporter,
  consulFlows,
  consulMonitors,
  consulScriptsConfigMap,
  consulSnapshotJob,
  consulSnapshotServiceAccount,
} from "./consulObjects.ts";
import { consulValues } from "./consulValues.ts";
import type { PlatformContext } from "./context.ts";
import { createGeneratedSecret, type SecretCustody } from "./generatedSecret.ts";
import { awaitAnnotations, contentHash } from "./jobs.ts";
import { allowFlows } from "./networkPolicies.ts";
import { installChart } from "./release.ts";
import { scriptData } from "./scripts.ts";
import type { ExternalSecretPlan } from "./secretManifests.ts";
import { createExternalSecret, createInsideCertificate } from "./secretResources.ts";
import { createSnapshotBucket, createUploader } from "./snapshotBucket.ts";

/** Arguments of `Consul`. */
export interface ConsulArgs extends SecretCustody {
  context: PlatformContext;
  /** Servers, volumes, what is copied: the section `consul` of the stack file. */
  settings: ConsulSettings;
  /** ARN of the customer key for backups. */
  backupsKeyArn: pulumi.Input<string>;
}

const snapshotPurpose = "consul-snapshots";
const snapshotPrefix = "raft/";

/**
 * Consul: service registry and key-value store behind TLS and ACLs, with the Services of the trading namespace copied
 * into the registry, and snapshots in S3. Management token, gossip key and metrics token are made here and kept in
 * Secrets Manager, so that nothing has to be fished out of the cluster after the installation.
 */
export class Consul extends pulumi.ComponentResource {
  /** Address of the servers inside the cluster. */
  readonly url: string;
  /** Bucket of the snapshots. */
  readonly snapshotBucket: pulumi.Output<string>;

  constructor(name: string, args: ConsulArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Consul", name, { settings: args.settings }, opts);
    const { context, settings } = args;
    const policies = Object.entries(consulFlows(context, settings.serviceMesh)).map(
      ([policy, flows]) =>
        new kubernetes.networking.v1.NetworkPolicy(`${name}-flows-${policy}`, allowFlows(policy, flows), {
          parent: this,
        }),
    );
    const secrets = createSecrets(name, args, this);
    const certificate = createCertificate(name, context, this);
    const release = installChart(
      `${name}-release`,
      { chart: "consul", context, namespace: consulNamespace, values: consulValues(context, settings) },
      { parent: this, dependsOn: [...policies, ...secrets, certificate], protect: context.protect },
    );
    const scripts = createScripts(name, this);
    const access = createAccess(name, context, { parent: this, dependsOn: [release, scripts] });
    createMonitoring(name, context, { parent: this, dependsOn: [access] });
    const bucket = createSnapshots(name, args, { parent: this, dependsOn: [release, scripts] });

    this.url = consulUrl;
    this.snapshotBucket = bucket.bucketName;
    this.registerOutputs({ url: this.url, snapshotBucket: this.snapshotBucket });
  }
}

interface Ordered {
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[];
}

/** Makes the secrets, keeps them in Secrets Manager, and brings each into the cluster where it is used. */
function createSecrets(name: string, args: ConsulArgs, parent: pulumi.Resource): pulumi.Resource[] {
  const gossip = new random.RandomBytes(`${name}-gossip-key`, { length: 32 }, { parent });
  // Tokens are UUIDs by Consul's rule; RandomUuid is no secret by itself, so it is made one here.
  const token = (purpose: string) =>
    pulumi.secret(
      new random.RandomUuid(`${name}-${purpose}-token`, {}, { parent, additionalSecretOutputs: ["result"] }).result,
    );
  const kept = createGeneratedSecret(
    `${name}-secrets`,
    {
      ...args,
      path: consulSecretPath,
      description: "Gossip key, management token and metrics token of Consul",
      value: pulumi.jsonStringify({ gossip: gossip.base64, bootstrap: token("bootstrap"), metrics: token("metrics") }),
    },
    parent,
  );
  return consulExternalSecrets().map((plan) =>
    createExternalSecret(`${name}-secret-${plan.name}`, plan, args.context, { parent, dependsOn: [kept] }),
  );
}

/** The Secrets of the namespace, and where each key comes from. */
function consulExternalSecrets(): ExternalSecretPlan[] {
  const from = (property: string) => ({ path: consulSecretPath, property });
  const namespace = consulNamespace;
  return [
    { name: consulGossipSecret, namespace, data: { key: from("gossip") } },
    { name: consulBootstrapSecret, namespace, data: { token: from("bootstrap") } },
    { name: consulMetricsSecret, namespace, data: { metrics: from("metrics") } },
  ];
}

function createCertificate(name: string, context: PlatformContext, parent: pulumi.Resource) {
  return createInsideCertificate(
    `${name}-certificate`,
    {
      name: consulTlsSecret,
      namespace: consulNamespace,
      dnsNames: consulCertificateNames(context.environment),
      ipAddresses: ["127.0.0.1", "::1"],
    },
    context,
    { parent },
  );
}

function createScripts(name: string, parent: pulumi.Resource) {
  return new kubernetes.core.v1.ConfigMap(
    `${name}-scripts`,
    {
      metadata: { name: consulScriptsConfigMap, namespace: consulNamespace },
      data: scriptData("consul-access.sh", "consul-snapshot.sh", "upload-snapshot.sh"),
    },
    { parent },
  );
}

/** Policies and tokens beyond those of the chart; a change of them makes a new job, which runs. */
function createAccess(name: string, context: PlatformContext, { parent, dependsOn }: Ordered) {
  const files = consulAccessFiles();
  const hash = contentHash(files, consulAccessJob(context, ""), scriptData("consul-access.sh"));
  const access = new kubernetes.core.v1.ConfigMap(
    `${name}-access-files`,
    { metadata: { name: `consul-access-${hash}`, namespace: consulNamespace }, immutable: true, data: files },
    { parent },
  );
  return new kubernetes.batch.v1.Job(
    `${name}-access`,
    {
      metadata: {
        name: `consul-access-${hash}`,
        namespace: consulNamespace,
        annotations: awaitAnnotations(context),
      },
      spec: consulAccessJob(context, `consul-access-${hash}`),
    },
    { parent, dependsOn: [...dependsOn, access] },
  );
}

function createMonitoring(name: string, context: PlatformContext, { parent, dependsOn }: Ordered): void {
  const exporter = consulExporter(context);
  new kubernetes.apps.v1.Deployment(
    `${name}-exporter`,
    {
      ...exporter,
      metadata: {
        ...exporter.metadata,
        annotations: { ...exporter.metadata.annotations, ...awaitAnnotations(context) },
      },
    },
    { parent, dependsOn },
  );
  for (const monitor of consulMonitors()) {
    new kubernetes.apiextensions.CustomResource(`${name}-monitor-${monitor.metadata.name}`, monitor, { parent });
  }
}

function createSnapshots(name: string, args: ConsulArgs, { parent, dependsOn }: Ordered) {
  const { context, settings, backupsKeyArn: keyArn } = args;
  const bucket = createSnapshotBucket(
    `${name}-snapshot-bucket`,
    { context, purpose: snapshotPurpose, keyArn, expireAfterDays: settings.snapshotRetentionDays },
    parent,
  );
  const account = new kubernetes.core.v1.ServiceAccount(
    `${name}-snapshot-account`,
    {
      metadata: { name: consulSnapshotServiceAccount, namespace: consulNamespace },
      automountServiceAccountToken: false,
    },
    { parent },
  );
  const identity = createUploader(
    `${name}-snapshot-identity`,
    {
      context,
      namespace: consulNamespace,
      serviceAccount: consulSnapshotServiceAccount,
      purpose: snapshotPurpose,
      prefix: snapshotPrefix,
      keyArn,
    },
    parent,
  );
  new kubernetes.batch.v1.CronJob(
    `${name}-snapshot`,
    {
      metadata: { name: "consul-snapshot", namespace: consulNamespace },
      spec: consulSnapshotJob(
        context,
        settings.snapshotSchedule,
        context.names.bucket(snapshotPurpose),
        snapshotPrefix,
      ),
    },
    { parent, dependsOn: [...dependsOn, bucket, identity, account] },
  );
  return bucket;
}
