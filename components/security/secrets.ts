import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import type { GeneratedSecretSettings } from "../data/passwords.ts";
import type { Keys } from "./keys.ts";
import { Secret } from "./secret.ts";
import { entryDescription, entryName, type SecretValueRef, secretEntries } from "./secretEntries.ts";

/** What the secrets of people and exchanges need to be told. */
export interface SecretsArgs {
  /** Physical names: the cluster asks for secrets by them. */
  names: Names;
  /** Every value that something reads: catalog/secrets.ts, credentials of alert receivers. */
  values: readonly SecretValueRef[];
  /** Key, recovery window and copies, as for all secrets of the environment. */
  secrets: GeneratedSecretSettings;
  /** Rotation functions by path of the entry. @default none: values change at their issuer */
  rotations?: Readonly<Record<string, { functionArn: string; everyDays: number }>>;
  /** Refuse the deletion: these values cannot be made again here. */
  protect: boolean;
}

/**
 * A place for every secret that comes from outside: credentials of exchanges, mail server, Slack, heartbeat. The values
 * are put there by hand or by a rotation and never pass through this program, its state or a stack file.
 */
export class Secrets extends pulumi.ComponentResource {
  /** ARN of each entry by its path, for example `exchanges/binance`. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: SecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    const entries = secretEntries(args.values);
    super("trading-platform:security:Secrets", name, { entries }, opts);

    const arns: Record<string, pulumi.Output<string>> = {};
    for (const entry of entries) {
      const secret = new Secret(
        `${name}-${entryName(entry.path)}`,
        {
          secretName: args.names.secret(entry.path),
          ...args.secrets,
          description: entryDescription(entry),
          rotation: args.rotations?.[entry.path],
          protect: args.protect,
        },
        { parent: this },
      );
      arns[entry.path] = secret.arn;
    }

    this.arns = arns;
    this.registerOutputs({ arns: this.arns });
  }
}

/** How every secret of the environment is kept, from the section `security`. */
export function secretSettings(
  keys: Keys,
  { secrets, recoveryRegion }: { secrets: { recoveryWindowDays: number; replicated: boolean }; recoveryRegion: string },
): GeneratedSecretSettings {
  return {
    keyArn: keys.arns.secrets,
    recoveryWindowDays: secrets.recoveryWindowDays,
    replica: secrets.replicated ? { region: recoveryRegion, keyArn: keys.recoveryArn("secrets") } : undefined,
  };
}
