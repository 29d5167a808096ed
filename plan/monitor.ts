import * as pulumi from "@pulumi/pulumi";
import protocol from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import structure from "google-protobuf/google/protobuf/struct_pb.js";
import { answer } from "./cloud.ts";
import { type PlannedResource, stackType } from "./resource.ts";
import { asSecret, readable, unwrapped } from "./wire.ts";

/** The parts of the SDK's registration request that a plan reads. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDependenciesList(): string[];
  getPropertydependenciesMap(): { forEach(visit: (value: { getUrnsList(): string[] }, key: string) => void): void };
  getProtect(): boolean | undefined;
  getDeletedwith(): string;
  getRetainondelete(): boolean | undefined;
  getIgnorechangesList(): string[];
  getAliasesList(): { toObject(): { urn?: string; spec?: { name?: string; type?: string } } }[];
  getAdditionalsecretoutputsList(): string[];
}

type Callback = (error: unknown, response?: unknown) => void;

/**
 * Which moment of a stack's life a plan shows: `first`, nothing exists yet and computed outputs are unknown, as in a
 * real first preview; or `steady`, everything exists and is known.
 */
export type Mode = "first" | "steady";

/**
 * The SDK's test monitor, taught to answer as the cloud would and to keep all that a registration says
 * (the SDK's own mocks see only type, name and inputs).
 */
export class PlanMonitor extends MockMonitor {
  /** Every resource in the order of registration. */
  readonly planned: PlannedResource[] = [];
  /** What went wrong while resources were registered or read: the SDK tells only those who wait for their outputs. */
  readonly failures: unknown[] = [];
  readonly #mode: Mode;
  readonly #onProgress: ((count: number) => void) | undefined;

  constructor(mode: Mode, onProgress?: (count: number) => void) {
    // Never asked: below, registrations are answered and questions refused.
    super({ newResource: () => ({ id: undefined, state: {} }), call: () => ({}) });
    this.#mode = mode;
    this.#onProgress = onProgress;
  }

  override async registerResource(request: RegisterRequest, callback: Callback): Promise<void> {
    try {
      const urn = urnOf(request);
      const inputs = request.getObject()?.toJavaScript() ?? {};
      this.planned.push(describe(request, urn, inputs));
      this.#onProgress?.(this.planned.length);

      const { id, outputs } = request.getCustom()
        ? answer({ type: request.getType(), name: request.getName(), urn, inputs, mode: this.#mode })
        : { id: undefined, outputs: {} };
      for (const key of request.getAdditionalsecretoutputsList()) {
        if (key in outputs) outputs[key] = asSecret(outputs[key]);
      }
      const response = new protocol.RegisterResourceResponse();
      response.setUrn(urn);
      response.setId(id ?? "");
      response.setObject(structure.Struct.fromJavaScript(outputs as Record<string, structure.JavaScriptValue>));
      callback(null, response);
    } catch (error) {
      this.failures.push(error);
      callback(error);
    }
  }

  /** The program looks nothing up: zones, accounts and images are settings. A look-up would hide a network call. */
  override async readResource(request: Pick<RegisterRequest, "getType">, callback: Callback): Promise<void> {
    this.#refuse(`reads an existing ${request.getType()}`, callback);
  }

  override async invoke(request: { getTok(): string }, callback: Callback): Promise<void> {
    this.#refuse(`calls the provider function ${request.getTok()}`, callback);
  }

  #refuse(what: string, callback: Callback): void {
    const error = new Error(
      `The program ${what}, which an offline plan cannot answer. Take the value from the settings instead.`,
    );
    this.failures.push(error);
    callback(error);
  }

  /** A plan shows what goes in; nobody asks for what components give out. */
  override registerResourceOutputs(_request: unknown, callback: Callback): void {
    callback(null, {});
  }
}

/** The engine's form of a URN: the whole chain of parent types, without the stack's own. */
function urnOf(request: RegisterRequest): string {
  const parentType = request.getParent().split("::")[2] ?? "";
  const type = request.getType();
  const qualified = parentType === "" || parentType === stackType ? type : `${parentType}$${type}`;
  return `urn:pulumi:${pulumi.runtime.getStack()}::${pulumi.runtime.getProject()}::${qualified}::${request.getName()}`;
}

function describe(request: RegisterRequest, urn: string, inputs: Record<string, unknown>): PlannedResource {
  const propertyDependencies: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((value, key) => {
    const urns = value.getUrnsList();
    if (urns.length > 0) propertyDependencies[key] = [...urns].sort();
  });
  const provider = request.getProvider();
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent() || undefined,
    custom: request.getCustom(),
    provider: provider === "" ? undefined : provider.slice(0, provider.lastIndexOf("::")),
    inputs: readable(withConfigurationShown(request.getType(), inputs)) as Record<string, unknown>,
    dependencies: [...new Set(request.getDependenciesList())].sort(),
    propertyDependencies: Object.fromEntries(Object.entries(propertyDependencies).sort(([a], [b]) => (a < b ? -1 : 1))),
    protect: request.getProtect() ?? false,
    deletedWith: request.getDeletedwith() || undefined,
    retainOnDelete: request.getRetainondelete() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    aliases: request.getAliasesList().map((alias) => {
      const { urn: old, spec } = alias.toObject();
      return old || [spec?.type, spec?.name].filter(Boolean).join("::");
    }),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
  };
}

/** Annotation by which a Kubernetes Secret says that it holds configuration which tools must read, and no secret. */
const configurationAnnotation = "trading-platform/holds";

/**
 * The Kubernetes SDK marks the data of every Secret as secret. Alertmanager's operator reads its configuration from a
 * Secret although it holds none (credentials are files), so a Secret that says so is shown.
 */
function withConfigurationShown(type: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const { annotations } = (inputs.metadata ?? {}) as { annotations?: Record<string, unknown> };
  if (type !== "kubernetes:core/v1:Secret" || annotations?.[configurationAnnotation] !== "configuration") return inputs;
  return { ...inputs, stringData: unwrapped(inputs.stringData) };
}
