import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { allowFlows, fromPrometheus, toApiServer } from "./networkPolicies.ts";
import { hasBudget, resources, restrictedContainer, topologySpread } from "./pods.ts";
import { installChart } from "./release.ts";
import type { ChartValues } from "./values.ts";

/** Arguments of `Reloader`. */
export interface ReloaderArgs {
  context: PlatformContext;
  /** Number of pods; one leads. */
  replicas: number;
  /** Rollouts are restarted as well; their kind must exist before the chart is installed. */
  rollouts: boolean;
}

const namespace = "platform-system";

/** Values of the chart. */
function reloaderValues(context: PlatformContext, { replicas, rollouts }: Omit<ReloaderArgs, "context">): ChartValues {
  return {
    reloader: {
      // Environment variables added from outside would show as a difference on every preview.
      reloadStrategy: "annotations",
      autoReloadAll: false,
      isArgoRollouts: rollouts,
      watchGlobally: true,
      ignoreNamespaces: "kube-system",
      syncAfterRestart: true,
      enableHA: hasBudget(replicas),
      readOnlyRootFileSystem: true,
      logFormat: "json",
      deployment: {
        replicas,
        containerSecurityContext: restrictedContainer,
        topologySpreadConstraints: topologySpread(context, replicas, { "app.kubernetes.io/name": "reloader" }),
        priorityClassName: priorityClasses.critical,
        resources: resources("10m", "64Mi", "256Mi"),
      },
      podDisruptionBudget: hasBudget(replicas) ? { enabled: true, minAvailable: 1 } : { enabled: false },
      podMonitor: { enabled: true },
    },
  };
}

/** Restarts workloads whose Secrets or ConfigMaps have changed, where the workload asks for it by annotation. */
export class Reloader extends pulumi.ComponentResource {
  constructor(name: string, args: ReloaderArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { context, replicas, rollouts } = args;
    super("trading-platform:platform:Reloader", name, { replicas, rollouts }, opts);
    const flows = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-flows`,
      allowFlows("reloader", {
        namespace,
        pods: { "app.kubernetes.io/name": "reloader" },
        ingress: [fromPrometheus([9090])],
        egress: [toApiServer(context)],
      }),
      { parent: this },
    );
    installChart(
      `${name}-release`,
      { chart: "reloader", context, namespace, values: reloaderValues(context, args) },
      { parent: this, dependsOn: [flows] },
    );
    this.registerOutputs({});
  }
}
