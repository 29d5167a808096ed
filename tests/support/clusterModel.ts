import type { Plan } from "../../plan/plan.ts";
import type { PlannedResource } from "../../plan/resource.ts";
import {
  at,
  type ClusterPod,
  type ClusterService,
  fullName,
  type Labels,
  nameOf,
  namespaceOf,
} from "./clusterParts.ts";
import { madeByCharts, type ReleaseParts, reduceRelease } from "./madeByCharts.ts";
import { type NetworkModel, networkModel, selects } from "./networkModel.ts";
import { createOrder } from "./planOrder.ts";
import { planOf } from "./plans.ts";
import { stackSettings } from "./platformPlan.ts";
import type { Tree } from "./reference.ts";
import { serviceRefusals } from "./serviceModel.ts";

const releaseType = "kubernetes:helm.sh/v3:Release";

/** A planned object or release with all that comes out of it. */
export interface Source {
  resource: PlannedResource;
  parts: ReleaseParts;
}

/** The cluster as the plan, the charts and the operators make it. */
export interface ClusterModel {
  plan: Plan;
  sources: Source[];
  /** The planned objects themselves, without releases. */
  objects: Tree[];
  pods: ClusterPod[];
  /** Services that are made ready and wait for their first release: they have all but pods. */
  unreleased: ReadonlySet<string>;
  network: NetworkModel;
  /** Why a call of a Service does not leave a pod, as the VPC CNI sees it. */
  serviceRefusals(client: ClusterPod, namespace: string, service: string, port: number): string[];
  /** An address of the API server, and the one by which pods call it. */
  apiServer: { caller: string; called: string };
  /** Address of the resolver. */
  resolver: string;
  /** What stands before a resource. */
  order: (resource: PlannedResource) => ReadonlySet<string>;
  /** Pods that a Service leads to, each with the port that is called there. */
  behind(namespace: string, service: string, port: number): { pod: ClusterPod; port: number }[];
  /** Pods whose maker's name holds a text. */
  podsOf(where: string): ClusterPod[];
}

/** Builds the model of a stack. */
export async function clusterModel(stack: string): Promise<ClusterModel> {
  const plan = await planOf(stack);
  const settings = stackSettings(stack);
  const recorded = madeByCharts()[stack] ?? {};
  const ofCluster = plan.resources.filter(({ type }) => type.startsWith("kubernetes:"));
  const sources = ofCluster.flatMap((resource): Source[] => {
    if (resource.type !== releaseType) return [{ resource, parts: reduceRelease([resource.inputs], "default") }];
    const parts = recorded[String(resource.inputs.name)];
    return parts === undefined ? [] : [{ resource, parts }];
  });
  const objects = ofCluster.filter(({ type }) => type !== releaseType).map(({ inputs }) => inputs);
  const pods = sources.flatMap(({ parts }) => parts.pods);
  const services = sources.flatMap(({ parts }) => parts.services);
  const namespaces = new Map(
    objects
      .filter(({ kind }) => kind === "Namespace")
      .map((each) => [nameOf(each), (at(each, "metadata", "labels") ?? {}) as Labels]),
  );
  const { vpcCidr, serviceCidr } = { vpcCidr: settings.network.cidr, serviceCidr: settings.platform.serviceCidr };
  const policies = sources.flatMap(({ parts }) => parts.policies);
  const behind = (namespace: string, name: string, port: number) =>
    services
      .filter((service) => service.namespace === namespace && service.name === name)
      .flatMap((service) => led(service, port, pods));
  const inRange = (range: string, last: number) => range.replace(/\.\d+\/\d+$/, `.${last}`);
  return {
    plan,
    sources,
    objects,
    pods,
    unreleased: new Set(
      objects
        .filter((each) => each.kind === "ServiceAccount" && namespaceOf(each) === "trading")
        .filter((each) => settings.services[nameOf(each)]?.image === undefined)
        .map(fullName),
    ),
    network: networkModel(policies, namespaces, vpcCidr),
    serviceRefusals: (client, namespace, name, port) =>
      services
        .filter((service) => service.namespace === namespace && service.name === name)
        .flatMap((service) =>
          serviceRefusals(policies, namespaces, client, {
            service,
            port,
            pods: behind(namespace, name, port).map(({ pod }) => pod),
            address: inRange(serviceCidr, 77),
          }),
        ),
    apiServer: { caller: inRange(vpcCidr, 20), called: inRange(serviceCidr, 1) },
    resolver: inRange(serviceCidr, 10),
    order: createOrder(plan),
    behind,
    podsOf: (where) => pods.filter((pod) => pod.where.includes(where)),
  };
}

function led(service: ClusterService, port: number, pods: readonly ClusterPod[]) {
  const target = service.ports.find((each) => each.port === port)?.target;
  if (target === undefined || Object.keys(service.selector).length === 0) return [];
  return pods
    .filter((pod) => pod.namespace === service.namespace && selects({ matchLabels: service.selector }, pod.labels))
    .flatMap((pod) => {
      const number = typeof target === "number" ? target : pod.ports[target];
      return number === undefined ? [] : [{ pod, port: number }];
    });
}

/** Everything of one sort, with its source: `namespace/name` → the resources that make it. */
export function makersOf(
  sources: readonly Source[],
  sort: "secrets" | "configMaps" | "serviceAccounts",
): Map<string, PlannedResource[]> {
  const makers = new Map<string, PlannedResource[]>();
  for (const { resource, parts } of sources) {
    for (const name of parts[sort]) makers.set(name, [...(makers.get(name) ?? []), resource]);
  }
  return makers;
}

/** `namespace/name` of an object among the inputs of a planned resource. */
export function objectName(object: Tree): string {
  return `${namespaceOf(object)}/${nameOf(object)}`;
}
