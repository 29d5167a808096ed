import { type PlatformContext, priorityClasses } from "./context.ts";
import { resources, topologySpread } from "./pods.ts";
import type { ChartValues } from "./values.ts";

/** What the gateway is asked to be: the section `gateway` of the stack file. */
export interface GatewaySettings {
  /** NLB with proxy protocol, or ALB with web firewall. */
  balancer: "network" | "application";
  /** Reachable from the internet. */
  public: boolean;
  /** Address ranges that may reach the balancer. */
  allowedRanges: string[];
  /** Refuse the deletion of the balancer. */
  deletionProtection: boolean;
  /** Pods of the control plane. */
  controllerReplicas: number;
  /** Fewest NGINX pods. */
  minimumReplicas: number;
  /** Most NGINX pods. */
  maximumReplicas: number;
  /** Requests per second of one client address, on each NGINX pod. */
  requestsPerSecond: number;
  /** Requests above the rate that are answered at once. */
  burst: number;
  /** Open connections of one client address, on each NGINX pod. */
  connectionsPerClient: number;
  /** Largest request body, as NGINX writes it. */
  maximumBody: string;
}

/** Names by which routes and monitors find the gateway. */
export const edge = {
  namespace: "gateway",
  gateway: "edge",
  gatewayClass: "nginx",
  /** The listener that routes attach to. */
  listener: "https",
  /** NGINX Gateway Fabric names Deployment and Service `<gateway>-<gateway class>`. */
  service: "edge-nginx",
  certificate: "edge-tls",
} as const;

/** Label that NGINX Gateway Fabric puts on everything of a gateway. */
export const edgeLabels = { "gateway.networking.k8s.io/gateway-name": edge.gateway };

/** Port and path on which NGINX says that it is ready; not behind proxy protocol. */
const health = { port: 8081, path: "/readyz" };

/** Access log of one JSON object a line, with what is needed to follow a request into traces and applications. */
const accessLog = `{${[
  '"time":"$time_iso8601"',
  '"client":"$remote_addr"',
  '"host":"$host"',
  '"method":"$request_method"',
  '"path":"$uri"',
  '"status":$status',
  '"bytes":$body_bytes_sent',
  '"duration_seconds":$request_time',
  '"upstream":"$upstream_addr"',
  '"upstream_status":"$upstream_status"',
  '"upstream_seconds":"$upstream_response_time"',
  '"limited":"$limit_req_status"',
  '"request_id":"$request_id"',
  '"trace_parent":"$http_traceparent"',
  '"agent":"$http_user_agent"',
].join(",")}}`;

/** How NGINX learns the client's address from the balancer before it; only the VPC, where the balancer stands, is believed. */
export function clientAddress(balancer: GatewaySettings["balancer"], vpcCidr: string) {
  return {
    mode: balancer === "network" ? "ProxyProtocol" : "XForwardedFor",
    trustedAddresses: [{ type: "CIDR", value: vpcCidr }],
    // Proxy protocol names one address; a list in X-Forwarded-For is read from the right, past what we trust.
    setIPRecursively: balancer === "application",
  };
}

/**
 * The hosts that the HTTPS listener answers for. An application balancer names no host when it opens TLS to NGINX (it sends
 * no SNI), and NGINX Gateway Fabric refuses the handshake of such a client as soon as its listener has a host: every request
 * would end as 502. Behind one the listener has none, and the routes' own hosts decide.
 */
export function listenerHost(balancer: GatewaySettings["balancer"], domain: string): { hostname?: string } {
  return balancer === "application" ? {} : { hostname: `*.${domain}` };
}

/** Values of the chart. */
export function gatewayValues(context: PlatformContext, gateway: GatewaySettings): ChartValues {
  const { controllerReplicas, minimumReplicas, maximumReplicas } = gateway;
  return {
    nginxGateway: {
      replicas: controllerReplicas,
      gatewayClassName: edge.gatewayClass,
      productTelemetry: { enable: false },
      // Needed for the limit of connections; who may write SnippetsPolicies is a matter of RBAC.
      snippets: { enable: true },
      gwAPIExperimentalFeatures: { enable: false },
      metrics: { enable: true, port: 9113, secure: false },
      leaderElection: { enable: true },
      priorityClassName: priorityClasses.critical,
      resources: resources("100m", "128Mi", "512Mi"),
      topologySpreadConstraints: topologySpread(context, controllerReplicas, {
        "app.kubernetes.io/name": "nginx-gateway-fabric",
      }),
    },
    nginx: {
      kind: "deployment",
      replicas: minimumReplicas,
      autoscaling: {
        enable: maximumReplicas > minimumReplicas,
        minReplicas: minimumReplicas,
        maxReplicas: maximumReplicas,
        targetCPUUtilizationPercentage: 60,
        targetMemoryUtilizationPercentage: 75,
      },
      container: {
        resources: resources("250m", "256Mi", "512Mi"),
        // The balancer goes on sending for a while after the pod is taken out.
        lifecycle: { preStop: { exec: { command: ["/bin/sleep", "20"] } } },
      },
      // NginxProxy has no field for the priority.
      patches: [
        {
          type: "StrategicMerge",
          value: { spec: { template: { spec: { priorityClassName: priorityClasses.critical } } } },
        },
      ],
      pod: {
        terminationGracePeriodSeconds: 60,
        topologySpreadConstraints: topologySpread(context, maximumReplicas, edgeLabels),
      },
      config: {
        ipFamily: "ipv4",
        serverTokens: "off",
        disableHTTP2: false,
        workerConnections: 4096,
        rewriteClientIP: clientAddress(gateway.balancer, context.vpcCidr),
        logging: { errorLevel: "warn", accessLog: { format: accessLog, escape: "json" } },
        metrics: { port: 9113 },
      },
      service: gatewayService(gateway),
    },
    certGenerator: { enable: true },
  };
}

