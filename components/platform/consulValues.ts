import type { ConsulSettings } from "../../stack/sections/consul.ts";
import { consulBootstrapSecret, consulDatacenter, consulGossipSecret, consulTlsSecret } from "./consulNames.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import {
  hasBudget,
  onStatefulNodes,
  resources,
  restrictedContainer,
  topologySpread,
  withoutProcessorLimit,
} from "./pods.ts";
import type { ChartValues } from "./values.ts";

/**
 * Values of the chart `consul`: servers, ACLs, TLS by cert-manager, encrypted gossip, catalog sync into the registry.
 * Gateway API CRDs belong to the bundle, whatever the mesh does; the injector is a setting and off by default.
 */
export function consulValues(
  context: Pick<PlatformContext, "environment" | "storageClassName" | "topologySpread" | "statefulPool">,
  settings: ConsulSettings,
): ChartValues {
  const { replicas, serviceMesh } = settings;
  const { nodeSelector } = onStatefulNodes(context);
  const small = withoutProcessorLimit(resources("50m", "64Mi", "128Mi"));
  return {
    global: {
      name: "consul",
      datacenter: consulDatacenter(context.environment),
      logJSON: true,
      installK8sNetworkingCRDs: false,
      gossipEncryption: { autoGenerate: false, secretName: consulGossipSecret, secretKey: "key" },
      tls: {
        enabled: true,
        httpsOnly: true,
        verify: true,
        // Only for client agents, of which there are none; needs the mesh besides.
        enableAutoEncrypt: false,
        // cert-manager renews server certificate and authority; the chart's own job would renew at upgrades only.
        caCert: { secretName: consulTlsSecret, secretKey: "ca.crt" },
      },
      acls: {
        manageSystemACLs: true,
        // The servers start with it as `initial_management`: no job has to bootstrap ACLs, nobody to keep what it made.
        bootstrapToken: { secretName: consulBootstrapSecret, secretKey: "token" },
        resources: small,
      },
      metrics: { enabled: true, enableAgentMetrics: true, disableAgentHostName: true, agentMetricsRetentionTime: "1m" },
    },
    server: {
      enabled: true,
      replicas,
      storage: `${settings.storageGibibytes}Gi`,
      storageClass: context.storageClassName,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      serverCert: { secretName: consulTlsSecret },
      connect: serviceMesh,
      resources: withoutProcessorLimit(resources("200m", settings.memory)),
      priorityClassName: priorityClasses.stateful,
      disruptionBudget: hasBudget(replicas) ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
      // Strings, for the chart passes them through its template language; JSON is YAML.
      ...(nodeSelector !== undefined && { nodeSelector: JSON.stringify(nodeSelector) }),
      topologySpreadConstraints: JSON.stringify(
        topologySpread(context, replicas, { app: "consul", component: "server" }),
      ),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 100,
        runAsGroup: 1000,
        fsGroup: 1000,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containerSecurityContext: { server: restrictedContainer },
      exposeService: { enabled: false },
      limits: { requestLimits: { mode: "permissive", readRate: 500, writeRate: 250 } },
      extraConfig: JSON.stringify({
        // Reads renewed certificates without a restart.
        auto_reload_config: true,
        // The chart refuses words of its own settings here, such as those of telemetry.
        performance: { raft_multiplier: 1 },
      }),
    },
    client: { enabled: false },
    connectInject: {
      enabled: serviceMesh,
      replicas: 2,
      // Opt-in by pod annotation, and never where the platform itself runs.
      default: false,
      failurePolicy: "Fail",
      k8sAllowNamespaces: ["trading"],
      namespaceSelector: JSON.stringify({ matchLabels: { "kubernetes.io/metadata.name": "trading" } }),
      // Transparent proxies need NET_ADMIN, which restricted namespaces refuse: services name their upstreams.
      transparentProxy: { defaultEnabled: false },
      cni: { enabled: false },
      apiGateway: { manageExternalCRDs: false, manageNonStandardCRDs: false },
      disruptionBudget: { enabled: true, minAvailable: 1 },
      resources: small,
    },
    syncCatalog: {
      enabled: true,
      default: true,
      toConsul: true,
      toK8S: false,
      k8sAllowNamespaces: settings.syncNamespaces,
      addK8SNamespaceSuffix: false,
      syncClusterIPServices: true,
      k8sTag: context.environment,
      priorityClassName: priorityClasses.stateful,
      resources: small,
      metrics: { enabled: true },
    },
    ui: { enabled: true, service: { enabled: true, type: "ClusterIP" }, metrics: { enabled: false } },
    // The cluster resolves names itself; Consul's DNS would answer anonymous requests.
    dns: { enabled: false, enableRedirection: false },
    meshGateway: { enabled: false },
    prometheus: { enabled: false },
    tests: { enabled: false },
  };
}
