import { hash } from "node:crypto";
import type { PlatformContext } from "./context.ts";
import { type Resources, resources, restrictedContainer } from "./pods.ts";

/** One step of a job: a container that runs one script. Steps run one after another and share a work directory. */
export interface Step {
  /** Name of the container. */
  name: string;
  /** Image with tag. */
  image: string;
  /** File name of the script, in the job's ConfigMap. */
  script: string;
  /** Environment in clear. */
  environment?: { [name: string]: string };
  /** What the step sees of the job's volumes: volume name → path, all read-only. */
  mounts?: { [volume: string]: string };
  /**
   * Requests and limits.
   * @default 50m, 64Mi to 256Mi: a command-line client
   */
  resources?: Resources;
}

/** A job of steps. */
export interface Steps {
  /** Service account, when a step speaks to the cluster or holds an AWS role. */
  serviceAccount?: string;
  /** ConfigMap with the scripts. */
  scripts: string;
  steps: Step[];
  /** Volumes beside the scripts and the work directory, in Kubernetes' own words. */
  volumes?: { name: string; [source: string]: unknown }[];
  /**
   * Where the work directory lives: in memory, for what must never touch a disk, or on the node's disk.
   * @default "memory"
   */
  work?: "memory" | { medium?: "Memory"; sizeLimit: string };
  /** Labels of the pod: network policies choose by them. */
  labels: { [label: string]: string };
  priorityClassName: string;
}

/** User of every step: none of the images' own, so that all can read what the others write. */
const user = 1000;

/** Directory that the steps of a job share; also their home. */
const workDirectory = "/work";

/** Pod template of a job: all steps but the last are init containers, so that each starts when the one before is done. */
export function stepsTemplate(args: Steps) {
  const containers = args.steps.map((step) => container(step));
  const memory = { medium: "Memory", sizeLimit: "16Mi" };
  return {
    metadata: { labels: args.labels },
    spec: {
      // A failed step starts again in the same pod, where the work of the steps before it still is.
      restartPolicy: "OnFailure",
      ...(args.serviceAccount === undefined ? {} : { serviceAccountName: args.serviceAccount }),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      priorityClassName: args.priorityClassName,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...(containers.length > 1 ? { initContainers: containers.slice(0, -1) } : {}),
      containers: containers.slice(-1),
      volumes: [
        { name: "scripts", configMap: { name: args.scripts, defaultMode: 0o444 } },
        { name: "work", emptyDir: (args.work ?? "memory") === "memory" ? memory : (args.work as object) },
        ...(args.volumes ?? []),
      ],
    },
  };
}

function container(step: Step) {
  const shell = step.script.startsWith("elastic") ? "/bin/bash" : "/bin/sh";
  return {
    name: step.name,
    image: step.image,
    command: [shell, `/scripts/${step.script}`],
    env: Object.entries({ HOME: workDirectory, WORK_DIRECTORY: workDirectory, ...step.environment }).map(
      ([name, value]) => ({ name, value }),
    ),
    resources: step.resources ?? resources("50m", "64Mi", "256Mi"),
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: "scripts", mountPath: "/scripts", readOnly: true },
      { name: "work", mountPath: workDirectory },
      ...Object.entries(step.mounts ?? {}).map(([name, mountPath]) => ({ name, mountPath, readOnly: true })),
    ],
  };
}

/** Spec of a job that runs once. It is retried for half an hour: what it waits for may be starting. */
export function jobSpec(template: ReturnType<typeof stepsTemplate>) {
  return { backoffLimit: 6, activeDeadlineSeconds: 1800, template };
}

/** Spec of a job that runs by the clock (UTC); a run that would overlap the one before is left out. */
export function cronJobSpec(schedule: string, template: ReturnType<typeof stepsTemplate>) {
  return {
    schedule,
    timeZone: "Etc/UTC",
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 3600,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: { spec: jobSpec(template) },
  };
}

/** Volume with a service account token of the given audience, renewed by the kubelet: for logins to something else. */
export function tokenVolume(name: string, audience: string) {
  return {
    name,
    projected: {
      defaultMode: 0o440,
      sources: [{ serviceAccountToken: { audience, expirationSeconds: 3600, path: "token" } }],
    },
  };
}

/**
 * Short name of a content, for objects that cannot be changed: a job whose name carries it is made anew, and so runs
 * again, exactly when something about it has changed.
 */
export function contentHash(...content: unknown[]): string {
  return hash("sha256", JSON.stringify(content)).slice(0, 10);
}

/** Annotations of objects whose readiness Pulumi knows by itself (Deployments, Jobs, Services): waits, or not. */
export function awaitAnnotations(context: Pick<PlatformContext, "waitForReadiness">): { [annotation: string]: string } {
  return context.waitForReadiness ? {} : { "pulumi.com/skipAwait": "true" };
}
