import { hash } from "node:crypto";
import { computedOutputs, identifierPrefixes } from "./cloudOutputs.ts";
import type { Mode } from "./monitor.ts";

/** A registration as the cloud sees it; values in wire form (secrets and unknown values marked by the SDK). */
export interface CloudRequest {
  type: string;
  name: string;
  urn: string;
  inputs: Record<string, unknown>;
  mode: Mode;
}

/** What the cloud gives back: the id (absent while nothing exists) and the outputs, in wire form. */
export interface CloudAnswer {
  id: string | undefined;
  outputs: Record<string, unknown>;
}

/** A resource that exists: what the rules for computed outputs work on. */
export interface Existing extends CloudRequest {
  /** The id that AWS, Kubernetes or Grafana would give. */
  id: string;
  /** The physical name: as the program set it, else the logical name with a suffix, as Pulumi names things. */
  physicalName: string;
  /** Hexadecimal digits that depend on nothing but the URN. */
  digest: string;
}

/**
 * Answers a registration as AWS, Kubernetes, Grafana and random would, from nothing but its inputs: the same request
 * always has the same answer. In mode `first` only inputs come back, so that all else is unknown, as in a real preview.
 */
export function answer(request: CloudRequest): CloudAnswer {
  if (request.mode === "first") return { id: undefined, outputs: { ...request.inputs } };
  const digest = hash("sha256", request.urn);
  const physicalName = nameOf(request, digest);
  const id = idOf(request, physicalName, digest);
  const existing: Existing = { ...request, id, physicalName, digest };
  return {
    id,
    outputs: { ...genericOutputs(existing), ...request.inputs, ...computedOutputs[request.type]?.(existing) },
  };
}

/** Inputs that carry a resource's physical name, by the provider's habit. */
const nameInputs = [
  "name",
  "bucket",
  "identifier",
  "replicationGroupId",
  "brokerName",
  "family",
  "userId",
  "userGroupId",
  "title",
  "uid",
];

function nameOf({ inputs, name }: CloudRequest, digest: string): string {
  for (const key of nameInputs) {
    const value = inputs[key];
    if (typeof value === "string") return value;
  }
  return `${name}-${digest.slice(0, 7)}`;
}

function idOf({ type, inputs }: CloudRequest, physicalName: string, digest: string): string {
  if (type.startsWith("kubernetes:")) {
    const metadata = (inputs.metadata ?? {}) as { name?: string; namespace?: string };
    const name = metadata.name ?? physicalName;
    return metadata.namespace === undefined ? name : `${metadata.namespace}/${name}`;
  }
  const prefix = identifierPrefixes[type];
  return prefix === undefined ? physicalName : `${prefix}-${digest.slice(0, 17)}`;
}

function genericOutputs({ type, id, physicalName, inputs }: Existing): Record<string, unknown> {
  if (!type.startsWith("aws:")) return {};
  const service = type.split(":")[1]?.split("/")[0] ?? "";
  const region = typeof inputs.region === "string" ? inputs.region : "us-east-1";
  const kind = type.split(":")[2]?.toLowerCase() ?? "";
  return {
    arn:
      service === "iam"
        ? `arn:aws:iam::000000000000:${kind}/${physicalName}`
        : `arn:aws:${service}:${region}:000000000000:${kind}/${id}`,
    name: physicalName,
    tagsAll: inputs.tags ?? {},
  };
}
