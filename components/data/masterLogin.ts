import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import { Secret } from "../security/secret.ts";
import { databaseSecretPath } from "./databaseRoles.ts";
import { createPassword, type GeneratedSecretSettings } from "./passwords.ts";

/** Name of the master user; `postgres` and `admin` are the first that an intruder tries. */
const masterUser = "platform_owner";

/** What the master user's login needs to be told. */
export interface MasterLoginArgs {
  names: Names;
  /** How secrets are kept. */
  secrets: GeneratedSecretSettings;
  /** Number of read replicas. */
  readReplicas: number;
  protect: boolean;
}

/** How the master user signs in. */
export interface MasterLogin {
  /** The primary's part of it. */
  inputs: Pick<aws.rds.InstanceArgs, "username" | "password" | "manageMasterUserPassword" | "masterUserSecretKmsKeyId">;
  /** ARN of the secret with `username` and `password`. */
  secretArn(primary: aws.rds.Instance): pulumi.Output<string>;
}

/**
 * The master user's login: a password that RDS makes and rotates, where there are no read replicas. RDS for PostgreSQL
 * makes no replica of an instance whose password it manages (its user guide, "Limitations for Secrets Manager
 * integration"); there the password is made like those of the roles, in the entry `database/platform_owner`.
 */
export function createMasterLogin(
  name: string,
  { names, secrets, readReplicas, protect }: MasterLoginArgs,
  opts: pulumi.CustomResourceOptions,
): MasterLogin {
  if (readReplicas === 0)
    return {
      inputs: { username: masterUser, manageMasterUserPassword: true, masterUserSecretKmsKeyId: secrets.keyArn },
      secretArn: (primary) => primary.masterUserSecrets.apply(([secret]) => secret!.secretArn),
    };
  const password = pulumi.secret(createPassword(`${name}-master-password`, opts));
  const { arn } = new Secret(
    `${name}-master`,
    {
      secretName: names.secret(databaseSecretPath(masterUser)),
      description: "Master user of the database; only jobs that make roles use it",
      value: pulumi.jsonStringify({ username: masterUser, password }),
      ...secrets,
      protect,
    },
    opts,
  );
  return { inputs: { username: masterUser, password }, secretArn: () => arn };
}
