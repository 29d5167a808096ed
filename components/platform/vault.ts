import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { VaultSettings } from "../../stack/sections/vault.ts";
import { PodIdentity } from "../compute/podIdentity.ts";
import { Secret } from "../security/secret.ts";
import { type PlatformContext, readiness } from "./context.ts";
import type { SecretCustody } from "./generatedSecret.ts";
import { awaitAnnotations, contentHash } from "./jobs.ts";
import { allowFlows, type Flows, fromPrometheus, toApiServer, toAws, toPodIdentity } from "./networkPolicies.ts";
import { installChart } from "./release.ts";
import { scriptData } from "./scripts.ts";
import { createInsideCertificate } from "./secretResources.ts";
import { createSnapshotBucket, createUploader } from "./snapshotBucket.ts";
import { vaultAccess, vaultAccessFiles } from "./vaultAccess.ts";
import { vaultSetupJob, vaultSnapshotJob } from "./vaultJobs.ts";
import {
  vaultAddress,
  vaultAudience,
  vaultCertificateNames,
  vaultKeyValuePath,
  vaultKubernetesAuthPath,
  vaultNamespace,
  vaultRecordPath,
  vaultServiceAccount,
  vaultSetupServiceAccount,
  vaultSnapshotServiceAccount,
  vaultTlsSecret,
} from "./vaultNames.ts";
import { vaultScriptsConfigMap, vaultValues } from "./vaultValues.ts";

/** Arguments of `Vault`. */
export interface VaultArgs extends SecretCustody {
  context: PlatformContext;
  /** Servers, volumes, recovery key, snapshots: the section `vault` of the stack file. */
  settings: VaultSettings;
  /** Names of the services that may log in, each to what lies under its own name. */
  services: readonly string[];
  /** ARN of the customer key that unseals Vault, `keys.arns["vault-unseal"]`: losing the key is losing Vault. */
  unsealKeyArn: pulumi.Input<string>;
  /** ARN of the customer key for backups. */
  backupsKeyArn: pulumi.Input<string>;
}

const snapshotPurpose = "vault-snapshots";
const snapshotPrefix = "raft/";

/**
 * Vault that comes up without a person and stays up: Raft, TLS from the cluster's own authority, unsealed by KMS,
 * initialised and configured by a job that may run at any time, audited to two devices, copied to S3 by the clock.
 */
export class Vault extends pulumi.ComponentResource {
  /** Address of the active server inside the cluster. */
  readonly address: string;
  /** Name of the ClusterSecretStore that reads Vault's key-value engine. */
  readonly secretStore: string;
  /** Bucket of the snapshots. */
  readonly snapshotBucket: pulumi.Output<string>;

  constructor(name: string, args: VaultArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Vault", name, { settings: args.settings, services: args.services }, opts);
    const { context, settings } = args;
    const policies = createPolicies(name, context, this);
    const certificate = createCertificate(name, context, this);
    const scripts = createScripts(name, this);
    const unseal = createUnsealIdentity(name, args, this);
    const release = installChart(
      `${name}-release`,
      { chart: "vault", context, namespace: vaultNamespace, values: vaultValues(context, settings) },
      { parent: this, dependsOn: [certificate, scripts, unseal, ...policies], protect: context.protect },
    );
    const setup = createSetup(name, args, { parent: this, dependsOn: [release, scripts] });
    const bucket = createSnapshots(name, args, { parent: this, dependsOn: [setup, scripts] });
    createStore(name, context, { parent: this, dependsOn: [setup] });

    this.address = vaultAddress;
    this.secretStore = vaultSecretStore;
    this.snapshotBucket = bucket.bucketName;
    this.registerOutputs({ address: this.address, snapshotBucket: this.snapshotBucket });
  }
}

/** Name of the ClusterSecretStore that reads Vault. */
const vaultSecretStore = "vault";

