import type { PublicRoute, Service } from "../../catalog/types.ts";
import { edge } from "../platform/gatewayPlan.ts";
import { metadataOf, type WorkloadContext } from "./context.ts";

/** The gateway that all public services share, and its listener for HTTPS. */
const gateway = { name: edge.gateway, namespace: edge.namespace, sectionName: edge.listener };

/** A service that has a public route. */
export type PublicService = Service & { public: PublicRoute };

/** True for a service that the gateway publishes. */
export function isPublic(service: Service): service is PublicService {
  return service.public !== undefined;
}

/**
 * HTTPRoute of a public service. Both halves of a release stand in one rule, between which Argo Rollouts moves the
 * weights; the program ignores changes of the weights.
 */
export function route(service: PublicService, { domain }: Pick<WorkloadContext, "domain">) {
  const { host, path, timeoutSeconds = 10 } = service.public;
  const backend = (half: string, weight: number) => ({
    kind: "Service",
    group: "",
    name: `${service.name}-${half}`,
    port: service.port,
    weight,
  });
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: metadataOf(service),
    spec: {
      parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", ...gateway }],
      hostnames: [`${host}.${domain}`],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: path } }],
          timeouts: { request: `${timeoutSeconds}s` },
          backendRefs: [backend("stable", 100), backend("canary", 0)],
        },
      ],
    },
  };
}

/** Fields of the route that Argo Rollouts writes while it moves traffic. */
export const routeFieldsOfArgo = [
  "spec.rules[*].backendRefs[*].weight",
  'metadata.labels["rollouts.argoproj.io/gatewayapi-canary"]',
];

/** Where a policy of NGINX Gateway Fabric attaches. */
function target(service: Service) {
  return { group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: service.name };
}

/**
 * Limits of a route: requests per client (in place of the gateway's own, which NGINX then no longer applies here),
 * size of requests, and how long the gateway waits for an answer.
 */
export function routePolicies(service: PublicService) {
  const { requestsPerSecond = 100, bodyKibibytes = 1024, timeoutSeconds = 10 } = service.public;
  const burst = service.public.burst ?? Math.ceil(requestsPerSecond / 2);
  const policy = (kind: string, spec: Record<string, unknown>) => ({
    apiVersion: "gateway.nginx.org/v1alpha1",
    kind,
    metadata: metadataOf(service),
    spec,
  });
  return [
    policy("RateLimitPolicy", {
      targetRefs: [target(service)],
      rateLimit: {
        rejectCode: 429,
        logLevel: "warn",
        local: {
          rules: [
            {
              key: "$binary_remote_addr",
              rate: `${requestsPerSecond}r/s`,
              // NGINX refuses 0; without a burst it would allow one request in each hundredth of a second.
              burst: Math.max(burst, 1),
              noDelay: true,
              zoneSize: "10m",
            },
          ],
        },
      },
    }),
    policy("ClientSettingsPolicy", {
      targetRef: target(service),
      body: { maxSize: nginxSize(bodyKibibytes), timeout: "10s" },
    }),
    policy("ProxySettingsPolicy", {
      targetRefs: [target(service)],
      timeout: { connect: "5s", read: `${timeoutSeconds}s`, send: `${timeoutSeconds}s` },
    }),
  ];
}

/** NGINX's sizes have at most four digits: above 9999k they are told in MiB. */
function nginxSize(kibibytes: number): string {
  return kibibytes <= 9999 ? `${kibibytes}k` : `${Math.ceil(kibibytes / 1024)}m`;
}
