import type { Names } from "../../stack/naming.ts";
import type { Settings } from "../../stack/settings.ts";
import type { ImageMirror } from "./imageMirror.ts";

/** What every in-cluster system must know about where it runs. Plain data: nothing here is an output. */
export interface PlatformContext {
  /** Name of the environment, for labels; never compared. */
  environment: string;
  /** AWS region code. */
  region: string;
  /** AWS account id. */
  accountId: string;
  /** DNS domain of the environment; hosts are `api.<domain>`, `dashboard.<domain>`, `grafana.<domain>`, `jaeger.<domain>`. */
  domain: string;
  /** Name of the EKS cluster. */
  clusterName: string;
  /** Physical names computed in advance. */
  names: Names;
  /** Address range of the VPC, from the address plan. */
  vpcCidr: string;
  /** Address range of Kubernetes services; EKS takes 172.20.0.0/16 for a VPC in 10.0.0.0/8. */
  serviceCidr: string;
  /** Where all charts and CRD bundles come from: `oci://…`, `https://…` or `file:…`; absent: each from its own source. */
  chartMirror?: string;
  /** Registry that stands in for the public ones; absent: images come from their own registries. */
  imageMirror?: ImageMirror;
  /** Wait for readiness of each release and custom resource. */
  waitForReadiness: boolean;
  /** Storage class of every volume. */
  storageClassName: string;
  /** Spread the pods of each replicated system over zones, as a hard rule. */
  topologySpread: boolean;
  /** Pool whose nodes hold the systems with volumes. @default wherever there is room */
  statefulPool?: string;
  /** Refuse the deletion of what holds state. */
  protect: boolean;
}

/** The sections of the stack file that the context is made of. */
export type ContextSettings = Pick<Settings, "environment" | "platform"> & { network: { cidr: string } };

/** Makes the context from the settings; the storage class is the one that the cluster room creates. */
export function platformContext(settings: ContextSettings, names: Names, storageClassName = "gp3"): PlatformContext {
  const { environment, platform, network } = settings;
  return {
    environment: environment.name,
    region: environment.region,
    accountId: environment.accountId,
    domain: environment.domain,
    clusterName: names.cluster,
    names,
    vpcCidr: network.cidr,
    serviceCidr: platform.serviceCidr,
    chartMirror: platform.chartMirror,
    imageMirror: platform.imageMirror,
    waitForReadiness: platform.waitForReadiness,
    storageClassName,
    topologySpread: platform.topologySpread,
    statefulPool: platform.statefulPool,
    protect: environment.protect,
  };
}

/** Priority classes of the platform, the highest first; created by `Namespaces`. */
export const priorityClasses = {
  /** What others cannot work without: certificates, secrets, gateway, DNS. */
  critical: "platform-critical",
  /** What holds the business's data: Kafka, Elasticsearch, Vault, Consul. */
  stateful: "platform-stateful",
  /** What watches: Prometheus, Loki, Jaeger, Grafana, exporters. */
  observability: "platform-observability",
  /** Trading services without which trading stops: when nodes are short, they run and the others wait. */
  essential: "trading-critical",
  /** The other trading services: between the stateful systems and those that only watch. */
  workload: "trading-workload",
  /** Trading services that only people would miss. */
  assisting: "trading-supporting",
} as const;

/** Address of the environment's host of that name, for example `grafana` → `grafana.trading.example.com`. */
export function host(context: Pick<PlatformContext, "domain">, name: string): string {
  return `${name}.${context.domain}`;
}

/**
 * Annotations that make Pulumi wait for a custom resource, whose readiness it cannot know by itself.
 *
 * @param condition as `kubectl wait --for` takes it, for example `condition=Ready`
 */
export function readiness(
  context: Pick<PlatformContext, "waitForReadiness">,
  condition: string,
): { [annotation: string]: string } {
  return context.waitForReadiness ? { "pulumi.com/waitFor": condition } : { "pulumi.com/skipAwait": "true" };
}
