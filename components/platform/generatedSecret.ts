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
  /** Copy in another region under that region's key. @default none */
  secretReplica?: { region: string; keyArn: pulumi.Input<string> };
}

/** Picks the custody out of arguments that hold more, to hand it on. */
export function custodyOf({ secretsKeyArn, secretRecoveryDays, secretReplica }: SecretCustody): SecretCustody {
  return { secretsKeyArn, secretRecoveryDays, secretReplica };
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
  const { context, path, description, value, secretsKeyArn, secretRecoveryDays, secretReplica } = plan;
  return new Secret(
    name,
    {
      secretName: context.names.secret(path),
      keyArn: secretsKeyArn,
      description,
      value,
      recoveryWindowDays: secretRecoveryDays,
      replica: secretReplica,
      protect: context.protect,
    },
    { parent },
  );
}

/** A password of letters and digits: safe in URLs, properties files, JAAS and curl configurations without quoting. */
export function createPassword(name: string, parent: pulumi.Resource, length = 40): pulumi.Output<string> {
  return new random.RandomPassword(name, { length, special: false }, { parent }).result;
}
