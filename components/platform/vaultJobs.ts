import type { PlatformContext } from "./context.ts";
import { priorityClasses } from "./context.ts";
import { pinnedImage } from "./imageMirror.ts";
import { cronJobSpec, jobSpec, stepsTemplate, tokenVolume } from "./jobs.ts";
import { resources } from "./pods.ts";
import {
  vaultAddress,
  vaultAudience,
  vaultKeyValuePath,
  vaultKubernetesAuthPath,
  vaultNamespace,
  vaultRecordPath,
  vaultSetupServiceAccount,
  vaultSnapshotServiceAccount,
  vaultTlsSecret,
} from "./vaultNames.ts";
import { vaultAuditFile, vaultScriptsConfigMap } from "./vaultValues.ts";

const certificate = {
  name: "certificate",
  // Clients need the authority only, never the servers' key.
  secret: { secretName: vaultTlsSecret, items: [{ key: "ca.crt", path: "ca.crt" }] },
};

const authority = { VAULT_CACERT: "/certificate/ca.crt" };

/** Spec of the job that initialises and configures Vault; safe to run at any time. */
export function vaultSetupJob(
  context: Pick<PlatformContext, "imageMirror" | "names" | "region">,
  settings: { recoveryShares: number; recoveryThreshold: number },
  accessConfigMap: string,
) {
  const vault = pinnedImage("vault", context.imageMirror);
  const aws = pinnedImage("aws-cli", context.imageMirror);
  const record = { RECORD_SECRET: context.names.secret(vaultRecordPath), AWS_REGION: context.region };
  const commandLine = resources("50m", "128Mi", "384Mi");
  return jobSpec(
    stepsTemplate({
      serviceAccount: vaultSetupServiceAccount,
      scripts: vaultScriptsConfigMap,
      labels: { "app.kubernetes.io/name": "vault-setup" },
      priorityClassName: priorityClasses.stateful,
      volumes: [
        certificate,
        tokenVolume("token", vaultAudience),
        { name: "access", configMap: { name: accessConfigMap } },
      ],
      steps: [
        { name: "recall", image: aws, script: "vault-recall.sh", environment: record, resources: commandLine },
        {
          name: "initialise",
          image: vault,
          script: "vault-initialise.sh",
          environment: {
            ...authority,
            // Nobody is active before the first initialisation, so the Service has no end point yet.
            VAULT_ADDR: `https://vault-0.vault-internal.${vaultNamespace}.svc:8200`,
            RECOVERY_SHARES: String(settings.recoveryShares),
            RECOVERY_THRESHOLD: String(settings.recoveryThreshold),
          },
          mounts: { certificate: "/certificate" },
        },
        {
          name: "store",
          image: aws,
          script: "vault-store.sh",
          environment: { ...record, RECORD_FILE: "initialisation.json" },
          resources: commandLine,
        },
        {
          name: "configure",
          image: vault,
          script: "vault-configure.sh",
          environment: {
            ...authority,
            VAULT_ADDR: vaultAddress,
            ACCESS_DIRECTORY: "/access",
            AUDIT_FILE: vaultAuditFile,
            KEY_VALUE_PATH: vaultKeyValuePath,
            KUBERNETES_AUTH_PATH: vaultKubernetesAuthPath,
            TOKEN_FILE: "/token/token",
          },
          mounts: { certificate: "/certificate", token: "/token", access: "/access" },
        },
        {
          name: "forget-root-token",
          image: aws,
          script: "vault-store.sh",
          environment: { ...record, RECORD_FILE: "record-without-root.json" },
          resources: commandLine,
        },
      ],
    }),
  );
}

/** Spec of the job that copies a Raft snapshot to S3 by the clock. */
export function vaultSnapshotJob(
  context: Pick<PlatformContext, "imageMirror" | "region">,
  schedule: string,
  bucketName: string,
  prefix: string,
) {
  return cronJobSpec(
    schedule,
    stepsTemplate({
      serviceAccount: vaultSnapshotServiceAccount,
      scripts: vaultScriptsConfigMap,
      labels: { "app.kubernetes.io/name": "vault-snapshot" },
      priorityClassName: priorityClasses.stateful,
      // A snapshot is encrypted by Vault's barrier, so the node's disk may see it.
      work: { sizeLimit: "4Gi" },
      volumes: [certificate, tokenVolume("token", vaultAudience)],
      steps: [
        {
          name: "snapshot",
          image: pinnedImage("vault", context.imageMirror),
          script: "vault-snapshot.sh",
          environment: {
            ...authority,
            VAULT_ADDR: vaultAddress,
            KUBERNETES_AUTH_PATH: vaultKubernetesAuthPath,
            TOKEN_FILE: "/token/token",
          },
          mounts: { certificate: "/certificate", token: "/token" },
        },
        {
          name: "upload",
          image: pinnedImage("aws-cli", context.imageMirror),
          script: "upload-snapshot.sh",
          environment: { BUCKET: bucketName, PREFIX: prefix, AWS_REGION: context.region },
          resources: resources("50m", "128Mi", "512Mi"),
        },
      ],
    }),
  );
}