/** What may flow to and from Vault's pods. */
function vaultFlows(context: Pick<PlatformContext, "vpcCidr" | "serviceCidr">): { [name: string]: Flows } {
  const servers = { "app.kubernetes.io/name": "vault", component: "server" };
  const toVault = { peers: [{ namespace: vaultNamespace, pods: servers }], ports: [8200] };
  const job = (pods: string) => ({
    namespace: vaultNamespace,
    pods: { "app.kubernetes.io/name": pods },
    egress: [toVault, toAws(context), toPodIdentity()],
  });
  return {
    "vault-servers": {
      namespace: vaultNamespace,
      pods: servers,
      ingress: [
        {
          peers: [
            { namespace: vaultNamespace },
            { namespace: "external-secrets" },
            { namespace: "trading" },
            // The blackbox exporter asks for the health of servers that are too sealed to serve metrics.
            { namespace: "monitoring" },
          ],
          ports: [8200],
        },
        { peers: [{ namespace: vaultNamespace, pods: servers }], ports: [8201] },
        fromPrometheus([8200]),
      ],
      egress: [
        { peers: [{ namespace: vaultNamespace, pods: servers }], ports: [8200, 8201] },
        toApiServer(context),
        toAws(context),
        toPodIdentity(),
      ],
    },
    "vault-setup": job("vault-setup"),
    "vault-snapshot": job("vault-snapshot"),
  };
}

function createPolicies(name: string, context: PlatformContext, parent: pulumi.Resource) {
  return Object.entries(vaultFlows(context)).map(
    ([policy, flows]) =>
      new kubernetes.networking.v1.NetworkPolicy(`${name}-flows-${policy}`, allowFlows(policy, flows), { parent }),
  );
}

function createCertificate(name: string, context: PlatformContext, parent: pulumi.Resource) {
  return createInsideCertificate(
    `${name}-certificate`,
    {
      name: vaultTlsSecret,
      namespace: vaultNamespace,
      dnsNames: vaultCertificateNames(),
      ipAddresses: ["127.0.0.1"],
    },
    context,
    { parent },
  );
}

function createScripts(name: string, parent: pulumi.Resource) {
  return new kubernetes.core.v1.ConfigMap(
    `${name}-scripts`,
    {
      metadata: { name: vaultScriptsConfigMap, namespace: vaultNamespace },
      data: scriptData(
        "vault-keep.sh",
        "vault-recall.sh",
        "vault-initialise.sh",
        "vault-store.sh",
        "vault-configure.sh",
        "vault-snapshot.sh",
        "upload-snapshot.sh",
      ),
    },
    { parent },
  );
}

