import type { PlannedResource } from "../../plan/resource.ts";
import { isTree, type Tree } from "./reference.ts";

/** A pod that our own manifests describe. */
export interface PlannedPod {
  /** Kind, namespace and name of what makes the pod. */
  where: string;
  namespace: string;
  /** True when it runs until it is stopped, so that probes serve it. */
  longRunning: boolean;
  /** How many pods there are of it. */
  replicas: number;
  spec: Tree;
}

const longRunningKinds = new Set(["Deployment", "StatefulSet", "DaemonSet", "Rollout"]);

/** Finds the pod templates among planned Kubernetes objects, CronJobs and Rollouts included. */
export function plannedPods(resources: readonly PlannedResource[]): PlannedPod[] {
  return resources.flatMap(({ inputs }) => {
    const kind = String(inputs.kind);
    const spec = isTree(inputs.spec) ? inputs.spec : {};
    const jobTemplate = kind === "CronJob" && isTree(spec.jobTemplate) ? (spec.jobTemplate.spec as Tree) : spec;
    if (!longRunningKinds.has(kind) && kind !== "Job" && kind !== "CronJob") return [];
    const template = jobTemplate.template;
    if (!isTree(template) || !isTree(template.spec)) return [];
    const metadata = inputs.metadata as Tree;
    return [
      {
        where: `${kind} ${metadata.namespace}/${metadata.name}`,
        namespace: String(metadata.namespace),
        longRunning: longRunningKinds.has(kind),
        replicas: typeof spec.replicas === "number" ? spec.replicas : 1,
        spec: template.spec,
      },
    ];
  });
}

/** What is missing in a pod: resources, probes, and what Pod Security level restricted asks for. One line per problem. */
export function podProblems({ where, longRunning, spec }: Omit<PlannedPod, "replicas">): string[] {
  const problems: string[] = [];
  const podContext = isTree(spec.securityContext) ? spec.securityContext : {};
  for (const key of ["hostNetwork", "hostPID", "hostIPC"]) if (spec[key] === true) problems.push(`${where}: ${key}`);
  for (const volume of list(spec.volumes)) if ("hostPath" in volume) problems.push(`${where}: volume of a host path`);
  const containers = list(spec.containers);
  const first = list(spec.initContainers);
  if (containers.length === 0) problems.push(`${where}: no containers`);
  for (const container of [...first, ...containers]) {
    const at = `${where} container ${container.name}`;
    problems.push(...containerProblems(at, container, podContext));
    const sidecar = container.restartPolicy === "Always";
    if (!longRunning || (first.includes(container) && !sidecar)) continue;
    for (const probe of ["readinessProbe", "livenessProbe"]) {
      if (!isTree(container[probe])) problems.push(`${at}: no ${probe}`);
    }
  }
  return problems;
}

function containerProblems(at: string, container: Tree, podContext: Tree): string[] {
  const problems: string[] = [];
  const { requests, limits } = (container.resources ?? {}) as { requests?: Tree; limits?: Tree };
  if (!requests?.cpu || !requests.memory) problems.push(`${at}: no requests of processor and memory`);
  if (!limits?.memory) problems.push(`${at}: no limit of memory`);
  const context = isTree(container.securityContext) ? container.securityContext : {};
  const capabilities = isTree(context.capabilities) ? context.capabilities : {};
  if (context.allowPrivilegeEscalation !== false) problems.push(`${at}: privilege escalation is not refused`);
  if (context.readOnlyRootFilesystem !== true) problems.push(`${at}: the root filesystem is writable`);
  if (!Array.isArray(capabilities.drop) || !capabilities.drop.includes("ALL")) {
    problems.push(`${at}: capabilities are not dropped`);
  }
  if ((context.runAsNonRoot ?? podContext.runAsNonRoot) !== true) problems.push(`${at}: may run as root`);
  const seccomp = (context.seccompProfile ?? podContext.seccompProfile) as { type?: string } | undefined;
  if (seccomp?.type !== "RuntimeDefault") problems.push(`${at}: no seccomp profile`);
  if (context.privileged === true) problems.push(`${at}: is privileged`);
  return problems;
}

/** Keys among Helm values that ask for what only a privileged namespace allows. */
export function hostAccess(values: unknown, path = ""): string[] {
  if (Array.isArray(values)) return values.flatMap((item, index) => hostAccess(item, `${path}[${index}]`));
  if (!isTree(values)) return [];
  return Object.entries(values).flatMap(([key, value]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const asks = (["hostNetwork", "hostPID", "privileged"].includes(key) && value === true) || key === "hostPath";
    return asks ? [at] : hostAccess(value, at);
  });
}

function list(value: unknown): Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}
