import * as pulumi from "@pulumi/pulumi";
import protocol from "@pulumi/pulumi/proto/resource_pb.js";
import debuggableModule from "@pulumi/pulumi/runtime/debuggable.js";
import rpcModule from "@pulumi/pulumi/runtime/rpc.js";
import structure from "google-protobuf/google/protobuf/struct_pb.js";
import { holdsSpecial, plainKeys, sortedKeys } from "./wire.ts";

/** A property map that stays what it is: the part of protobuf's Struct that the SDK and the monitor use. */
class LocalStruct {
  readonly #value: Record<string, unknown>;

  constructor(value: Record<string, unknown>) {
    this.#value = value;
  }

  toJavaScript(): Record<string, unknown> {
    return this.#value;
  }
}

/** Wraps properties for the SDK. */
function localStruct(value: Record<string, unknown>): structure.Struct {
  return new LocalStruct(value) as unknown as structure.Struct;
}

/** Where a message keeps what it carries. A symbol, for weak maps of thousands of entries slow the collector down. */
const carried: unique symbol = Symbol("carried");

type Methods = Record<string, (this: { [carried]?: unknown }, value?: unknown) => unknown>;

/** Messages that carry properties, with the names of the methods that put them in and take them out. */
const carriers: readonly [Methods, string, string][] = [
  [protocol.RegisterResourceRequest.prototype as unknown as Methods, "setObject", "getObject"],
  [protocol.RegisterResourceResponse.prototype as unknown as Methods, "setObject", "getObject"],
  [protocol.RegisterResourceOutputsRequest.prototype as unknown as Methods, "setOutputs", "getOutputs"],
  // The monitor refuses both, but only if they reach it.
  [protocol.ResourceInvokeRequest.prototype as unknown as Methods, "setArgs", "getArgs"],
  [protocol.ReadResourceRequest.prototype as unknown as Methods, "setProperties", "getProperties"],
];

/**
 * Runs the work with the SDK's habits left out that serve a real engine only and cost more than half of a plan's time and
 * memory: turning all properties into protobuf and back (the monitor is in this very process), a promise for each value
 * inside them, twenty promises for each output whether anybody reads it or not, and a stack trace for every promise and
 * resource. The plan is the same without it (tests/plan/inProcess.test.ts). Everything is put back when the work ends.
 */
export async function inProcess<T>(work: () => Promise<T>): Promise<T> {
  const restore = [
    keepPropertiesLocal(),
    takePlainValuesAsTheyAre(),
    makeOutputsWhenRead(),
    leavePromisesAlone(),
    leavePlacesUnasked(),
  ];
  try {
    return await work();
  } finally {
    for (const undo of restore) undo();
  }
}

function keepPropertiesLocal(): () => void {
  const { fromJavaScript } = structure.Struct;
  structure.Struct.fromJavaScript = (value) => localStruct(value);
  const originals = carriers.map(([message, set, get]) => {
    const original = { [set]: message[set]!, [get]: message[get]! };
    message[set] = function (value) {
      this[carried] = value;
      return this;
    };
    message[get] = function () {
      return this[carried];
    };
    return original;
  });
  return () => {
    structure.Struct.fromJavaScript = fromJavaScript;
    for (const [index, [message]] of carriers.entries()) Object.assign(message, originals[index]);
  };
}

type Serialize = (label: string, value: unknown, resources: Set<unknown>, options?: object) => Promise<unknown>;
type SerializeAll = (
  label: string,
  properties: Record<string, unknown>,
  options?: object,
) => Promise<[Record<string, unknown>, Map<string, Set<unknown>>]>;
type Resolvers = Record<string, (...settled: unknown[]) => void>;
type Transfer = (onto: object, label: string, properties: object) => Resolvers;
type Resolve = (onto: object, resolvers: Resolvers, ...outcome: unknown[]) => void;

/** Not in the SDK's types, for it is internal. */
const rpc = rpcModule as unknown as {
  serializeProperty: Serialize;
  serializeResourceProperties: SerializeAll;
  transferProperties: Transfer;
  resolveProperties: Resolve;
  deserializeProperties: (outputs: structure.Struct, keepUnknowns?: boolean) => Record<string, unknown>;
  deserializeProperty: (value: unknown, keepUnknowns?: boolean) => unknown;
};

