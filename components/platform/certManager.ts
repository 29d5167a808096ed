import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../compute/podIdentity.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import { type PlatformContext, priorityClasses, readiness } from "./context.ts";
import { allowFlows, fromApiServer, fromPrometheus, toApiServer, toAws, toPodIdentity } from "./networkPolicies.ts";
import { hasBudget, resources, topologySpread } from "./pods.ts";
import { installChart } from "./release.ts";
import type { ChartValues } from "./values.ts";

/** Names of the issuers that every system may refer to. */
const issuers = {
  /** Certificates inside the cluster, signed by the cluster's own authority. */
  internal: "internal-ca",
  /** Certificates that browsers trust, proven by DNS. */
  public: "acme",
} as const;

/** A reference to an issuer, as Certificates hold it. */
export function issuerReference(issuer: keyof typeof issuers) {
  return { group: "cert-manager.io", kind: "ClusterIssuer", name: issuers[issuer] };
}

/** Arguments of `CertManager`. */
export interface CertManagerArgs {
  context: PlatformContext;
  /** Pods of each of the three parts. */
  replicas: number;
  /** Directory of the ACME authority. */
  acmeDirectory: string;
  /** Address that the authority writes to. */
  acmeEmail: string;
  /** Hosted zone of the domain, in which the DNS proof is written; absent: no ACME issuer. */
  zoneId?: pulumi.Input<string>;
}

const namespace = "cert-manager";
/** The chart names it after the release. */
const serviceAccount = "cert-manager";

/** Values of the chart. */
export function certManagerValues(context: PlatformContext, replicas: number): ChartValues {
  const budget = { podDisruptionBudget: hasBudget(replicas) ? { enabled: true, minAvailable: 1 } : { enabled: false } };
  const spread = (component: string) =>
    topologySpread(context, replicas, {
      "app.kubernetes.io/instance": "cert-manager",
      "app.kubernetes.io/component": component,
    });
  return {
    crds: { enabled: true, keep: true },
    global: { leaderElection: { namespace }, priorityClassName: priorityClasses.critical },
    replicaCount: replicas,
    ...budget,
    topologySpreadConstraints: spread("controller"),
    enableCertificateOwnerRef: false,
    config: {
      apiVersion: "controller.config.cert-manager.io/v1alpha1",
      kind: "ControllerConfiguration",
      gatewayAPI: { enabled: true },
    },
    // The zone may be split between private and public answers: ask public resolvers, over TLS.
    dns01RecursiveNameservers: "https://1.1.1.1:443/dns-query,https://8.8.8.8:443/dns-query",
    dns01RecursiveNameserversOnly: true,
    resources: resources("50m", "128Mi", "256Mi"),
    // Each certificate's series keeps its own namespace, which the alerts name, in place of cert-manager's.
    prometheus: { enabled: true, servicemonitor: { enabled: true, honorLabels: true } },
    webhook: {
      replicaCount: replicas,
      timeoutSeconds: 10,
      ...budget,
      topologySpreadConstraints: spread("webhook"),
      resources: resources("20m", "64Mi", "128Mi"),
    },
    cainjector: {
      replicaCount: replicas,
      ...budget,
      topologySpreadConstraints: spread("cainjector"),
      resources: resources("50m", "256Mi", "512Mi"),
    },
    // A hook that ends when the webhook answers and is trusted: the pods are ready some seconds before the injector has
    // written its authority, and the first issuer would be refused (x509, unknown authority).
    startupapicheck: { enabled: context.waitForReadiness, timeout: "5m", resources: resources("10m", "64Mi") },
  };
}

