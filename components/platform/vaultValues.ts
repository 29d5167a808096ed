import type { PlatformContext } from "./context.ts";
import { priorityClasses } from "./context.ts";
import { pinnedImage } from "./imageMirror.ts";
import { hasBudget, onStatefulNodes, resources, restrictedContainer, topologySpread } from "./pods.ts";
import type { ChartValues } from "./values.ts";
import { vaultNamespace, vaultServiceAccount, vaultTlsSecret } from "./vaultNames.ts";

/** What the stack decides about Vault's servers. */
export interface VaultServerSettings {
  /** Raft servers, odd. */
  replicas: number;
  /** Size of each data volume in GiB. */
  dataGibibytes: number;
  /** Size of each audit volume in GiB. */
  auditGibibytes: number;
  /** Memory of one server, for example `512Mi`. */
  memory: string;
}

const certificateDirectory = "/vault/userconfig/vault-tls";

/** Where the audit device writes its file: on a volume of its own, so that it never takes the data's space. */
const vaultAuditDirectory = "/vault/audit";

/** File of the first audit device. */
export const vaultAuditFile = `${vaultAuditDirectory}/audit.log`;

/** A server is healthy for Kubernetes while it is sealed or not yet initialised: the setup job must be able to reach it. */
const healthPath = "/v1/sys/health?standbyok=true&sealedcode=204&uninitcode=204";

