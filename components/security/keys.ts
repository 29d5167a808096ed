import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import { policyDocument } from "../policyDocument.ts";
import { type KeyPurpose, keyDescriptions, keyPolicy, keyPurposes } from "./keyPolicies.ts";

/** What the customer keys need to be told. */
export interface KeysArgs {
  /** Physical names: aliases are known in advance. */
  names: Names;
  accountId: string;
  region: string;
  /** Region that holds copies, and replicas of the keys in `replicated`. */
  recoveryRegion: string;
  /** Days between two rotations of the key material, 90 to 2560. */
  rotationDays: number;
  /** Days between the order to delete a key and its end, 7 to 30: time to notice. */
  deletionWindowDays: number;
  /** Keys whose data has copies in the recovery region. A key can be chosen for this only when it is created. */
  replicated: readonly KeyPurpose[];
  /** Refuse the deletion: data under a deleted key is lost. */
  protect: boolean;
  /** Last word on a key's own arguments. */
  transform?: { key?: (args: aws.kms.KeyArgs, purpose: KeyPurpose) => aws.kms.KeyArgs };
}

/**
 * The customer keys, one per purpose, each usable only by the services of its purpose, with replicas in the recovery
 * region where copies need them.
 *
 * Cost: 1 USD a month for each key and each replica.
 */
export class Keys extends pulumi.ComponentResource {
  /** ARN of the key for each purpose. */
  readonly arns: Readonly<Record<KeyPurpose, pulumi.Output<string>>>;
  /** ARNs of the replicas in the recovery region, for the purposes that have one; see `recoveryArn`. */
  readonly recoveryArns: Readonly<Partial<Record<KeyPurpose, pulumi.Output<string>>>>;

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "trading-platform:security:Keys",
      name,
      { rotationDays: args.rotationDays, deletionWindowDays: args.deletionWindowDays, replicated: args.replicated },
      opts,
    );

    const arns = {} as Record<KeyPurpose, pulumi.Output<string>>;
    const recoveryArns: Partial<Record<KeyPurpose, pulumi.Output<string>>> = {};
    for (const purpose of keyPurposes) {
      const key = createKey(name, purpose, args, this);
      arns[purpose] = key.arn;
      if (args.replicated.includes(purpose)) recoveryArns[purpose] = createReplica(name, purpose, key, args, this).arn;
    }

    this.arns = arns;
    this.recoveryArns = recoveryArns;
    this.registerOutputs({ arns: this.arns, recoveryArns: this.recoveryArns });
  }

  /**
   * ARN of a key's replica in the recovery region.
   *
   * @throws Error when the settings give the key no replica
   */
  recoveryArn(purpose: KeyPurpose): pulumi.Output<string> {
    const arn = this.recoveryArns[purpose];
    if (arn === undefined) {
      throw new Error(
        `The key "${purpose}" has no replica in the recovery region; add it to security.keys.replicated in the stack file.`,
      );
    }
    return arn;
  }
}

function createKey(name: string, purpose: KeyPurpose, args: KeysArgs, parent: Keys): aws.kms.Key {
  const { accountId, region, recoveryRegion } = args;
  const keyArgs: aws.kms.KeyArgs = {
    description: keyDescriptions[purpose],
    enableKeyRotation: true,
    rotationPeriodInDays: args.rotationDays,
    deletionWindowInDays: args.deletionWindowDays,
    multiRegion: args.replicated.includes(purpose),
    policy: policyDocument(keyPolicy(purpose, { accountId, region, regions: [region, recoveryRegion] })),
    tags: { Purpose: purpose },
  };
  const key = new aws.kms.Key(`${name}-${purpose}`, args.transform?.key?.(keyArgs, purpose) ?? keyArgs, {
    parent,
    protect: args.protect,
  });
  new aws.kms.Alias(
    `${name}-${purpose}-alias`,
    { name: args.names.keyAlias(purpose), targetKeyId: key.keyId },
    { parent },
  );
  return key;
}

function createReplica(
  name: string,
  purpose: KeyPurpose,
  key: aws.kms.Key,
  args: KeysArgs,
  parent: Keys,
): aws.kms.ReplicaKey {
  const { accountId, region, recoveryRegion } = args;
  const replica = new aws.kms.ReplicaKey(
    `${name}-${purpose}-replica`,
    {
      region: recoveryRegion,
      primaryKeyArn: key.arn,
      description: `${keyDescriptions[purpose]} (copies)`,
      deletionWindowInDays: args.deletionWindowDays,
      policy: policyDocument(
        keyPolicy(purpose, { accountId, region: recoveryRegion, regions: [region, recoveryRegion] }),
      ),
      tags: { Purpose: purpose },
    },
    { parent, protect: args.protect },
  );
  new aws.kms.Alias(
    `${name}-${purpose}-replica-alias`,
    { region: recoveryRegion, name: args.names.keyAlias(purpose), targetKeyId: replica.keyId },
    { parent },
  );
  return replica;
}
