import type { MonitoringSettings } from "../../stack/sections/monitoring.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { hasBudget, reloadOn, resources, restrictedContainer, restrictedPod, topologySpread } from "./pods.ts";
import { scrapeIntervalSeconds } from "./prometheusValues.ts";
import type { ChartValues } from "./values.ts";

/** Secret in the cluster and one of its keys. */
export interface SecretKey {
  name: string;
  key: string;
}

/** Interval of the exporters whose every scrape costs the server behind them a few queries. */
const storeInterval = "30s";

/** Directory where the exporter of Elasticsearch finds the certificate authority. */
const authorityDirectory = "/authority";

/** Certificate authority of the cluster's own servers, as mounted in the blackbox exporter. */
const probeAuthorityFile = `${authorityDirectory}/ca.crt`;

/** Name of the database's primary in the label `instance` of its exporter; replicas are `replica-1` and so on. */
export const primaryInstance = "primary";

/**
 * Values of postgres_exporter for one instance. Host, user and password come as one connection string from a Secret,
 * because the host's name is known only after the database exists.
 */
export function postgresExporterValues(instance: string, connection: SecretKey): ChartValues {
  return {
    fullnameOverride: `postgres-exporter-${instance}`,
    deployment: { annotations: reloadOn(connection.name) },
    config: {
      datasourceSecret: { name: connection.name, key: connection.key },
      // Off by default; the alerts on slow queries and long transactions need them.
      extraArgs: ["--collector.stat_statements", "--collector.long_running_transactions"],
      logFormat: "json",
    },
    rbac: { create: false },
    serviceMonitor: {
      enabled: true,
      interval: storeInterval,
      // Which database, not which pod of the exporter: messages show it, and the inhibition tells the primary by it.
      relabelings: [{ action: "replace", targetLabel: "instance", replacement: instance }],
    },
    resources: resources("20m", "128Mi"),
    priorityClassName: priorityClasses.observability,
    securityContext: restrictedContainer,
  };
}

/** Values of redis_exporter against ElastiCache: TLS, its own user, the address from a Secret. */
export function redisExporterValues(secret: { name: string; addressKey: string; passwordKey: string; user: string }) {
  return {
    fullnameOverride: "redis-exporter",
    annotations: reloadOn(secret.name),
    redisAddressConfig: { enabled: true, isSecret: true, source: { name: secret.name, key: secret.addressKey } },
    auth: { enabled: true, redisUser: secret.user, secret: { name: secret.name, key: secret.passwordKey } },
    // ElastiCache refuses CONFIG; without this the log fills with its refusals.
    env: [{ name: "REDIS_EXPORTER_CONFIG_COMMAND", value: "-" }],
    rbac: { create: false },
    serviceMonitor: { enabled: true, interval: storeInterval },
    resources: resources("20m", "128Mi"),
    priorityClassName: priorityClasses.observability,
    podSecurityContext: restrictedPod(59000),
    securityContext: restrictedContainer,
  } satisfies ChartValues;
}

/** Values of elasticsearch_exporter: TLS with the cluster's own authority, no client certificate. */
export function elasticsearchExporterValues(search: {
  address: string;
  credentialsSecret: string;
  authoritySecret: string;
}): ChartValues {
  return {
    fullnameOverride: "elasticsearch-exporter",
    deployment: { annotations: reloadOn(search.credentialsSecret, search.authoritySecret) },
    log: { format: "json" },
    es: {
      uri: search.address,
      all: true,
      indices: true,
      indices_settings: true,
      // Mappings are many and no alert reads them.
      indices_mappings: false,
      shards: true,
      snapshots: true,
      slm: true,
      data_stream: true,
      sslSkipVerify: false,
      ssl: {
        enabled: true,
        useExistingSecrets: true,
        ca: { path: `${authorityDirectory}/ca.crt` },
        // On by default as soon as TLS is, and then it looks for a certificate that does not exist.
        client: { enabled: false },
      },
    },
    extraEnvSecrets: {
      ES_USERNAME: { secret: search.credentialsSecret, key: "username" },
      ES_PASSWORD: { secret: search.credentialsSecret, key: "password" },
    },
    secretMounts: [{ name: "authority", secretName: search.authoritySecret, path: authorityDirectory }],
    serviceMonitor: {
      enabled: true,
      interval: storeInterval,
      scrapeTimeout: "20s",
      // `cluster` tells people, and the inhibition, which platform an alert is of: Prometheus adds it where it is not taken.
      metricRelabelings: [
        { action: "replace", sourceLabels: ["cluster"], regex: "(.+)", targetLabel: "elasticsearch_cluster" },
        { action: "labeldrop", regex: "cluster" },
      ],
    },
    resources: resources("20m", "128Mi"),
    priorityClassName: priorityClasses.observability,
    securityContext: restrictedContainer,
    serviceAccount: { create: true, name: "elasticsearch-exporter", automountServiceAccountToken: false },
  };
}

/** Names of the blackbox exporter's modules. */
export const probeModules = { public: "public_https", vault: "vault_health" } as const;

/** Configuration of the blackbox exporter: what counts as success. */
export function blackboxModules() {
  return {
    // A public address: 2xx over valid TLS, by the way a client takes. A redirect elsewhere is a failure.
    [probeModules.public]: {
      prober: "http",
      timeout: "5s",
      http: {
        method: "GET",
        valid_http_versions: ["HTTP/1.1", "HTTP/2.0"],
        fail_if_not_ssl: true,
        follow_redirects: false,
        preferred_ip_protocol: "ip4",
        headers: { "User-Agent": "trading-platform-probe" },
      },
    },
    // A server of Vault: a standby answers 200 with standbyok; 503 is sealed, 501 is not initialised.
    [probeModules.vault]: {
      prober: "http",
      timeout: "5s",
      http: {
        method: "GET",
        valid_status_codes: [200],
        fail_if_not_ssl: true,
        preferred_ip_protocol: "ip4",
        tls_config: { ca_file: probeAuthorityFile },
      },
    },
  };
}

/** Values of the blackbox exporter; what it probes are Probe resources, see `probes.ts`. */
export function blackboxExporterValues(
  context: Pick<PlatformContext, "topologySpread">,
  settings: MonitoringSettings["blackbox"],
  authoritySecret: string,
): ChartValues {
  const { replicas } = settings;
  return {
    fullnameOverride: "blackbox-exporter",
    deploymentAnnotations: reloadOn(authoritySecret),
    replicas,
    podDisruptionBudget: hasBudget(replicas) ? { minAvailable: replicas - 1 } : {},
    config: { modules: blackboxModules() },
    extraSecretMounts: [
      { name: "authority", mountPath: authorityDirectory, secretName: authoritySecret, readOnly: true },
    ],
    serviceMonitor: { selfMonitor: { enabled: true, interval: `${scrapeIntervalSeconds}s`, scrapeTimeout: "10s" } },
    resources: resources("20m", "64Mi"),
    priorityClassName: priorityClasses.observability,
    podSecurityContext: restrictedPod(1000),
    securityContext: restrictedContainer,
    topologySpreadConstraints: topologySpread(context, replicas, {
      "app.kubernetes.io/name": "prometheus-blackbox-exporter",
    }),
  };
}
