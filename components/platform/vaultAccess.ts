import {
  vaultAudience,
  vaultKeyValuePath,
  vaultKubernetesAuthPath,
  vaultNamespace,
  vaultSetupServiceAccount,
  vaultSnapshotServiceAccount,
} from "./vaultNames.ts";

/** What a token may do at a path of Vault's interface. */
export type Capability = "create" | "read" | "update" | "patch" | "delete" | "list" | "sudo";

/** A policy in Vault's own JSON form. */
export interface VaultPolicy {
  path: { [path: string]: { capabilities: Capability[] } };
}

/** A role of the Kubernetes auth method: which service accounts log in, and what they may then do. */
export interface VaultRole {
  bound_service_account_names: string[];
  bound_service_account_namespaces: string[];
  audience: string;
  token_policies: string[];
  /** Life of a token, in Go's notation. */
  token_ttl: string;
  token_max_ttl: string;
}

/** One identity: a role and the policy of the same name. */
export interface VaultAccess {
  name: string;
  policy: VaultPolicy;
  role: VaultRole;
}

const everything: Capability[] = ["create", "read", "update", "delete", "list", "sudo"];

/**
 * Who may do what in Vault: the setup job, the snapshot job, External Secrets, and each service, which reads what lies
 * under its own name. No person is here: people log in by the way that the runbook describes.
 *
 * @param services names of the services, which are also those of their service accounts in the namespace `trading`
 */
export function vaultAccess(services: readonly string[]): VaultAccess[] {
  return [
    access("setup", vaultNamespace, vaultSetupServiceAccount, {
      "sys/audit": everything,
      "sys/audit/*": everything,
      "sys/auth": everything,
      "sys/auth/*": everything,
      "sys/mounts": everything,
      "sys/mounts/*": everything,
      "sys/policies/acl": everything,
      "sys/policies/acl/*": everything,
      // `vault policy write` still takes the older path.
      "sys/policy/*": everything,
      [`auth/${vaultKubernetesAuthPath}/*`]: everything,
    }),
    access("snapshot", vaultNamespace, vaultSnapshotServiceAccount, { "sys/storage/raft/snapshot": ["read"] }),
    access("external-secrets", "external-secrets", "external-secrets", {
      [`${vaultKeyValuePath}/data/*`]: ["read"],
      [`${vaultKeyValuePath}/metadata/*`]: ["read", "list"],
    }),
    ...services.map((service) =>
      access(`service-${service}`, "trading", service, {
        [`${vaultKeyValuePath}/data/${service}/*`]: ["read"],
        [`${vaultKeyValuePath}/metadata/${service}/*`]: ["list"],
      }),
    ),
  ];
}

function access(
  name: string,
  namespace: string,
  serviceAccount: string,
  paths: { [path: string]: Capability[] },
): VaultAccess {
  return {
    name,
    policy: {
      path: Object.fromEntries(Object.entries(paths).map(([path, capabilities]) => [path, { capabilities }])),
    },
    role: {
      bound_service_account_names: [serviceAccount],
      bound_service_account_namespaces: [namespace],
      audience: vaultAudience,
      token_policies: [name],
      token_ttl: "15m",
      token_max_ttl: "1h",
    },
  };
}

/** Files of the ConfigMap that the setup job reads: `policy-<name>.json` and `role-<name>.json`. */
export function vaultAccessFiles(accesses: readonly VaultAccess[]): { [file: string]: string } {
  return Object.fromEntries(
    accesses.flatMap(({ name, policy, role }) => [
      [`policy-${name}.json`, JSON.stringify(policy, undefined, 2)],
      [`role-${name}.json`, JSON.stringify(role, undefined, 2)],
    ]),
  );
}
