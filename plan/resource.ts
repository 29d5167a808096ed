/** One resource as the program registered it: what `plan.json` holds. */
export interface PlannedResource {
  /** Pulumi URN with the whole chain of parent types, as the engine would write it. */
  urn: string;
  /** Type token, for example `aws:ec2/vpc:Vpc`. */
  type: string;
  /** Logical name. */
  name: string;
  /** URN of the parent; absent for the stack itself. */
  parent?: string;
  /** True for a cloud resource, false for a component. */
  custom: boolean;
  /** URN of the provider (custom resources) without its id. */
  provider?: string;
  /** Inputs, secrets replaced by `"[secret]"`, values not known before the update by `"[unknown]"`. */
  inputs: Record<string, unknown>;
  /** URNs this resource waits for. */
  dependencies: string[];
  /** URNs by the input property that brings them. */
  propertyDependencies: Record<string, string[]>;
  /** Pulumi refuses to delete it. */
  protect: boolean;
  /** URN of the resource whose deletion takes this one with it. */
  deletedWith?: string;
  /** Stays in the cloud when it leaves the program. */
  retainOnDelete: boolean;
  /** Input paths whose changes are ignored. */
  ignoreChanges: string[];
  /** Old names or URNs under which this resource is known. */
  aliases: string[];
  /** Output properties that the program declares secret beyond those the provider does. */
  additionalSecretOutputs: string[];
}

/** Stands in a plan for a secret value. */
export const secretMark = "[secret]";

/** Stands in a plan for a value that only the update will know. */
export const unknownMark = "[unknown]";

/** Type token of the root stack resource. */
export const stackType = "pulumi:pulumi:Stack";
