import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** How secrets with generated values are kept; the same in the whole environment. */
export interface GeneratedSecretSettings {
  /** Customer key for secrets. */
  keyArn: pulumi.Input<string>;
  /** Days in which a deleted secret can be brought back, 7 to 30, or 0. */
  recoveryWindowDays: number;
  /** Copy in another region under that region's key. @default none */
  replica?: { region: string; keyArn: pulumi.Input<string> };
}

/**
 * A password of 40 letters and digits, 238 bits: long enough without signs, which break connection strings and which
 * RabbitMQ and ElastiCache refuse in part.
 */
export function createPassword(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  return new random.RandomPassword(name, { length: 40, special: false }, opts).result;
}