/** The servers may use one key, and nothing else in the account. */
function createUnsealIdentity(name: string, args: VaultArgs, parent: pulumi.Resource) {
  return new PodIdentity(
    `${name}-unseal-identity`,
    {
      clusterName: args.context.clusterName,
      namespace: vaultNamespace,
      serviceAccount: vaultServiceAccount,
      statements: [
        { Sid: "Unseal", Action: ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"], Resource: args.unsealKeyArn },
      ],
    },
    { parent },
  );
}

/** The setup job with its record in Secrets Manager, which it alone can write. */
function createSetup(name: string, args: VaultArgs, opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] }) {
  const { context, settings } = args;
  const { parent } = opts;
  const record = new Secret(
    `${name}-record`,
    {
      secretName: context.names.secret(vaultRecordPath),
      keyArn: args.secretsKeyArn,
      description: "Recovery keys of Vault, written once by its setup job; people need them to make a root token",
      recoveryWindowDays: args.secretRecoveryDays,
      replica: args.secretReplica,
      protect: context.protect,
    },
    { parent },
  );
  const identity = new PodIdentity(
    `${name}-setup-identity`,
    {
      clusterName: context.clusterName,
      namespace: vaultNamespace,
      serviceAccount: vaultSetupServiceAccount,
      statements: [
        {
          Sid: "KeepRecord",
          Action: ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
          Resource: record.arn,
        },
        {
          Sid: "EncryptRecord",
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: args.secretsKeyArn,
          Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${context.region}.amazonaws.com` } },
        },
      ],
    },
    { parent },
  );
  const account = createServiceAccount(`${name}-setup-account`, vaultSetupServiceAccount, parent);
  const files = vaultAccessFiles(vaultAccess(args.services));
  // Job and access files carry the hash of all that the job does: a change makes a new job, which runs.
  const hash = contentHash(files, vaultSetupJob(context, settings, ""), scriptData("vault-configure.sh"));
  const accessFiles = new kubernetes.core.v1.ConfigMap(
    `${name}-access`,
    { metadata: { name: `vault-access-${hash}`, namespace: vaultNamespace }, immutable: true, data: files },
    { parent },
  );
  return new kubernetes.batch.v1.Job(
    `${name}-setup`,
    {
      metadata: {
        name: `vault-setup-${hash}`,
        namespace: vaultNamespace,
        annotations: awaitAnnotations(context),
      },
      spec: vaultSetupJob(context, settings, `vault-access-${hash}`),
    },
    {
      parent,
      dependsOn: [...opts.dependsOn, record, identity, account, accessFiles],
      customTimeouts: { create: "35m", update: "35m" },
    },
  );
}

function createSnapshots(
  name: string,
  args: VaultArgs,
  opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] },
) {
  const { context, settings } = args;
  const { parent } = opts;
  const bucket = createSnapshotBucket(
    `${name}-snapshot-bucket`,
    {
      context,
      purpose: snapshotPurpose,
      keyArn: args.backupsKeyArn,
      expireAfterDays: settings.snapshotRetentionDays,
    },
    parent,
  );
  const identity = createUploader(
    `${name}-snapshot-identity`,
    {
      context,
      namespace: vaultNamespace,
      serviceAccount: vaultSnapshotServiceAccount,
      purpose: snapshotPurpose,
      prefix: snapshotPrefix,
      keyArn: args.backupsKeyArn,
    },
    parent,
  );
  const account = createServiceAccount(`${name}-snapshot-account`, vaultSnapshotServiceAccount, parent);
  new kubernetes.batch.v1.CronJob(
    `${name}-snapshot`,
    {
      metadata: { name: "vault-snapshot", namespace: vaultNamespace },
      spec: vaultSnapshotJob(context, settings.snapshotSchedule, context.names.bucket(snapshotPurpose), snapshotPrefix),
    },
    { parent, dependsOn: [...opts.dependsOn, bucket, identity, account] },
  );
  return bucket;
}

function createServiceAccount(logicalName: string, account: string, parent: pulumi.Resource) {
  return new kubernetes.core.v1.ServiceAccount(
    logicalName,
    { metadata: { name: account, namespace: vaultNamespace }, automountServiceAccountToken: false },
    { parent },
  );
}

/** The store by which ExternalSecrets read Vault: the controller logs in with its own service account. */
function vaultStore() {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ClusterSecretStore",
    metadata: { name: vaultSecretStore },
    spec: {
      provider: {
        vault: {
          server: vaultAddress,
          path: vaultKeyValuePath,
          version: "v2",
          caProvider: { type: "Secret", name: vaultTlsSecret, namespace: vaultNamespace, key: "ca.crt" },
          auth: {
            kubernetes: {
              mountPath: vaultKubernetesAuthPath,
              role: "external-secrets",
              serviceAccountRef: {
                name: "external-secrets",
                namespace: "external-secrets",
                // Vault from 1.21 on refuses roles without an audience.
                audiences: [vaultAudience],
              },
            },
          },
        },
      },
    },
  };
}

function createStore(name: string, context: PlatformContext, opts: pulumi.CustomResourceOptions) {
  const manifest = vaultStore();
  return new kubernetes.apiextensions.CustomResource(
    `${name}-store`,
    { ...manifest, metadata: { ...manifest.metadata, annotations: readiness(context, "condition=Ready") } },
    opts,
  );
}
