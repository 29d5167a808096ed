import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EventSchema } from "../../catalog/types.ts";
import type { ElasticSettings } from "../../stack/sections/elastic.ts";
import { PodIdentity } from "../compute/podIdentity.ts";
import { Bucket, type BucketObjectLock } from "../data/bucket.ts";
import { platformBuckets } from "../data/buckets.ts";
import { type PlatformContext, readiness } from "./context.ts";
import { createDisruptionBudget } from "./disruptionBudget.ts";
import { elasticFlows } from "./elasticFlows.ts";
import { elasticSetupJob } from "./elasticJob.ts";
import {
  auditBucketPurpose,
  type ElasticPlatformUser,
  elasticCluster,
  elasticNamespace,
  elasticPlatformUsers,
  elasticScriptsConfigMap,
  elasticsearchUrl,
  elasticTlsSecret,
  elasticUserSecretPath,
} from "./elasticNames.ts";
import {
  elasticCertificateNames,
  elasticOperatorValues,
  elasticRolesSecret,
  elasticServiceAccount,
  elasticsearchResource,
  kibanaKeysSecret,
  kibanaResource,
} from "./elasticResources.ts";
import { elasticRolesFile, elasticSetupRequests, elasticUserExternalSecret, setupFiles } from "./elasticSetup.ts";
import { createGeneratedSecret, createPassword, custodyOf, type SecretCustody } from "./generatedSecret.ts";
import { awaitAnnotations, contentHash } from "./jobs.ts";
import { Logstash } from "./logstash.ts";
import { allowFlows } from "./networkPolicies.ts";
import { installChart } from "./release.ts";
import { scriptData } from "./scripts.ts";
import { createExternalSecret, createInsideCertificate } from "./secretResources.ts";
import { createSnapshotBucket } from "./snapshotBucket.ts";

/** Arguments of `Elastic`. */
export interface ElasticArgs extends SecretCustody {
  context: PlatformContext;
  /** Nodes, volumes, audit trail, snapshots: the section `elastic` of the stack file. */
  settings: ElasticSettings;
  /** Shape of the audit events: the schema of the audit topic. */
  auditSchema: EventSchema;
  /** Shape of the candles, for their index template. @default no template */
  klineSchema?: EventSchema;
  /** ARN of the customer key for backups: snapshots. */
  backupsKeyArn: pulumi.Input<string>;
  /** ARN of the customer key for the audit trail. */
  auditKeyArn: pulumi.Input<string>;
  /** How long the locked copy of the audit trail cannot be deleted. */
  auditLock: BucketObjectLock;
  /** Install Logstash and the audit pipeline: needs Kafka. @default true */
  auditPipeline?: boolean;
}

const snapshotPurpose = "elastic-snapshots";

/**
 * Elasticsearch, Kibana and Logstash under Elastic's operator, and the trade audit trail: from its topic through
 * Logstash into a data stream with a lifecycle, a space in Kibana, snapshots in S3, and an object-locked copy that nobody
 * can change.
 */
