import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../compute/podIdentity.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import { issuerReference } from "./certManager.ts";
import { type PlatformContext, priorityClasses, readiness } from "./context.ts";
import { allowFlows, fromApiServer, fromPrometheus, toApiServer, toAws, toPodIdentity } from "./networkPolicies.ts";
import { hasBudget, resources, topologySpread } from "./pods.ts";
import { installChart } from "./release.ts";
import type { ChartValues } from "./values.ts";
import { vaultRecordPath } from "./vaultNames.ts";

/** Name of the ClusterSecretStore that reads AWS Secrets Manager. */
export const secretStore = "aws-secrets-manager";

/** Arguments of `ExternalSecrets`. */
export interface ExternalSecretsArgs {
  context: PlatformContext;
  /** Pods of the controller and of the webhook. */
  replicas: number;
  /** ARNs of secrets with names of their own that are read too, for example the one that RDS makes. @default none */
  alsoReadable?: pulumi.Input<string>[];
  /** ARN of the customer key under which the secrets lie; absent: the account's own key for Secrets Manager. */
  keyArn?: pulumi.Input<string>;
}

const namespace = "external-secrets";
const serviceAccount = "external-secrets";

/** Values of the chart. */
function externalSecretsValues(context: PlatformContext, replicas: number): ChartValues {
  const budget = { podDisruptionBudget: hasBudget(replicas) ? { enabled: true, minAvailable: 1 } : { enabled: false } };
  return {
    installCRDs: true,
    replicaCount: replicas,
    leaderElect: true,
    concurrent: 5,
    processClusterPushSecret: false,
    serviceAccount: { create: true, name: serviceAccount },
    ...budget,
    topologySpreadConstraints: topologySpread(context, replicas, { "app.kubernetes.io/name": "external-secrets" }),
    priorityClassName: priorityClasses.critical,
    resources: resources("50m", "128Mi", "256Mi"),
    livenessProbe: { enabled: true },
    readinessProbe: { enabled: true },
    // The default drops the monitor without a word when its kind is not known.
    serviceMonitor: { enabled: true, interval: "30s", renderMode: "failIfMissing" },
    webhook: {
      create: true,
      replicaCount: replicas,
      ...budget,
      topologySpreadConstraints: topologySpread(context, replicas, {
        "app.kubernetes.io/name": "external-secrets-webhook",
      }),
      priorityClassName: priorityClasses.critical,
      resources: resources("20m", "64Mi", "128Mi"),
      livenessProbe: { enabled: true },
      certManager: { enabled: true, cert: { create: true, issuerRef: issuerReference("internal") } },
    },
    // cert-manager makes the webhook's certificate, so the chart's own controller for that is not needed.
    certController: { create: false },
  };
}

/** What the controller may read: the secrets of this environment's prefix, in this account and region. */
export function externalSecretsStatements(
  context: Pick<PlatformContext, "names" | "region">,
  keyArn?: pulumi.Input<string>,
  alsoReadable: pulumi.Input<string>[] = [],
): PolicyStatement[] {
  const statements: PolicyStatement[] = [
    {
      Sid: "ReadSecrets",
      Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"],
      Resource: [context.names.arn("secretsmanager", `secret:${context.names.secret("")}*`), ...alsoReadable],
    },
    {
      // Who may write an ExternalSecret must not come by the keys of Vault itself.
      Sid: "NeverTheRecordOfVault",
      Effect: "Deny",
      Action: "secretsmanager:GetSecretValue",
      Resource: context.names.arn("secretsmanager", `secret:${context.names.secret(vaultRecordPath)}-*`),
    },
  ];
  if (keyArn !== undefined) {
    statements.push({
      Sid: "OpenSecrets",
      Action: "kms:Decrypt",
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${context.region}.amazonaws.com` } },
    });
  }
  return statements;
}

/**
 * Secrets in the cluster: External Secrets reads Secrets Manager and keeps Kubernetes Secrets up to date. Nothing secret
 * goes through Helm values or Pulumi's Kubernetes resources.
 */
export class ExternalSecrets extends pulumi.ComponentResource {
  /** Ready when secrets can be asked for. */
  readonly store: kubernetes.apiextensions.CustomResource;

  constructor(name: string, args: ExternalSecretsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:ExternalSecrets", name, { replicas: args.replicas, keyArn: args.keyArn }, opts);
    const { context } = args;
    const identity = new PodIdentity(
      `${name}-identity`,
      {
        clusterName: context.clusterName,
        namespace,
        serviceAccount,
        statements: externalSecretsStatements(context, args.keyArn, args.alsoReadable),
      },
      { parent: this },
    );
    const policy = createPolicy(name, context, this);
    const release = installChart(
      `${name}-release`,
      { chart: "external-secrets", context, namespace, values: externalSecretsValues(context, args.replicas) },
      // A pod gets its role only when it starts after the association.
      { parent: this, dependsOn: [policy, identity] },
    );
    this.store = createStore(name, context, { parent: this, dependsOn: [release] });
    this.registerOutputs({});
  }
}

function createPolicy(name: string, context: PlatformContext, parent: pulumi.Resource) {
  return new kubernetes.networking.v1.NetworkPolicy(
    `${name}-flows`,
    allowFlows("external-secrets", {
      namespace,
      ingress: [fromApiServer(context, [10250]), fromPrometheus([8080])],
      egress: [
        toApiServer(context),
        toAws(context),
        toPodIdentity(),
        { peers: [{ namespace: "vault" }], ports: [8200] },
      ],
    }),
    { parent },
  );
}

function createStore(name: string, context: PlatformContext, opts: pulumi.CustomResourceOptions) {
  return new kubernetes.apiextensions.CustomResource(
    `${name}-store`,
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ClusterSecretStore",
      metadata: { name: secretStore, annotations: readiness(context, "condition=Ready") },
      // Without credentials here the controller's own Pod Identity is used.
      spec: { provider: { aws: { service: "SecretsManager", region: context.region } } },
    },
    opts,
  );
}