/** What the controller may do: write the proofs of the ACME authority into one zone, and nothing else there. */
function certManagerStatements(zoneId: pulumi.Input<string>): PolicyStatement[] {
  const zone = pulumi.interpolate`arn:aws:route53:::hostedzone/${zoneId}`;
  return [
    { Sid: "FollowChange", Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
    { Sid: "ReadZone", Action: "route53:ListResourceRecordSets", Resource: zone },
    {
      Sid: "WriteProof",
      Action: "route53:ChangeResourceRecordSets",
      Resource: zone,
      Condition: {
        "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
        "ForAllValues:StringLike": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"] },
      },
    },
  ];
}

/**
 * Certificates: cert-manager, the cluster's own authority for what talks inside, and an ACME issuer for what browsers
 * see. The authority proves the domain by DNS, so nothing need be reachable to get a certificate.
 */
export class CertManager extends pulumi.ComponentResource {
  /** Ready when certificates can be asked for. */
  readonly issuers: pulumi.Resource[];

  constructor(name: string, args: CertManagerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:CertManager", name, { replicas: args.replicas, zoneId: args.zoneId }, opts);
    const { context, zoneId } = args;
    const policy = createPolicy(name, context, this);
    const identity =
      zoneId === undefined
        ? []
        : [
            new PodIdentity(
              `${name}-identity`,
              {
                clusterName: context.clusterName,
                namespace,
                serviceAccount,
                statements: certManagerStatements(zoneId),
              },
              { parent: this },
            ),
          ];
    const release = installChart(
      `${name}-release`,
      { chart: "cert-manager", context, namespace, values: certManagerValues(context, args.replicas) },
      { parent: this, dependsOn: [policy, ...identity] },
    );
    const after = { parent: this, dependsOn: [release] };
    this.issuers = [createInternalIssuer(name, context, after)];
    if (zoneId !== undefined) this.issuers.push(createPublicIssuer(name, args, zoneId, after));
    this.registerOutputs({});
  }
}

function createPolicy(name: string, context: PlatformContext, parent: pulumi.Resource) {
  return new kubernetes.networking.v1.NetworkPolicy(
    `${name}-flows`,
    allowFlows("cert-manager", {
      namespace,
      ingress: [fromApiServer(context, [10250]), fromPrometheus([9402])],
      // The ACME authority and the resolvers stand in the internet on the same port as AWS.
      egress: [toApiServer(context), toAws(context), toPodIdentity()],
    }),
    { parent },
  );
}

/** The cluster's own authority: a root that signs itself, in the namespace where ClusterIssuers look for their keys. */
function createInternalIssuer(name: string, context: PlatformContext, opts: pulumi.CustomResourceOptions) {
  const bootstrap = new kubernetes.apiextensions.CustomResource(
    `${name}-bootstrap-issuer`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "bootstrap" },
      spec: { selfSigned: {} },
    },
    opts,
  );
  const root = new kubernetes.apiextensions.CustomResource(
    `${name}-root`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: issuers.internal, namespace, annotations: readiness(context, "condition=Ready") },
      spec: {
        isCA: true,
        commonName: `${context.environment} internal authority`,
        secretName: issuers.internal,
        // Ten years: replacing the root means replacing every copy of it, so it is done on purpose, not by a timer.
        duration: "87600h",
        renewBefore: "8760h",
        privateKey: { algorithm: "ECDSA", size: 384, rotationPolicy: "Never" },
        issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "bootstrap" },
      },
    },
    { ...opts, dependsOn: [bootstrap], protect: context.protect },
  );
  return new kubernetes.apiextensions.CustomResource(
    `${name}-internal-issuer`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: issuers.internal, annotations: readiness(context, "condition=Ready") },
      spec: { ca: { secretName: issuers.internal } },
    },
    { ...opts, dependsOn: [root] },
  );
}

function createPublicIssuer(
  name: string,
  args: CertManagerArgs,
  zoneId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
) {
  const { context } = args;
  return new kubernetes.apiextensions.CustomResource(
    `${name}-public-issuer`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: issuers.public, annotations: readiness(context, "condition=Ready") },
      spec: {
        acme: {
          server: args.acmeDirectory,
          email: args.acmeEmail,
          privateKeySecretRef: { name: `${issuers.public}-account` },
          solvers: [
            {
              selector: { dnsZones: [context.domain] },
              dns01: { route53: { region: context.region, hostedZoneID: zoneId } },
            },
          ],
        },
      },
    },
    opts,
  );
}
