import type * as kubernetes from "@pulumi/kubernetes";
import { archetypes, canaryOf, shutdownSecondsOf } from "../../catalog/archetypes.ts";
import { startupNeeds } from "../../catalog/order.ts";
import type { Service, Tier } from "../../catalog/types.ts";
import { priorityClasses } from "../platform/context.ts";
import { pinnedImage } from "../platform/imageMirror.ts";
import { resources, restrictedContainer, topologySpread } from "../platform/pods.ts";
import { analysisName } from "./analysis.ts";
import { replicaBounds } from "./autoscaling.ts";
import { applicationDirectory, configurationFiles, trustDirectory } from "./configuration.ts";
import {
  configurationName,
  filesName,
  labelsOf,
  metadataOf,
  secretName,
  selectorOf,
  tradingNamespace,
  urlOf,
  type WorkloadContext,
} from "./context.ts";
import { hasSecret } from "./secrets.ts";
import { telemetryEnvironment } from "./telemetry.ts";

type PodSpec = kubernetes.types.input.core.v1.PodSpec;
type Container = kubernetes.types.input.core.v1.Container;

/** User and group of every service's process; high, so that it is nobody on the node. */
const user = 10001;

/** Seconds in which the gateway and kube-proxy stop sending requests to a pod before it is told to stop. */
const drainSeconds = 10;

/** Seconds without progress that no step explains: scheduling on a new node, pulling the image. */
const patienceSeconds = 120;

/** When nodes are short, what trading cannot do without runs first. */
const priorityOf: Readonly<Record<Tier, string>> = {
  critical: priorityClasses.essential,
  standard: priorityClasses.workload,
  supporting: priorityClasses.assisting,
};

/** What a Rollout needs beside the service. */
export interface RolloutPlan {
  context: WorkloadContext;
  service: Service;
  /** Image reference with tag or digest. */
  image: string;
  /** Port of every catalogued service, for those that must be ready first. */
  ports: ReadonlyMap<string, number>;
  /** Secret with the authority of the cluster's own certificates, as `ca.crt`. */
  trustSecret: string;
}

/**
 * The Argo Rollout of a service: a canary by steps, each followed by its analysis; a failed one goes back by itself.
 * With autoscaling the number of replicas is left out, since two owners of one number would fight over it.
 */
export function rollout(plan: RolloutPlan) {
  const { service } = plan;
  const annotations = {
    // Changed settings and secrets restart the pods; a restart leaves the template alone, which is Pulumi's.
    "reloader.stakater.com/auto": "true",
    "reloader.stakater.com/rollout-strategy": "restart",
  };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: metadataOf(service, service.name, annotations),
    spec: {
      ...(service.autoscaling === undefined && { replicas: service.replicas }),
      revisionHistoryLimit: 5,
      minReadySeconds: 10,
      progressDeadlineSeconds: progressSeconds(service),
      progressDeadlineAbort: true,
      // Going back to one of the last three versions skips the steps: an emergency has no twenty minutes.
      rollbackWindow: { revisions: 3 },
      selector: { matchLabels: selectorOf(service) },
      strategy: { canary: canaryStrategy(service) },
      template: {
        metadata: { labels: labelsOf(service), annotations: { "kubectl.kubernetes.io/default-container": "service" } },
        spec: podSpec(plan),
      },
    },
  };
}

/** A step's analysis is no progress to Argo Rollouts: the deadline must outlast the longest, else it ends good releases. */
function progressSeconds(service: Service): number {
  const longest = Math.max(...canaryOf(service).map(({ minutes }) => minutes));
  return archetypes[service.kind].startupSeconds + longest * 60 + patienceSeconds;
}

function canaryStrategy(service: Service) {
  return {
    maxSurge: "25%",
    maxUnavailable: 0,
    abortScaleDownDelaySeconds: 30,
    ...(service.public && {
      stableService: `${service.name}-stable`,
      canaryService: `${service.name}-canary`,
      minPodsPerReplicaSet: 1,
      trafficRouting: {
        plugins: { "argoproj-labs/gatewayAPI": { httpRoute: service.name, namespace: tradingNamespace } },
      },
    }),
    steps: canaryOf(service).flatMap(({ weightPercent, minutes }) => [
      { setWeight: weightPercent },
      {
        analysis: {
          templates: [{ templateName: analysisName(service, minutes) }],
          args: [{ name: "hash", valueFrom: { podTemplateHashValue: "Latest" } }],
        },
      },
    ]),
  };
}

