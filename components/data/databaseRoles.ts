import * as pulumi from "@pulumi/pulumi";
import type { Names } from "../../stack/naming.ts";
import { Secret } from "../security/secret.ts";
import { createPassword, type GeneratedSecretSettings } from "./passwords.ts";

/** A role in the database that a service signs in with. Its rights are granted inside the database. */
export interface DatabaseRole {
  /** Name of the role: lower-case letters, digits and underscores. */
  name: string;
  /** Who signs in with it, for the console. */
  description: string;
  /** Password in place of a generated one. */
  password?: pulumi.Input<string>;
}

/** What the roles need to be told. */
export interface DatabaseRolesArgs {
  roles: readonly DatabaseRole[];
  names: Names;
  secrets: GeneratedSecretSettings;
  /** The primary: for clients such as exporters and jobs that must not go through the proxy. */
  primaryHost: pulumi.Input<string>;
  port: number;
  databaseName: string;
  protect: boolean;
}

/** Path in Secrets Manager of a role's credentials, for `names.secret`. */
export function databaseSecretPath(role: string): string {
  return `database/${role}`;
}

/**
 * Passwords of the database's roles, each in a secret of its own, so that one service reads one of them and the proxy
 * can sign in for it. Properties of a secret: username, password, host (of the primary), port, dbname.
 */
export class DatabaseRoles extends pulumi.ComponentResource {
  /** Password of each role. */
  readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;
  /** ARN of each role's secret, in the order of the roles. */
  readonly secretArns: pulumi.Output<string>[];
  /** Version of each role's secret, another one with each new password. */
  readonly versions: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: DatabaseRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:data:DatabaseRoles", name, { roles: args.roles.map((role) => role.name) }, opts);

    const passwords: Record<string, pulumi.Output<string>> = {};
    const versions: Record<string, pulumi.Output<string>> = {};
    this.secretArns = args.roles.map((role) => {
      const logical = `${name}-${role.name.replaceAll("_", "-")}`;
      const password = role.password ?? createPassword(`${logical}-password`, { parent: this });
      passwords[role.name] = pulumi.secret(password);
      const secret = createRoleSecret(logical, role, pulumi.secret(password), args, this);
      versions[role.name] = secret.version!;
      return secret.arn;
    });

    this.passwords = passwords;
    this.versions = versions;
    this.registerOutputs({ secretArns: this.secretArns });
  }
}

function createRoleSecret(
  name: string,
  role: DatabaseRole,
  password: pulumi.Output<string>,
  { names, secrets, primaryHost, port, databaseName, protect }: DatabaseRolesArgs,
  parent: pulumi.Resource,
): Secret {
  return new Secret(
    name,
    {
      secretName: names.secret(databaseSecretPath(role.name)),
      description: `Database role ${role.name}: ${role.description}`,
      value: pulumi.jsonStringify({ username: role.name, password, host: primaryHost, port, dbname: databaseName }),
      ...secrets,
      protect,
    },
    { parent },
  );
}
