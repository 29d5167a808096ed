import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { imagePin } from "./charts.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { pinnedImage } from "./imageMirror.ts";
import { allowFlows, fromPrometheus, toApiServer } from "./networkPolicies.ts";
import { hasBudget, resources, restrictedContainer, topologySpread } from "./pods.ts";
import { installChart } from "./release.ts";
import type { ChartValues } from "./values.ts";

/** Arguments of `ArgoRollouts`. */
export interface ArgoRolloutsArgs {
  context: PlatformContext;
  /** Number of controller pods; one leads. */
  replicas: number;
}

const namespace = "argo-rollouts";

/** Name by which a Rollout asks for traffic shifting by the Gateway API. */
const gatewayPlugin = "argoproj-labs/gatewayAPI";

const pluginFile = "rollouts-plugin-trafficrouter-gatewayapi";

/**
 * Prometheus keeps the scraped pod's namespace and moves the Rollout's aside; alerts ask for the Rollout's. The chart offers
 * no `honorLabels`, so it is put back here.
 */
const ownNamespace = [
  { action: "replace", sourceLabels: ["exported_namespace"], regex: "(.+)", targetLabel: "namespace" },
  { action: "labeldrop", regex: "exported_namespace" },
];

/** Values of the chart. */
export function argoRolloutsValues(context: PlatformContext, replicas: number): ChartValues {
  const mount = [{ name: "gateway-plugin", mountPath: "/plugins" }];
  const copy = { resources: resources("10m", "32Mi"), securityContext: { ...restrictedContainer, runAsUser: 999 } };
  return {
    installCRDs: true,
    keepCRDs: true,
    clusterInstall: true,
    podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    controller: {
      replicas,
      image: { tag: imagePin("argo-rollouts").tag },
      logging: { level: "info", format: "json" },
      metrics: { enabled: true, serviceMonitor: { enabled: true, metricRelabelings: ownNamespace } },
      pdb: hasBudget(replicas) ? { enabled: true, minAvailable: 1 } : { enabled: false },
      priorityClassName: priorityClasses.critical,
      topologySpreadConstraints: topologySpread(context, replicas, {
        "app.kubernetes.io/component": "rollouts-controller",
      }),
      resources: resources("100m", "256Mi", "512Mi"),
      // The plugin comes as an image: downloaded at start, an unreachable GitHub would keep the controller from starting.
      initContainers: [
        {
          name: "gateway-plugin",
          image: pinnedImage("argo-rollouts-gateway-plugin", context.imageMirror),
          command: ["/bin/sh", "-c"],
          args: [`cp /bin/${pluginFile} /plugins`],
          ...copy,
          volumeMounts: mount,
        },
      ],
      trafficRouterPlugins: [{ name: gatewayPlugin, location: `file:///plugins/${pluginFile}` }],
      volumes: [{ name: "gateway-plugin", emptyDir: { sizeLimit: "256Mi" } }],
      volumeMounts: mount,
    },
    providerRBAC: {
      enabled: true,
      providers: {
        gatewayAPI: true,
        istio: false,
        smi: false,
        ambassador: false,
        awsLoadBalancerController: false,
        awsAppMesh: false,
        traefik: false,
        apisix: false,
        contour: false,
        glooPlatform: false,
      },
    },
    dashboard: { enabled: false },
  };
}

/** Canary releases: Argo Rollouts shifts the weights of Gateway API routes and aborts by metrics. */
export class ArgoRollouts extends pulumi.ComponentResource {
  /** The release, which brings the kinds Rollout and AnalysisTemplate. */
  readonly release: kubernetes.helm.v3.Release;

  constructor(name: string, args: ArgoRolloutsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { context, replicas } = args;
    super("trading-platform:platform:ArgoRollouts", name, { replicas }, opts);
    const flows = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-flows`,
      allowFlows("argo-rollouts", {
        namespace,
        ingress: [fromPrometheus([8090])],
        // Analysis asks Prometheus.
        egress: [toApiServer(context), { peers: [{ namespace: "monitoring" }], ports: [9090] }],
      }),
      { parent: this },
    );
    this.release = installChart(
      `${name}-release`,
      { chart: "argo-rollouts", context, namespace, values: argoRolloutsValues(context, replicas) },
      { parent: this, dependsOn: [flows] },
    );
    this.registerOutputs({});
  }
}
