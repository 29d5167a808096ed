import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoggingSettings } from "../../stack/sections/logging.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { lokiAddress } from "./monitoringNames.ts";
import {
  goMemoryLimit,
  hasBudget,
  type Resources,
  resources,
  restrictedContainer,
  restrictedPod,
  topologySpread,
} from "./pods.ts";
import type { ChartValues } from "./values.ts";

/** Context that Alloy's values need. */
export type AlloyContext = Pick<PlatformContext, "environment" | "clusterName" | "topologySpread">;

/** User of Alloy's image. */
const alloyUser = 473;

/** Reads one of the configurations in `alloy/`, which are kept in Alloy's own language so that its tools can check them. */
export function alloyConfiguration(name: "pods" | "events"): string {
  return readFileSync(join(import.meta.dirname, "alloy", `${name}.alloy`), "utf8");
}

/**
 * Values of the agent on every node, which reads the pods' log files. It runs as root without capabilities, because the
 * kubelet writes the files for root only: the reason for the privileged level of its namespace.
 */
export function alloyPodsValues(context: AlloyContext, settings: LoggingSettings["alloy"]): ChartValues {
  const positions = "alloy-positions";
  return {
    ...commonValues(context, "alloy"),
    alloy: {
      ...alloyContainer(context, "pods", resources(settings.size.cpu, settings.size.memory)),
      // On the node, so that a new pod of the agent goes on where the old one stopped.
      storagePath: "/var/lib/alloy",
      mounts: { varlog: true, extra: [{ name: positions, mountPath: "/var/lib/alloy" }] },
      securityContext: { ...restrictedContainer, runAsNonRoot: false, runAsUser: 0 },
    },
    rbac: permissions("pods"),
    controller: {
      type: "daemonset",
      // Logs of every node, of the tainted ones too.
      tolerations: [{ operator: "Exists" }],
      priorityClassName: "system-node-critical",
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
      volumes: { extra: [{ name: positions, hostPath: { path: "/var/lib/alloy", type: "DirectoryOrCreate" } }] },
    },
  };
}

/** Values of the reader of Kubernetes events: replicas form a cluster, in which one of them reads. */
export function alloyEventsValues(context: AlloyContext, settings: LoggingSettings["alloy"]): ChartValues {
  const replicas = settings.eventReplicas;
  return {
    ...commonValues(context, "alloy-events"),
    global: { podSecurityContext: restrictedPod(alloyUser) },
    alloy: {
      ...alloyContainer(context, "events", resources("50m", "256Mi")),
      clustering: { enabled: true, name: "events" },
      storagePath: "/var/lib/alloy",
      mounts: { varlog: false, extra: [{ name: "alloy-state", mountPath: "/var/lib/alloy" }] },
      securityContext: restrictedContainer,
    },
    rbac: permissions("events"),
    controller: {
      type: "deployment",
      replicas,
      priorityClassName: priorityClasses.observability,
      topologySpreadConstraints: topologySpread(context, replicas, { "app.kubernetes.io/instance": "alloy-events" }),
      podDisruptionBudget: hasBudget(replicas) ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
      volumes: { extra: [{ name: "alloy-state", emptyDir: { sizeLimit: "64Mi" } }] },
    },
  };
}

function commonValues(_context: AlloyContext, name: string): ChartValues {
  return {
    fullnameOverride: name,
    crds: { create: false },
    // Without this container the pods carry a checksum of the configuration and restart when it changes.
    configReloader: { enabled: false },
    serviceMonitor: { enabled: true, interval: "15s" },
  };
}

function alloyContainer(context: AlloyContext, name: "pods" | "events", size: Resources): ChartValues {
  return {
    configMap: { create: true, content: alloyConfiguration(name) },
    extraEnv: [
      { name: "LOKI_PUSH_URL", value: `${lokiAddress}/loki/api/v1/push` },
      { name: "CLUSTER_NAME", value: context.clusterName },
      { name: "ENVIRONMENT_NAME", value: context.environment },
      goMemoryLimit(size.limits.memory),
    ],
    enableReporting: false,
    resources: size,
    livenessProbe: {
      httpGet: { path: "/-/healthy", port: "http-metrics" },
      initialDelaySeconds: 30,
      periodSeconds: 30,
    },
  };
}

/**
 * Exactly what the configuration asks the API for; the chart's own role could read every Secret of the cluster. The
 * template joins two lists and breaks when one of them is empty, hence the two rules.
 */
function permissions(resource: "pods" | "events"): ChartValues {
  const rule = (...verbs: string[]) => [{ apiGroups: [""], resources: [resource], verbs }];
  return { create: true, rules: rule("get"), clusterRules: rule("list", "watch") };
}
