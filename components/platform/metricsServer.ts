import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { allowFlows, fromApiServer, toApiServer, vpcFlow } from "./networkPolicies.ts";
import { hasBudget, resources, topologySpread } from "./pods.ts";
import { installChart } from "./release.ts";
import type { ChartValues } from "./values.ts";

/** Arguments of `MetricsServer`. */
export interface MetricsServerArgs {
  context: PlatformContext;
  /** Number of pods. */
  replicas: number;
}

const namespace = "platform-system";

/** Values of the chart. */
function metricsServerValues(context: PlatformContext, replicas: number): ChartValues {
  return {
    replicas,
    podDisruptionBudget: hasBudget(replicas) ? { enabled: true, minAvailable: 1 } : { enabled: false },
    topologySpreadConstraints: topologySpread(context, replicas, { "app.kubernetes.io/name": "metrics-server" }),
    priorityClassName: priorityClasses.critical,
    // The chart's own certificate is made at random on each rendering, and the API server would not check it.
    tls: { type: "cert-manager" },
    apiService: { insecureSkipTLSVerify: false },
    metrics: { enabled: true },
    serviceMonitor: { enabled: true },
    resources: resources("100m", "200Mi", "400Mi"),
  };
}

/** Resource metrics of pods and nodes, by which autoscaling decides. */
export class MetricsServer extends pulumi.ComponentResource {
  constructor(name: string, args: MetricsServerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:MetricsServer", name, { replicas: args.replicas }, opts);
    const { context } = args;
    const flows = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-flows`,
      allowFlows("metrics-server", {
        namespace,
        pods: { "app.kubernetes.io/name": "metrics-server" },
        ingress: [fromApiServer(context, [10250]), { peers: [{ namespace: "monitoring" }], ports: [10250] }],
        // Kubelets answer on the nodes' own addresses.
        egress: [toApiServer(context), vpcFlow(context, [10250])],
      }),
      { parent: this },
    );
    installChart(
      `${name}-release`,
      { chart: "metrics-server", context, namespace, values: metricsServerValues(context, args.replicas) },
      { parent: this, dependsOn: [flows] },
    );
    this.registerOutputs({});
  }
}