/** The SDK walks every value with a promise for each map, list and scalar inside; plain data needs none. */
function takePlainValuesAsTheyAre(): () => void {
  const { serializeProperty, serializeResourceProperties, deserializeProperties } = rpc;
  rpc.serializeProperty = (label, value, resources, options) => {
    const plain = copyPlain(value);
    return plain === notPlain ? serializeProperty(label, value, resources, options) : Promise.resolve(plain);
  };
  rpc.serializeResourceProperties = async (label, properties, options) => {
    const others: Record<string, unknown> = {};
    const values: Record<string, unknown> = {};
    const plainOnes = new Set<string>();
    for (const [key, value] of Object.entries(properties)) {
      if (key === "id" || key === "urn") continue;
      const plain = copyPlain(value);
      if (plain === notPlain) others[key] = value;
      else if (plain !== undefined) {
        values[key] = plain;
        plainOnes.add(key);
      }
    }
    // Plain values depend on nothing; left out of the map, they need no look for what they depend on.
    const [serialized, resources] = await serializeResourceProperties(label, others, options);
    return [Object.assign(values, serialized, { [plainKeys]: plainOnes }), resources];
  };
  rpc.deserializeProperties = (outputs, keepUnknowns) => {
    const values = outputs.toJavaScript();
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) delete values[key];
      else if (holdsSpecial(value)) values[key] = rpc.deserializeProperty(value, keepUnknowns) as never;
    }
    return values;
  };
  return () => Object.assign(rpc, { serializeProperty, serializeResourceProperties, deserializeProperties });
}

const notPlain = Symbol("holds an output, a promise, a resource or an asset");

/** A copy in wire form, keys sorted, of a value that is data through and through, `notPlain` for any other. */
function copyPlain(value: unknown): unknown {
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      const copy = copyPlain(item);
      if (copy === notPlain) return notPlain;
      items.push(copy === undefined ? null : copy);
    }
    return items;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return notPlain;
  const map: Record<string, unknown> = {};
  for (const key of sortedKeys(value)) {
    const copy = copyPlain((value as Record<string, unknown>)[key]);
    if (copy === notPlain) return notPlain;
    if (copy !== undefined) map[key] = copy;
  }
  return map;
}

/** Where a resource keeps its unread outputs. */
const unread: unique symbol = Symbol("unread");

type Holder = object & { [unread]?: Unread };

/** Outputs of one resource that nobody has read yet. */
interface Unread {
  label: string;
  /** Inputs by name, as they were given. */
  properties: Record<string, unknown>;
  /** Of the outputs that were read before the registration was answered. */
  resolvers: Resolvers;
  /** What the registration was answered with, once it was. */
  outcome?: unknown[];
}

/** Few of a resource's outputs are ever read: each is made when it is, and told then what it was resolved with. */
function makeOutputsWhenRead(): () => void {
  const { transferProperties, resolveProperties } = rpc;
  // One descriptor for each name, whatever the resource, so that V8 keeps resources in their compact form.
  const descriptors = new Map<string, PropertyDescriptor>();

  const read = (onto: Holder, key: string) => {
    const { label, properties, resolvers, outcome } = onto[unread]!;
    delete (onto as Record<string, unknown>)[key];
    const made = transferProperties(onto, label, { [key]: properties[key] });
    if (outcome === undefined) Object.assign(resolvers, made);
    else resolveProperties(onto, made, ...outcome);
    return (onto as Record<string, unknown>)[key];
  };
  const descriptorOf = (key: string): PropertyDescriptor => {
    const known = descriptors.get(key);
    if (known !== undefined) return known;
    const descriptor: PropertyDescriptor = {
      configurable: true,
      enumerable: true,
      get(this: object) {
        return read(this, key);
      },
      set(this: object, value) {
        Object.defineProperty(this, key, { value, configurable: true, enumerable: true, writable: true });
      },
    };
    descriptors.set(key, descriptor);
    return descriptor;
  };

  rpc.transferProperties = (onto, label, properties) => {
    const resolvers: Resolvers = {};
    const state: Unread = { label, properties: properties as Record<string, unknown>, resolvers };
    Object.defineProperty(onto, unread, { value: state });
    for (const key of Object.keys(properties)) {
      if (key === "id" || key === "urn") continue;
      if (Object.hasOwn(onto, key)) throw new Error(`Property '${key}' is already initialized on target '${label}`);
      Object.defineProperty(onto, key, descriptorOf(key));
    }
    return resolvers;
  };
  rpc.resolveProperties = (onto, resolvers, ...outcome) => {
    const waiting = (onto as Holder)[unread];
    if (waiting !== undefined) waiting.outcome = outcome;
    resolveProperties(onto, resolvers, ...outcome);
  };
  return () => Object.assign(rpc, { transferProperties, resolveProperties });
}

/** Not in the SDK's types, for it is internal. */
const debuggable = debuggableModule as unknown as {
  debuggablePromise: (promise: Promise<unknown>) => Promise<unknown>;
};

/** The SDK wraps each promise twice over to report, at exit, which ones never ended; the monitor answers all of them. */
function leavePromisesAlone(): () => void {
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = (promise) => promise;
  return () => {
    debuggable.debuggablePromise = debuggablePromise;
  };
}

/** Not in the SDK's types, for it is internal. */
const resourceClass = pulumi.Resource as unknown as { callsites: () => object[] };

/** Each resource asks where in the program it was made, for the engine to show. */
function leavePlacesUnasked(): () => void {
  const { callsites } = resourceClass;
  resourceClass.callsites = () => [];
  return () => {
    resourceClass.callsites = callsites;
  };
}
