import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformContext } from "./context.ts";
import { createDisruptionBudget } from "./disruptionBudget.ts";
import { createGeneratedSecret, createPassword, type SecretCustody } from "./generatedSecret.ts";
import { awaitAnnotations } from "./jobs.ts";
import {
  kafkaNamespace,
  schemaRegistryPort,
  schemaRegistrySecretPath,
  schemaRegistryUrl,
  schemaRegistryUsers,
} from "./kafkaNames.ts";
import { allowFlows, fromPrometheus } from "./networkPolicies.ts";
import {
  schemaRegistryCertificateNames,
  schemaRegistryLogins,
  schemaRegistryMetricsData,
  schemaRegistryMonitor,
  schemaRegistryServices,
  schemaRegistryStatefulSet,
  schemaRegistryStoreSecret,
  schemaRegistryStoreSecretPath,
  schemaRegistryTlsSecret,
} from "./schemaRegistryManifest.ts";
import { createExternalSecret, createInsideCertificate } from "./secretResources.ts";

/** Arguments of `SchemaRegistry`. */
export interface SchemaRegistryArgs extends SecretCustody {
  context: PlatformContext;
  /** Replicas; one leads, the others forward writes. */
  replicas: number;
  /** Copies of the registry's topic. */
  replicationFactor: number;
}

const labels = { "app.kubernetes.io/name": "schema-registry" };

/** Confluent Schema Registry behind TLS and basic authentication, keeping its schemas in Kafka. */
export class SchemaRegistry extends pulumi.ComponentResource {
  /** Address of the registry inside the cluster. */
  readonly url: string;

  constructor(name: string, args: SchemaRegistryArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:SchemaRegistry", name, { replicas: args.replicas }, opts);
    const secrets = createSecrets(name, args, this);
    const certificate = createCertificate(name, args.context, { parent: this, dependsOn: secrets });
    const policy = createPolicy(name, this);
    createRegistry(name, args, { parent: this, dependsOn: [...secrets, certificate, policy] });

    this.url = schemaRegistryUrl;
    this.registerOutputs({ url: this.url });
  }
}

/** Passwords of the users and of the key store, and the way they come into the cluster. */
function createSecrets(name: string, args: SchemaRegistryArgs, parent: pulumi.Resource): pulumi.Resource[] {
  const { context } = args;
  const passwords = Object.fromEntries(
    schemaRegistryUsers.map((user) => [user, createPassword(`${name}-password-${user}`, parent)]),
  );
  const users = createGeneratedSecret(
    `${name}-logins`,
    {
      ...args,
      path: schemaRegistrySecretPath,
      description: "Passwords of the schema registry's users, one property each",
      value: pulumi.jsonStringify(passwords),
    },
    parent,
  );
  const store = createGeneratedSecret(
    `${name}-store`,
    {
      ...args,
      path: schemaRegistryStoreSecretPath,
      description: "Protects the schema registry's key store and trust store",
      value: pulumi.jsonStringify({ password: createPassword(`${name}-store-password`, parent) }),
    },
    parent,
  );
  return [
    createExternalSecret(`${name}-logins-secret`, schemaRegistryLogins(), context, { parent, dependsOn: [users] }),
    createExternalSecret(
      `${name}-store-secret`,
      {
        name: schemaRegistryStoreSecret,
        namespace: kafkaNamespace,
        data: { password: { path: schemaRegistryStoreSecretPath, property: "password" } },
      },
      context,
      { parent, dependsOn: [store] },
    ),
  ];
}

function createCertificate(name: string, context: PlatformContext, opts: pulumi.CustomResourceOptions) {
  return createInsideCertificate(
    `${name}-certificate`,
    {
      name: schemaRegistryTlsSecret,
      namespace: kafkaNamespace,
      dnsNames: schemaRegistryCertificateNames(),
      keystorePasswordSecret: schemaRegistryStoreSecret,
    },
    context,
    opts,
  );
}

function createPolicy(name: string, parent: pulumi.Resource) {
  return new kubernetes.networking.v1.NetworkPolicy(
    `${name}-flows`,
    allowFlows("schema-registry", {
      namespace: kafkaNamespace,
      pods: labels,
      ingress: [
        {
          peers: [
            { namespace: "trading" },
            { namespace: "elastic" },
            { namespace: kafkaNamespace, pods: labels },
            // Jobs that register the catalog's schemas.
            { namespace: "platform-system", pods: { "trading-platform/provisioning": "schema-registry" } },
          ],
          ports: [schemaRegistryPort],
        },
        fromPrometheus([9404]),
      ],
    }),
    { parent },
  );
}

function createRegistry(
  name: string,
  args: SchemaRegistryArgs,
  opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] },
): void {
  const { context, replicas, replicationFactor } = args;
  const { parent } = opts;
  const rules = new kubernetes.core.v1.ConfigMap(
    `${name}-metrics`,
    {
      metadata: { name: "schema-registry-metrics", namespace: kafkaNamespace },
      data: schemaRegistryMetricsData(),
    },
    { parent },
  );
  const [service, peers] = schemaRegistryServices();
  const annotations = awaitAnnotations(context);
  const headless = new kubernetes.core.v1.Service(
    `${name}-peers`,
    { ...peers!, metadata: { ...peers!.metadata, annotations } },
    { parent },
  );
  const manifest = schemaRegistryStatefulSet(context, replicas, replicationFactor);
  const registry = new kubernetes.apps.v1.StatefulSet(
    `${name}-registry`,
    {
      ...manifest,
      metadata: { ...manifest.metadata, annotations: { ...manifest.metadata.annotations, ...annotations } },
    },
    { parent, dependsOn: [...opts.dependsOn, rules, headless] },
  );
  new kubernetes.core.v1.Service(
    `${name}-service`,
    { ...service!, metadata: { ...service!.metadata, annotations } },
    { parent, dependsOn: [registry] },
  );
  new kubernetes.apiextensions.CustomResource(`${name}-monitor`, schemaRegistryMonitor(), { parent });
  createDisruptionBudget(
    `${name}-budget`,
    { name: "schema-registry", namespace: kafkaNamespace, matchLabels: labels, replicas },
    parent,
  );
}