/** The Service of NGINX: a network balancer of its own, or nothing but an address inside the cluster. */
function gatewayService(gateway: GatewaySettings): ChartValues {
  if (gateway.balancer === "application") return { type: "ClusterIP" };
  return {
    type: "LoadBalancer",
    loadBalancerClass: "eks.amazonaws.com/nlb",
    externalTrafficPolicy: "Local",
    loadBalancerSourceRanges: gateway.allowedRanges,
    patches: [{ type: "StrategicMerge", value: { metadata: { annotations: networkBalancerAnnotations(gateway) } } }],
  };
}

/** What EKS Auto Mode is told about the network balancer. */
function networkBalancerAnnotations(gateway: GatewaySettings): { [annotation: string]: string } {
  const prefix = "service.beta.kubernetes.io/aws-load-balancer";
  return {
    [`${prefix}-scheme`]: gateway.public ? "internet-facing" : "internal",
    [`${prefix}-nlb-target-type`]: "ip",
    [`${prefix}-attributes`]: attributes({
      "deletion_protection.enabled": String(gateway.deletionProtection),
      "load_balancing.cross_zone.enabled": "true",
    }),
    // Together with rewriteClientIP; one without the other shows every client with the balancer's address.
    [`${prefix}-target-group-attributes`]: attributes({
      "proxy_protocol_v2.enabled": "true",
      "preserve_client_ip.enabled": "false",
      "deregistration_delay.timeout_seconds": "30",
    }),
    [`${prefix}-healthcheck-protocol`]: "HTTP",
    [`${prefix}-healthcheck-port`]: String(health.port),
    [`${prefix}-healthcheck-path`]: health.path,
  };
}

/** What EKS Auto Mode is told about the application balancer, apart from certificate and web firewall. */
export function applicationBalancerAnnotations({ allowedRanges }: Pick<GatewaySettings, "allowedRanges">): {
  [annotation: string]: string;
} {
  const prefix = "alb.ingress.kubernetes.io";
  return {
    [`${prefix}/target-type`]: "ip",
    [`${prefix}/inbound-cidrs`]: allowedRanges.join(","),
    [`${prefix}/listen-ports`]: JSON.stringify([{ HTTP: 80 }, { HTTPS: 443 }]),
    [`${prefix}/ssl-redirect`]: "443",
    [`${prefix}/ssl-policy`]: "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09",
    [`${prefix}/backend-protocol`]: "HTTPS",
    [`${prefix}/healthcheck-protocol`]: "HTTP",
    [`${prefix}/healthcheck-port`]: String(health.port),
    [`${prefix}/healthcheck-path`]: health.path,
    [`${prefix}/target-group-attributes`]: attributes({ "deregistration_delay.timeout_seconds": "30" }),
  };
}

/** Attributes of the application balancer: access logs to S3, protection, refusal of malformed headers. */
export function applicationBalancerAttributes(gateway: GatewaySettings, logBucket?: string) {
  return [
    { key: "deletion_protection.enabled", value: String(gateway.deletionProtection) },
    { key: "routing.http.drop_invalid_header_fields.enabled", value: "true" },
    // Below NGINX's 75 seconds, so that the balancer never sends into a connection that NGINX is closing.
    { key: "idle_timeout.timeout_seconds", value: "70" },
    ...(logBucket === undefined
      ? []
      : [
          { key: "access_logs.s3.enabled", value: "true" },
          { key: "access_logs.s3.bucket", value: logBucket },
          { key: "access_logs.s3.prefix", value: "gateway" },
        ]),
  ];
}

function attributes(values: { [key: string]: string }): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** Rate limit of each client address: 429 instead of NGINX's default 503, which would look like our failure. */
export function rateLimit({ requestsPerSecond, burst }: Pick<GatewaySettings, "requestsPerSecond" | "burst">) {
  return {
    rejectCode: 429,
    logLevel: "warn",
    local: {
      rules: [
        {
          key: "$binary_remote_addr",
          rate: `${requestsPerSecond}r/s`,
          // Without burst and noDelay NGINX enforces one request per 1/rate second, which no browser keeps to.
          ...(burst === 0 ? {} : { burst, noDelay: true }),
          zoneSize: "20m",
        },
      ],
    },
  };
}

/** What services tell Prometheus, and Spring Boot's management pages: hidden from outside whatever route leads there. */
const hidden = "location = /metrics { return 404; } location ^~ /actuator { return 404; }";

/**
 * Limit of connections of each client address, for which Gateway API and NGINX Gateway Fabric have no kind, and the paths
 * that nobody outside may see. One snippet a context is all that a gateway takes.
 */
export function connectionLimit({ connectionsPerClient }: Pick<GatewaySettings, "connectionsPerClient">) {
  return [
    {
      context: "http",
      value: "limit_conn_zone $binary_remote_addr zone=edge_per_client:10m; limit_conn_status 429;",
    },
    { context: "http.server", value: `limit_conn edge_per_client ${connectionsPerClient}; ${hidden}` },
  ];
}
