import { host, type PlatformContext } from "./context.ts";
import { edge } from "./gatewayPlan.ts";
import { tracingNamespace } from "./monitoringNames.ts";
import { hasBudget } from "./pods.ts";

/** Secret with the users of Jaeger's page, as NGINX reads them. */
export const jaegerLoginSecret = "jaeger-login";

const loginFilter = "jaeger-login";
const metadata = (name: string) => ({ name, namespace: tracingNamespace });

/** What the chart of Jaeger does not bring: the login, the route that carries it, the monitor, the disruption budget. */
export function jaegerObjects(context: Pick<PlatformContext, "domain">, replicas: number) {
  const labels = { matchLabels: { "app.kubernetes.io/name": "jaeger", "app.kubernetes.io/component": "all-in-one" } };
  return [
    {
      apiVersion: "gateway.nginx.org/v1alpha1",
      kind: "AuthenticationFilter",
      metadata: metadata(loginFilter),
      spec: { type: "Basic", basic: { realm: "Traces", secretRef: { name: jaegerLoginSecret } } },
    },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: metadata("jaeger"),
      spec: {
        hostnames: [host(context, "jaeger")],
        parentRefs: [{ name: edge.gateway, namespace: edge.namespace, sectionName: edge.listener }],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: "/" } }],
            filters: [
              {
                type: "ExtensionRef",
                extensionRef: { group: "gateway.nginx.org", kind: "AuthenticationFilter", name: loginFilter },
              },
            ],
            backendRefs: [{ name: "jaeger", port: 16686 }],
          },
        ],
      },
    },
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: metadata("jaeger"),
      spec: { selector: labels, endpoints: [{ port: "internal-metrics", interval: "15s" }] },
    },
    ...(hasBudget(replicas)
      ? [
          {
            apiVersion: "policy/v1",
            kind: "PodDisruptionBudget",
            metadata: metadata("jaeger"),
            spec: { maxUnavailable: 1, selector: labels },
          },
        ]
      : []),
  ];
}
