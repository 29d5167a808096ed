import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Secret } from "../security/secret.ts";
import type { PlatformContext } from "./context.ts";

/** What secrets of the platform lie under. */
export interface SecretCustody {
  /** ARN of the customer key for secrets. */
  secretsKeyArn: pulumi.Input<string>;
  /** Days in which a deleted secret can be brought back, 7 to 30, or 0. */
  secretRecoveryDays: number;
}

/** What a generated secret is made of. */
export interface GeneratedSecretPlan extends SecretCustody {
  context: Pick<PlatformContext, "names" | "protect">;
  /** Path of the entry, for `Names.secret(path)`. */
  path: string;
  /** What it is and who needs it. */
  description: string;
  /** The entry's JSON; random values among it are outputs. */
  value: pulumi.Output<string>;
}

/** Keeps a value that this program makes in Secrets Manager; External Secrets brings it into the cluster. */
export function createGeneratedSecret(name: string, plan: GeneratedSecretPlan, parent: pulumi.Resource): Secret {
  const { context, path, description, value, secretsKeyArn, secretRecoveryDays } = plan;
  return new Secret(
    name,
    {
      secretName: context.names.secret(path),
      keyArn: secretsKeyArn,
      description,
      value,
      recoveryWindowDays: secretRecoveryDays,
      protect: context.protect,
    },
    { parent },
  );
}

/** A password of letters and digits: safe in URLs, properties files, JAAS and curl configurations without quoting. */
export function createPassword(name: string, parent: pulumi.Resource, length = 40): pulumi.Output<string> {
  return new random.RandomPassword(name, { length, special: false }, { parent }).result;
}
