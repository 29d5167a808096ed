import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EventSchema } from "../../catalog/types.ts";
import { PodIdentity } from "../compute/podIdentity.ts";
import { type PlatformContext, readiness } from "./context.ts";
import { createDisruptionBudget } from "./disruptionBudget.ts";
import { auditBucketPurpose, auditDataStream, elasticCluster, elasticNamespace } from "./elasticNames.ts";
import { createGeneratedSecret, createPassword, type SecretCustody } from "./generatedSecret.ts";
import {
  logstashExternalSecret,
  logstashResource,
  logstashSecret,
  logstashServiceAccount,
  logstashTrustSecret,
  logstashTrustSecretPath,
} from "./logstashResource.ts";
import { createExternalSecret, createInsideCertificate } from "./secretResources.ts";

/** Arguments of `Logstash`. */
export interface LogstashArgs extends SecretCustody {
  context: PlatformContext;
  /** Replicas; they share the partitions of the topic. */
  replicas: number;
  /** Topic of the audit trail. */
  topic: string;
  /** Shape of its events, from the catalog. */
  schema: EventSchema;
  /** ARN of the customer key for the audit trail. */
  auditKeyArn: pulumi.Input<string>;
}

/** Logstash with the audit pipelines: from Kafka into the data stream, and as files into the locked bucket. */
export class Logstash extends pulumi.ComponentResource {
  constructor(name: string, args: LogstashArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Logstash", name, { replicas: args.replicas, topic: args.topic }, opts);
    const secrets = createSecrets(name, args, this);
    const identity = createIdentity(name, args, this);
    createPipelines(name, args, { parent: this, dependsOn: [...secrets, ...identity] });
    createDisruptionBudget(
      `${name}-budget`,
      {
        name: "logstash",
        namespace: elasticNamespace,
        matchLabels: { "logstash.k8s.elastic.co/name": elasticCluster },
        replicas: args.replicas,
      },
      this,
    );
    this.registerOutputs({});
  }
}

/** Logins of Logstash, and a certificate for the sake of the trust store that comes with it. */
function createSecrets(name: string, args: LogstashArgs, parent: pulumi.Resource): pulumi.Resource[] {
  const { context } = args;
  const kept = createGeneratedSecret(
    `${name}-trust-password`,
    {
      ...args,
      path: logstashTrustSecretPath,
      description: "Protects the trust store of Logstash",
      value: pulumi.jsonStringify({ password: createPassword(`${name}-trust`, parent) }),
    },
    parent,
  );
  const secret = createExternalSecret(`${name}-secrets`, logstashExternalSecret(), context, {
    parent,
    dependsOn: [kept],
  });
  const trust = createInsideCertificate(
    `${name}-certificate`,
    {
      name: logstashTrustSecret,
      namespace: elasticNamespace,
      dnsNames: [`logstash.${elasticNamespace}.svc`],
      keystorePasswordSecret: logstashSecret,
    },
    context,
    { parent, dependsOn: [secret] },
  );
  return [secret, trust];
}

/** The pods may add events to the locked bucket; they can neither read, list nor delete what they have added. */
function createIdentity(name: string, args: LogstashArgs, parent: pulumi.Resource): pulumi.Resource[] {
  const { context, auditKeyArn } = args;
  const account = new kubernetes.core.v1.ServiceAccount(
    `${name}-account`,
    { metadata: { name: logstashServiceAccount, namespace: elasticNamespace }, automountServiceAccountToken: false },
    { parent },
  );
  const identity = new PodIdentity(
    `${name}-identity`,
    {
      clusterName: context.clusterName,
      namespace: elasticNamespace,
      serviceAccount: logstashServiceAccount,
      statements: [
        {
          Sid: "AddEvents",
          Action: ["s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload"],
          Resource: `${context.names.bucketArn(auditBucketPurpose)}/${auditDataStream}/*`,
        },
        {
          Sid: "EncryptEvents",
          Action: ["kms:GenerateDataKey", "kms:Decrypt"],
          Resource: auditKeyArn,
          Condition: { StringEquals: { "kms:ViaService": `s3.${context.region}.amazonaws.com` } },
        },
      ],
    },
    { parent },
  );
  return [account, identity];
}

function createPipelines(name: string, args: LogstashArgs, opts: pulumi.CustomResourceOptions): void {
  const { context, replicas, topic, schema } = args;
  const manifest = logstashResource(context, replicas, { topic, schema });
  new kubernetes.apiextensions.CustomResource(
    `${name}-pipelines`,
    {
      ...manifest,
      metadata: { ...manifest.metadata, annotations: readiness(context, "jsonpath={.status.health}=green") },
    },
    { ...opts, customTimeouts: { create: "20m", update: "20m" } },
  );
}
