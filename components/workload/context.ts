import type * as pulumi from "@pulumi/pulumi";
import type { Service } from "../../catalog/types.ts";
import type { PlatformContext } from "../platform/context.ts";

/** Namespace of the trading services. */
export const tradingNamespace = "trading";

/** Namespace where jobs with administrators' credentials run; the services' namespace never holds those. */
export const provisioningNamespace = "platform-system";

/** What this environment decides about all services; the section `workloads` of the stack file. */
export interface WorkloadSettings {
  /** `live`: orders count; `test`: the exchanges' sandboxes. */
  exchangeHosts: "live" | "test";
  /** `names`: egress by host name (EKS Auto Mode); `addresses`: any public address on the exchanges' ports. */
  exchangeEgress: "names" | "addresses";
  /** What a release without traffic means: `pause` waits for a person, `pass` trusts the liveness checks alone. */
  canaryWithoutTraffic: "pause" | "pass";
}

/** What every workload must know about where it runs. Plain data: nothing here is an output. */
export interface WorkloadContext
  extends Pick<
    PlatformContext,
    | "environment"
    | "region"
    | "accountId"
    | "domain"
    | "clusterName"
    | "names"
    | "vpcCidr"
    | "serviceCidr"
    | "imageMirror"
    | "waitForReadiness"
    | "topologySpread"
    | "protect"
  > {
  /** Address ranges of the isolated data subnets: PostgreSQL, cache and broker are there and nowhere else. */
  dataCidrs: readonly string[];
  /** What the environment decides about all services. */
  settings: WorkloadSettings;
}

/**
 * Where the data services of the VPC answer. Hosts may be outputs; ports are constants, for network policies need them.
 * Kafka and Elasticsearch have constant addresses of their own.
 */
export interface Endpoints {
  database: { host: pulumi.Input<string>; port: number; name: string };
  cache: { host: pulumi.Input<string>; port: number };
  /** AMQP over TLS, and the management interface over HTTPS on port 443. */
  broker: { host: pulumi.Input<string>; port: number };
}

/** Labels by which policies, services and monitors find the pods of a service. */
export function selectorOf(service: Pick<Service, "name">): Record<string, string> {
  return { "app.kubernetes.io/name": service.name };
}

/** All labels of a service's objects: what it is, and who answers for it. */
export function labelsOf(service: Service): Record<string, string> {
  return {
    ...selectorOf(service),
    "app.kubernetes.io/part-of": "trading-platform",
    "app.kubernetes.io/component": service.kind.toLowerCase(),
    "app.kubernetes.io/managed-by": "pulumi",
    "trading-platform/owner": service.owner,
    "trading-platform/tier": service.tier,
    "trading-platform/sensitivity": service.sensitivity,
  };
}

/** Metadata of an object of a service in the services' namespace. */
export function metadataOf(service: Service, name: string = service.name, annotations?: Record<string, string>) {
  return { name, namespace: tradingNamespace, labels: labelsOf(service), ...(annotations && { annotations }) };
}

/** Address at which others in the cluster reach a service. */
export function urlOf(service: Pick<Service, "name" | "port">): string {
  return `http://${service.name}.${tradingNamespace}.svc:${service.port}`;
}

/** Object that carries the settings in clear, and the one that carries the secrets. */
export function configurationName(service: Pick<Service, "name">): string {
  return `${service.name}-configuration`;
}

/** Object that carries files of configuration, for the kinds that read files. */
export function filesName(service: Pick<Service, "name">): string {
  return `${service.name}-files`;
}

/** Kubernetes Secret with everything secret that the service reads, one key per environment variable. */
export function secretName(service: Pick<Service, "name">): string {
  return `${service.name}-secrets`;
}

/** Path in Secrets Manager of the passwords that were made for this service alone. */
export function credentialsPath(service: Pick<Service, "name">): string {
  return `services/${service.name}`;
}