export class Elastic extends pulumi.ComponentResource {
  /** Address of Elasticsearch inside the cluster. */
  readonly url: string;
  /** Name of the bucket with the locked copy of the audit trail. */
  readonly auditBucket: pulumi.Output<string>;
  /** There when Elasticsearch can be used: jobs that make accounts wait for it. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ElasticArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { settings, auditLock } = args;
    super("trading-platform:platform:Elastic", name, { settings, auditLock }, opts);
    const { context } = args;
    const policies = Object.entries(elasticFlows(context)).map(
      ([policy, flows]) =>
        new kubernetes.networking.v1.NetworkPolicy(`${name}-flows-${policy}`, allowFlows(policy, flows), {
          parent: this,
        }),
    );
    const operator = installChart(
      `${name}-operator`,
      {
        chart: "eck-operator",
        context,
        namespace: elasticNamespace,
        values: elasticOperatorValues(settings.operatorReplicas),
      },
      { parent: this, dependsOn: policies },
    );
    const users = elasticPlatformUsers.flatMap((user) => createUser(name, user, args, this));
    const search = createElasticsearch(name, args, { parent: this, dependsOn: [operator, ...users] });
    const kibana = createKibana(name, args, { parent: this, dependsOn: [search] });
    const scripts = createScripts(name, this);
    const setup = createSetup(name, args, { parent: this, dependsOn: [search, kibana, scripts] });
    const bucket = createAuditBucket(name, args, this);
    if (args.auditPipeline ?? true) {
      new Logstash(
        `${name}-logstash`,
        {
          context,
          replicas: settings.logstashReplicas,
          topic: settings.audit.topic,
          schema: args.auditSchema,
          auditKeyArn: args.auditKeyArn,
          ...custodyOf(args),
        },
        { parent: this, dependsOn: [setup, bucket] },
      );
    }

    this.url = elasticsearchUrl;
    this.auditBucket = bucket.bucketName;
    this.ready = [search, scripts];
    this.registerOutputs({ url: this.url, auditBucket: this.auditBucket });
  }
}

interface Ordered {
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[];
}

/** A platform user's login: made here, kept in Secrets Manager, and brought to the operator as a Secret. */
function createUser(name: string, user: ElasticPlatformUser, args: ElasticArgs, parent: pulumi.Resource) {
  const kept = createGeneratedSecret(
    `${name}-user-${user}-login`,
    {
      ...args,
      path: elasticUserSecretPath(user),
      description: `Login of ${user} to Elasticsearch`,
      value: pulumi.jsonStringify({
        username: user,
        password: createPassword(`${name}-user-${user}-password`, parent),
      }),
    },
    parent,
  );
  const plan = elasticUserExternalSecret(user);
  return [createExternalSecret(`${name}-user-${user}`, plan, args.context, { parent, dependsOn: [kept] })];
}

function createElasticsearch(name: string, args: ElasticArgs, { parent, dependsOn }: Ordered) {
  const { context, settings } = args;
  const bucket = createSnapshotBucket(
    `${name}-snapshot-bucket`,
    { context, purpose: snapshotPurpose, keyArn: args.backupsKeyArn },
    parent,
  );
  const account = createServiceAccount(`${name}-account`, elasticServiceAccount, parent);
  const identity = createSnapshotIdentity(name, args, parent);
  const certificate = createInsideCertificate(
    `${name}-certificate`,
    { name: elasticTlsSecret, namespace: elasticNamespace, dnsNames: elasticCertificateNames() },
    context,
    { parent, dependsOn: [] },
  );
  const roles = new kubernetes.core.v1.Secret(
    `${name}-roles`,
    {
      // Nothing secret: the operator takes roles from Secrets only.
      metadata: { name: elasticRolesSecret, namespace: elasticNamespace },
      stringData: { "roles.yml": elasticRolesFile() },
    },
    { parent },
  );
  const manifest = elasticsearchResource(context, settings, elasticPlatformUsers);
  return new kubernetes.apiextensions.CustomResource(
    `${name}-elasticsearch`,
    {
      ...manifest,
      metadata: { ...manifest.metadata, annotations: readiness(context, "jsonpath={.status.phase}=Ready") },
    },
    {
      parent,
      dependsOn: [...dependsOn, bucket, account, identity, certificate, roles],
      protect: context.protect,
      customTimeouts: { create: "30m", update: "90m" },
    },
  );
}

/** Elasticsearch keeps its snapshots by itself: it writes, reads, lists and deletes in its bucket, and nowhere else. */
function createSnapshotIdentity(name: string, args: ElasticArgs, parent: pulumi.Resource) {
  const { context, backupsKeyArn } = args;
  const arn = context.names.bucketArn(snapshotPurpose);
  return new PodIdentity(
    `${name}-snapshot-identity`,
    {
      clusterName: context.clusterName,
      namespace: elasticNamespace,
      serviceAccount: elasticServiceAccount,
      statements: [
        {
          Sid: "ListSnapshots",
          Action: ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
          Resource: arn,
        },
        {
          Sid: "KeepSnapshots",
          Action: [
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
          ],
          Resource: `${arn}/*`,
        },
        {
          Sid: "EncryptSnapshots",
          Action: ["kms:GenerateDataKey", "kms:Decrypt"],
          Resource: backupsKeyArn,
          Condition: { StringEquals: { "kms:ViaService": `s3.${context.region}.amazonaws.com` } },
        },
      ],
    },
    { parent },
  );
}

function createServiceAccount(logicalName: string, account: string, parent: pulumi.Resource) {
  return new kubernetes.core.v1.ServiceAccount(
    logicalName,
    { metadata: { name: account, namespace: elasticNamespace }, automountServiceAccountToken: false },
    { parent },
  );
}

function createKibana(name: string, args: ElasticArgs, { parent, dependsOn }: Ordered) {
  const { context, settings } = args;
  const path = "elastic/kibana-keys";
  const settingsOfKeys = ["encryptedSavedObjects", "reporting", "security"].map((use) => `xpack.${use}.encryptionKey`);
  const kept = createGeneratedSecret(
    `${name}-kibana-keys`,
    {
      ...args,
      path,
      description: "Keys by which Kibana encrypts saved objects, reports and sessions",
      value: pulumi.jsonStringify(
        Object.fromEntries(
          settingsOfKeys.map((setting, index) => [
            `key${index}`,
            createPassword(`${name}-kibana-key-${setting}`, parent),
          ]),
        ),
      ),
    },
    parent,
  );
  const keys = createExternalSecret(
    `${name}-kibana-keys-secret`,
    {
      name: kibanaKeysSecret,
      namespace: elasticNamespace,
      data: Object.fromEntries(settingsOfKeys.map((setting, index) => [setting, { path, property: `key${index}` }])),
    },
    context,
    { parent, dependsOn: [kept] },
  );
  // The operator makes a budget for Elasticsearch only.
  createDisruptionBudget(
    `${name}-kibana-budget`,
    {
      name: "kibana",
      namespace: elasticNamespace,
      matchLabels: { "kibana.k8s.elastic.co/name": elasticCluster },
      replicas: settings.kibanaReplicas,
    },
    parent,
  );
  const manifest = kibanaResource(context, settings.kibanaReplicas);
  return new kubernetes.apiextensions.CustomResource(
    `${name}-kibana`,
    {
      ...manifest,
      metadata: { ...manifest.metadata, annotations: readiness(context, "jsonpath={.status.health}=green") },
    },
    { parent, dependsOn: [...dependsOn, keys], customTimeouts: { create: "20m", update: "20m" } },
  );
}

function createScripts(name: string, parent: pulumi.Resource) {
  return new kubernetes.core.v1.ConfigMap(
    `${name}-scripts`,
    {
      metadata: { name: elasticScriptsConfigMap, namespace: elasticNamespace },
      data: scriptData("elastic-setup.sh"),
    },
    { parent },
  );
}

/** The setup job; a change of its requests makes a new job, which runs. */
function createSetup(name: string, args: ElasticArgs, { parent, dependsOn }: Ordered) {
  const { context, settings, auditSchema, klineSchema } = args;
  const files = setupFiles(
    elasticSetupRequests({
      settings,
      snapshotBucket: context.names.bucket(snapshotPurpose),
      auditSchema,
      klineSchema,
    }),
  );
  const hash = contentHash(files, elasticSetupJob(context, ""), scriptData("elastic-setup.sh"));
  const requests = new kubernetes.core.v1.ConfigMap(
    `${name}-requests`,
    { metadata: { name: `elastic-requests-${hash}`, namespace: elasticNamespace }, immutable: true, data: files },
    { parent },
  );
  return new kubernetes.batch.v1.Job(
    `${name}-setup`,
    {
      metadata: {
        name: `elastic-setup-${hash}`,
        namespace: elasticNamespace,
        annotations: awaitAnnotations(context),
      },
      spec: elasticSetupJob(context, `elastic-requests-${hash}`),
    },
    { parent, dependsOn: [...dependsOn, requests], customTimeouts: { create: "35m", update: "35m" } },
  );
}

/** The copy of the audit trail that nobody can change before its time. */
function createAuditBucket(name: string, args: ElasticArgs, parent: pulumi.Resource) {
  const { context, auditKeyArn, auditLock } = args;
  return new Bucket(
    `${name}-audit-bucket`,
    {
      bucketName: context.names.bucket(auditBucketPurpose),
      keyArn: auditKeyArn,
      objectLock: auditLock,
      accessLogBucket: context.names.bucket(platformBuckets.accessLogs),
      dataClass: "audit",
      protect: context.protect,
    },
    { parent },
  );
}
