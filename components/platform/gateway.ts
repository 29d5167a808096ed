import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { issuerReference } from "./certManager.ts";
import { type PlatformContext, readiness } from "./context.ts";
import {
  applicationBalancerAnnotations,
  applicationBalancerAttributes,
  connectionLimit,
  edge,
  edgeLabels,
  type GatewaySettings,
  gatewayValues,
  listenerHost,
  rateLimit,
} from "./gatewayPlan.ts";
import { allowFlows, fromPrometheus, toApiServer, vpcFlow, withinNamespace } from "./networkPolicies.ts";
import { hasBudget } from "./pods.ts";
import { installChart } from "./release.ts";

/** Arguments of `Gateway`. */
export interface GatewayArgs {
  context: PlatformContext;
  settings: GatewaySettings;
  /** ACM certificate of the domain; needed by the application balancer. */
  certificateArn?: pulumi.Input<string>;
  /** Web firewall; only an application balancer can carry one. */
  webAclArn?: pulumi.Input<string>;
  /** Bucket that receives the application balancer's access logs. */
  logBucket?: string;
  /** An ACME issuer exists; without one NGINX shows a certificate of the cluster's own authority. */
  publicCertificates: boolean;
}

const { namespace } = edge;

/**
 * The way in: NGINX Gateway Fabric, the Gateway `edge` that all routes attach to, and what it allows each client.
 * Which balancer stands before it is a setting, see docs/decisions/0403.
 */
export class Gateway extends pulumi.ComponentResource {
  /** The Gateway; routes that attach to it depend on it. */
  readonly gateway: kubernetes.apiextensions.CustomResource;

  constructor(name: string, args: GatewayArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { context, settings, certificateArn, webAclArn, logBucket } = args;
    super("trading-platform:platform:Gateway", name, { settings, certificateArn, webAclArn, logBucket }, opts);
    const flows = createFlows(name, context, this);
    const release = installChart(
      `${name}-release`,
      { chart: "nginx-gateway-fabric", context, namespace, values: gatewayValues(context, settings) },
      { parent: this, dependsOn: flows },
    );
    const after = { parent: this, dependsOn: [release] };
    const certificate = createCertificate(name, args, after);
    this.gateway = createGateway(name, args, { ...after, dependsOn: [release, certificate] });
    const attached = { parent: this, dependsOn: [this.gateway] };
    createLimits(name, settings, attached);
    createRedirect(name, attached);
    createWatch(name, settings, attached);
    if (settings.balancer === "application") createApplicationBalancer(name, args, attached);
    this.registerOutputs({});
  }
}

function createFlows(name: string, context: PlatformContext, parent: pulumi.Resource): pulumi.Resource[] {
  const controller = new kubernetes.networking.v1.NetworkPolicy(
    `${name}-controller-flows`,
    allowFlows("nginx-gateway-fabric", {
      namespace,
      // NGINX's agents fetch their configuration from the controller; the hook that makes their certificates as well
      // needs the API server.
      ingress: [withinNamespace(namespace, [8443]), fromPrometheus([9113])],
      egress: [toApiServer(context), withinNamespace(namespace, [8443])],
    }),
    { parent },
  );
  const proxies = new kubernetes.networking.v1.NetworkPolicy(
    `${name}-proxy-flows`,
    allowFlows("edge", {
      namespace,
      pods: edgeLabels,
      // The balancer's own addresses lie in the VPC, whichever kind it is.
      ingress: [vpcFlow(context, [80, 443, 8081])],
      egress: [{ peers: [{ namespaceLabels: { "gateway-access": "true" } }] }],
    }),
    { parent },
  );
  return [controller, proxies];
}

function createCertificate(name: string, args: GatewayArgs, opts: pulumi.CustomResourceOptions) {
  const { context, settings, publicCertificates } = args;
  // Behind an application balancer, which shows the ACM certificate, nobody outside sees this one.
  const issuer = publicCertificates && settings.balancer === "network" ? "public" : "internal";
  return new kubernetes.apiextensions.CustomResource(
    `${name}-certificate`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: edge.certificate, namespace, annotations: readiness(context, "condition=Ready") },
      spec: {
        secretName: edge.certificate,
        dnsNames: [context.domain, `*.${context.domain}`],
        duration: "2160h",
        renewBefore: "720h",
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        issuerRef: issuerReference(issuer),
      },
    },
    opts,
  );
}

function createGateway(name: string, { context, settings }: GatewayArgs, opts: pulumi.CustomResourceOptions) {
  return new kubernetes.apiextensions.CustomResource(
    `${name}-edge`,
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: edge.gateway, namespace, annotations: readiness(context, "condition=Programmed") },
      spec: {
        gatewayClassName: edge.gatewayClass,
        infrastructure: { labels: { "app.kubernetes.io/part-of": edge.gateway } },
        listeners: [
          { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } },
          {
            name: edge.listener,
            port: 443,
            protocol: "HTTPS",
            ...listenerHost(settings.balancer, context.domain),
            tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: edge.certificate }] },
            allowedRoutes: {
              namespaces: { from: "Selector", selector: { matchLabels: { "gateway-access": "true" } } },
            },
          },
        ],
      },
    },
    opts,
  );
}

