import protocol from "@pulumi/pulumi/proto/resource_pb.js";
import debuggableModule from "@pulumi/pulumi/runtime/debuggable.js";
import structure from "google-protobuf/google/protobuf/struct_pb.js";

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

type Methods = Record<string, (this: object, value?: unknown) => unknown>;

/** Messages that carry properties, with the names of the methods that put them in and take them out. */
const carriers: readonly [Methods, string, string][] = [
  [protocol.RegisterResourceRequest.prototype as unknown as Methods, "setObject", "getObject"],
  [protocol.RegisterResourceResponse.prototype as unknown as Methods, "setObject", "getObject"],
  [protocol.RegisterResourceOutputsRequest.prototype as unknown as Methods, "setOutputs", "getOutputs"],
];

/**
 * Runs the work with the SDK's habits left out that serve a real engine only and cost half of a plan's time and memory:
 * turning all properties into protobuf and back (the monitor is in this very process), and taking a stack trace for every
 * promise and resource. Everything is put back when the work ends.
 */
export async function inProcess<T>(work: () => Promise<T>): Promise<T> {
  const restore = [keepPropertiesLocal(), leavePromisesAlone(), leaveTracesUnsaid()];
  try {
    return await work();
  } finally {
    for (const undo of restore) undo();
  }
}

function keepPropertiesLocal(): () => void {
  const { fromJavaScript } = structure.Struct;
  structure.Struct.fromJavaScript = (value) => localStruct(value);
  const held = new WeakMap<object, unknown>();
  const originals = carriers.map(([message, set, get]) => {
    const original = { [set]: message[set]!, [get]: message[get]! };
    message[set] = function (value) {
      held.set(this, value);
      return this;
    };
    message[get] = function () {
      return held.get(this);
    };
    return original;
  });
  return () => {
    structure.Struct.fromJavaScript = fromJavaScript;
    for (const [index, [message]] of carriers.entries()) Object.assign(message, originals[index]);
  };
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

/** Each resource asks where it was made; traces are kept but not put into words, so an error still has its own. */
function leaveTracesUnsaid(): () => void {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (error) => String(error);
  return () => {
    Error.prepareStackTrace = prepareStackTrace;
  };
}