function podSpec(plan: RolloutPlan): PodSpec {
  const { service, context, trustSecret } = plan;
  const { writablePaths } = archetypes[service.kind];
  const files = configurationFiles(service);
  return {
    serviceAccountName: service.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    priorityClassName: priorityOf[service.tier],
    terminationGracePeriodSeconds: shutdownSecondsOf(service) + drainSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: spread(service, context),
    ...(startupNeeds(service).length > 0 && { initContainers: startupNeeds(service).map((need) => wait(need, plan)) }),
    containers: [container(plan)],
    volumes: [
      ...writablePaths.map((path) => ({ name: volumeName(path), emptyDir: { sizeLimit: "256Mi" } })),
      ...(files.length > 0
        ? [
            {
              name: "configuration",
              configMap: { name: filesName(service) },
            },
          ]
        : []),
      { name: "trust", secret: { secretName: trustSecret, items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ],
  };
}

/** Holds the start back until a service that must be ready first answers so; the order of `pulumi up` ends with it. */
function wait(need: string, { context, ports }: RolloutPlan): Container {
  // All kinds answer on the same path.
  const url = `${urlOf({ name: need, port: ports.get(need)! })}${archetypes.http.readinessPath}`;
  return {
    name: `wait-for-${need}`,
    image: pinnedImage("curl", context.imageMirror),
    command: ["/bin/sh", "-c", `until curl --silent --fail --max-time 3 --output /dev/null ${url}; do sleep 3; done`],
    resources: resources("10m", "16Mi", "64Mi"),
    securityContext: restrictedContainer,
  };
}

/** Over zones as the environment says; over nodes always as a wish. */
function spread(service: Service, context: WorkloadContext): PodSpec["topologySpreadConstraints"] {
  const zones = topologySpread(context, replicaBounds(service).maximum, selectorOf(service));
  if (zones.length === 0) return undefined;
  const nodes = {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: selectorOf(service) },
  };
  // The canary's pods are spread by themselves, not together with the stable ones.
  return [...zones, nodes].map((constraint) => ({ ...constraint, matchLabelKeys: ["rollouts-pod-template-hash"] }));
}

function container({ service, context, image }: RolloutPlan): Container {
  const archetype = archetypes[service.kind];
  const files = configurationFiles(service);
  const get = (path: string) => ({ httpGet: { path, port: "http" } });
  return {
    name: "service",
    image,
    // A tag of our registry cannot be moved, and a digest even less: what is on the node is right.
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: service.port, protocol: "TCP" }],
    env: telemetryEnvironment(service, context),
    envFrom: [
      { configMapRef: { name: configurationName(service) } },
      ...(hasSecret(service) ? [{ secretRef: { name: secretName(service) } }] : []),
    ],
    resources: containerResources(service),
    securityContext: restrictedContainer,
    startupProbe: {
      ...get(archetype.livenessPath),
      periodSeconds: 5,
      timeoutSeconds: 2,
      failureThreshold: Math.ceil(archetype.startupSeconds / 5),
    },
    livenessProbe: { ...get(archetype.livenessPath), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    readinessProbe: { ...get(archetype.readinessPath), periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
    lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
    volumeMounts: [
      ...archetype.writablePaths.map((mountPath) => ({ name: volumeName(mountPath), mountPath })),
      ...(files.length > 0 ? [{ name: "configuration", mountPath: applicationDirectory, readOnly: true }] : []),
      { name: "trust", mountPath: trustDirectory, readOnly: true },
    ],
  };
}

/** Requests and limits. The CPU limit is the requirement's own; memory is never promised twice. */
function containerResources({ resources }: Service) {
  const { cpuMillicores, memoryMebibytes } = resources;
  const cpuRequest = resources.cpuRequestMillicores ?? Math.ceil(cpuMillicores / 4);
  const memoryRequest = resources.memoryRequestMebibytes ?? memoryMebibytes;
  return {
    requests: { cpu: `${cpuRequest}m`, memory: `${memoryRequest}Mi`, "ephemeral-storage": "64Mi" },
    limits: { cpu: `${cpuMillicores}m`, memory: `${memoryMebibytes}Mi`, "ephemeral-storage": "512Mi" },
  };
}

/** `/var/cache/x` → `var-cache-x`. */
function volumeName(path: string): string {
  return path.replace(/^\//, "").replaceAll("/", "-");
}