/** Values of the chart `vault`: Raft, TLS, auto-unseal by KMS; no injector, for External Secrets brings the secrets. */
export function vaultValues(
  context: Pick<
    PlatformContext,
    "imageMirror" | "names" | "region" | "storageClassName" | "topologySpread" | "statefulPool"
  >,
  settings: VaultServerSettings,
): ChartValues {
  const { replicas } = settings;
  const storage = (gibibytes: number) => ({
    enabled: true,
    size: `${gibibytes}Gi`,
    storageClass: context.storageClassName,
  });
  return {
    fullnameOverride: "vault",
    global: { enabled: true, tlsDisable: false, serverTelemetry: { prometheusOperator: true } },
    injector: { enabled: false },
    csi: { enabled: false },
    ui: { enabled: false },
    server: {
      enabled: true,
      // The standbys are deleted first and the leader steps down last: docs/operations/vault.md.
      updateStrategyType: "OnDelete",
      logFormat: "json",
      resources: resources("250m", settings.memory),
      priorityClassName: priorityClasses.stateful,
      ...onStatefulNodes(context),
      terminationGracePeriodSeconds: 30,
      serviceAccount: { create: true, name: vaultServiceAccount },
      extraEnvironmentVars: { VAULT_CACERT: `${certificateDirectory}/ca.crt`, AWS_REGION: context.region },
      // The reloader must see Vault's process to send it a signal, see `keeper`.
      shareProcessNamespace: true,
      extraContainers: [keeper(context, settings.auditGibibytes)],
      volumes: [
        { name: "vault-tls", secret: { secretName: vaultTlsSecret, defaultMode: 0o440 } },
        { name: "scripts", configMap: { name: vaultScriptsConfigMap, defaultMode: 0o444 } },
      ],
      volumeMounts: [{ name: "vault-tls", mountPath: certificateDirectory, readOnly: true }],
      readinessProbe: { enabled: true, path: healthPath },
      livenessProbe: { enabled: true, path: healthPath, initialDelaySeconds: 60 },
      dataStorage: storage(settings.dataGibibytes),
      auditStorage: { ...storage(settings.auditGibibytes), mountPath: vaultAuditDirectory },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      topologySpreadConstraints: topologySpread(context, replicas, {
        "app.kubernetes.io/name": "vault",
        component: "server",
      }),
      networkPolicy: { enabled: false },
      statefulSet: {
        securityContext: {
          pod: {
            runAsNonRoot: true,
            runAsUser: 100,
            runAsGroup: 1000,
            fsGroup: 1000,
            // Volumes of many files would otherwise be walked at each start.
            fsGroupChangePolicy: "OnRootMismatch",
            seccompProfile: { type: "RuntimeDefault" },
          },
          container: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      },
      standalone: { enabled: false },
      ha: {
        enabled: true,
        replicas,
        // The chart's default for one replica is maxUnavailable 0: its node could never be drained.
        disruptionBudget: hasBudget(replicas) ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
        raft: { enabled: true, setNodeId: true, config: vaultConfiguration(context, replicas) },
      },
    },
    serverTelemetry: {
      serviceMonitor: {
        enabled: true,
        interval: "30s",
        // The certificate names Services, Prometheus scrapes pod addresses; the CA is checked, the name is given.
        tlsConfig: {
          serverName: `vault.${vaultNamespace}.svc`,
          ca: { secret: { name: vaultTlsSecret, key: "ca.crt" } },
        },
      },
    },
  };
}

/** ConfigMap with the scripts that run in Vault's pods and jobs. */
export const vaultScriptsConfigMap = "vault-scripts";

/**
 * Does for Vault what Vault does not do: tells it to read a renewed certificate, which it reads only at start and on
 * SIGHUP, and turns the audit file over before it fills its volume. Pods of a StatefulSet with OnDelete are not restarted
 * by anybody. Runs as Vault's own user, so that signals and files are allowed.
 */
function keeper(context: Pick<PlatformContext, "imageMirror">, auditGibibytes: number) {
  return {
    name: "keeper",
    image: pinnedImage("vault", context.imageMirror),
    command: ["/bin/sh", "/scripts/vault-keep.sh"],
    env: [
      { name: "CERTIFICATE", value: `${certificateDirectory}/tls.crt` },
      { name: "AUDIT_FILE", value: vaultAuditFile },
      { name: "AUDIT_MAXIMUM_BYTES", value: String((auditGibibytes * 1024 ** 3) / 4) },
    ],
    resources: resources("5m", "16Mi", "32Mi"),
    securityContext: { ...restrictedContainer, runAsUser: 100, runAsGroup: 1000 },
    volumeMounts: [
      { name: "vault-tls", mountPath: certificateDirectory, readOnly: true },
      { name: "scripts", mountPath: "/scripts", readOnly: true },
      // The chart's own volume.
      { name: "audit", mountPath: vaultAuditDirectory },
    ],
  };
}

/**
 * Vault's own configuration as JSON, which Vault reads as well as HCL: a typed object instead of text. The start script
 * of the chart replaces HOSTNAME, HOST_IP, POD_IP, API_ADDR, RAFT_ADDR and TRANSIT_ADDR anywhere in it: avoid these words.
 */
export function vaultConfiguration(context: Pick<PlatformContext, "region" | "names">, replicas: number): string {
  const configuration = {
    ui: false,
    // With Raft, memory locking would keep the whole database in memory; EKS nodes have no swap.
    disable_mlock: true,
    listener: [
      {
        tcp: {
          address: "[::]:8200",
          cluster_address: "[::]:8201",
          tls_cert_file: `${certificateDirectory}/tls.crt`,
          tls_key_file: `${certificateDirectory}/tls.key`,
          tls_client_ca_file: `${certificateDirectory}/ca.crt`,
          tls_min_version: "tls12",
          telemetry: [{ unauthenticated_metrics_access: true }],
        },
      },
    ],
    storage: [
      {
        raft: {
          path: "/vault/data",
          retry_join: Array.from({ length: replicas }, (_, index) => ({
            leader_api_addr: `https://vault-${index}.vault-internal:8200`,
            leader_ca_cert_file: `${certificateDirectory}/ca.crt`,
            leader_tls_servername: `vault.${vaultNamespace}.svc`,
          })),
        },
      },
    ],
    seal: [{ awskms: { region: context.region, kms_key_id: context.names.keyAlias("vault-unseal") } }],
    telemetry: [{ prometheus_retention_time: "24h", disable_hostname: true }],
    service_registration: [{ kubernetes: {} }],
  };
  return JSON.stringify(configuration, undefined, 2);
}
