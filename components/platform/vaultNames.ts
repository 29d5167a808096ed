/** What others must know about Vault: addresses, paths and names that appear in more than one system. */

/** Namespace of Vault. */
export const vaultNamespace = "vault";

/** Service account of the servers; the chart makes it, and it alone may use the unseal key. */
export const vaultServiceAccount = "vault";

/** Service account of the job that initialises and configures Vault. */
export const vaultSetupServiceAccount = "vault-setup";

/** Service account of the job that copies snapshots to S3. */
export const vaultSnapshotServiceAccount = "vault-snapshot";

/** Secret with the servers' certificate, made by cert-manager: `tls.crt`, `tls.key`, `ca.crt`. */
export const vaultTlsSecret = "vault-tls";

/** Path of the secret that holds recovery keys and, for the first minutes of Vault's life, the root token. */
export const vaultRecordPath = "vault/record";

/** Address of the active server: the only one that writes. */
export const vaultAddress = `https://vault-active.${vaultNamespace}.svc:8200`;

/** Mount path of the key-value engine (version 2) for secrets of applications. */
export const vaultKeyValuePath = "kv";

/** Mount path of the Kubernetes auth method. */
export const vaultKubernetesAuthPath = "kubernetes";

/** Audience that a service account token must carry to log in to Vault. */
export const vaultAudience = "vault";

/** Names that the certificate must carry: the Services, each server behind the headless Service, and the server itself. */
export function vaultCertificateNames(): string[] {
  const services = ["vault", "vault-active", "vault-standby"];
  const suffixes = [`.${vaultNamespace}`, `.${vaultNamespace}.svc`, `.${vaultNamespace}.svc.cluster.local`];
  return [
    ...services.flatMap((service) => [service, ...suffixes.map((suffix) => service + suffix)]),
    "*.vault-internal",
    `*.vault-internal.${vaultNamespace}.svc`,
    `*.vault-internal.${vaultNamespace}.svc.cluster.local`,
    "localhost",
  ];
}