const targetRefs = [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: edge.gateway }];

function createLimits(name: string, settings: GatewaySettings, opts: pulumi.CustomResourceOptions): void {
  new kubernetes.apiextensions.CustomResource(
    `${name}-rate-limit`,
    {
      apiVersion: "gateway.nginx.org/v1alpha1",
      kind: "RateLimitPolicy",
      metadata: { name: "edge-rate-limit", namespace },
      spec: { targetRefs, rateLimit: rateLimit(settings) },
    },
    opts,
  );
  new kubernetes.apiextensions.CustomResource(
    `${name}-connection-limit`,
    {
      apiVersion: "gateway.nginx.org/v1alpha1",
      kind: "SnippetsPolicy",
      metadata: { name: "edge-connection-limit", namespace },
      spec: { targetRefs, snippets: connectionLimit(settings) },
    },
    opts,
  );
  new kubernetes.apiextensions.CustomResource(
    `${name}-client-settings`,
    {
      apiVersion: "gateway.nginx.org/v1alpha1",
      kind: "ClientSettingsPolicy",
      metadata: { name: "edge-client-settings", namespace },
      spec: {
        targetRef: targetRefs[0],
        body: { maxSize: settings.maximumBody, timeout: "10s" },
        keepAlive: { requests: 1000, time: "1h", timeout: { server: "75s" } },
      },
    },
    opts,
  );
}

/** Whatever comes by plain HTTP is sent to the same address by HTTPS. */
function createRedirect(name: string, opts: pulumi.CustomResourceOptions): void {
  new kubernetes.apiextensions.CustomResource(
    `${name}-redirect`,
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: "https-redirect", namespace },
      spec: {
        parentRefs: [{ name: edge.gateway, sectionName: "http" }],
        rules: [
          {
            filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301, port: 443 } }],
          },
        ],
      },
    },
    opts,
  );
}

/** What NGINX Gateway Fabric does not make itself: a disruption budget and monitors of both planes. */
function createWatch(name: string, settings: GatewaySettings, opts: pulumi.CustomResourceOptions): void {
  if (hasBudget(settings.minimumReplicas)) {
    new kubernetes.policy.v1.PodDisruptionBudget(
      `${name}-budget`,
      {
        metadata: { name: edge.service, namespace },
        spec: { minAvailable: settings.minimumReplicas - 1, selector: { matchLabels: edgeLabels } },
      },
      opts,
    );
  }
  const endpoints = [{ portNumber: 9113, path: "/metrics", interval: "30s" }];
  const monitors = { edge: edgeLabels, controller: { "app.kubernetes.io/name": "nginx-gateway-fabric" } };
  for (const [plane, matchLabels] of Object.entries(monitors)) {
    new kubernetes.apiextensions.CustomResource(
      `${name}-${plane}-monitor`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { name: `gateway-${plane}`, namespace },
        spec: { selector: { matchLabels }, podMetricsEndpoints: endpoints },
      },
      opts,
    );
  }
}

/** The application balancer: EKS Auto Mode makes it from an Ingress whose class fixes what no Ingress may change. */
function createApplicationBalancer(name: string, args: GatewayArgs, opts: pulumi.CustomResourceOptions): void {
  const { context, settings, certificateArn, webAclArn, logBucket } = args;
  const parameters = new kubernetes.apiextensions.CustomResource(
    `${name}-balancer-parameters`,
    {
      apiVersion: "eks.amazonaws.com/v1",
      kind: "IngressClassParams",
      metadata: { name: "edge" },
      spec: {
        scheme: settings.public ? "internet-facing" : "internal",
        loadBalancerAttributes: applicationBalancerAttributes(settings, logBucket),
      },
    },
    opts,
  );
  const ingressClass = new kubernetes.networking.v1.IngressClass(
    `${name}-balancer-class`,
    {
      metadata: { name: "edge" },
      spec: {
        controller: "eks.amazonaws.com/alb",
        parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name: "edge" },
      },
    },
    { ...opts, dependsOn: [parameters] },
  );
  new kubernetes.networking.v1.Ingress(
    `${name}-balancer`,
    {
      metadata: {
        name: "edge",
        namespace,
        annotations: {
          ...applicationBalancerAnnotations(settings),
          ...(certificateArn === undefined ? {} : { "alb.ingress.kubernetes.io/certificate-arn": certificateArn }),
          ...(webAclArn === undefined ? {} : { "alb.ingress.kubernetes.io/wafv2-acl-arn": webAclArn }),
        },
      },
      spec: {
        ingressClassName: "edge",
        rules: [
          {
            host: `*.${context.domain}`,
            http: {
              paths: [
                { path: "/", pathType: "Prefix", backend: { service: { name: edge.service, port: { number: 443 } } } },
              ],
            },
          },
        ],
      },
    },
    { parent: opts.parent, dependsOn: [ingressClass] },
  );
}
