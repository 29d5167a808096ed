import type { LoggingSettings } from "../../stack/sections/logging.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { lokiAddress } from "./monitoringNames.ts";
import { clusterDnsAddress } from "./networkPolicies.ts";
import { hasBudget, onStatefulNodes, resources, topologySpread } from "./pods.ts";
import { type ChartValues, mergeValues } from "./values.ts";

/** Context that Loki's values need. */
export type LokiContext = Pick<
  PlatformContext,
  "region" | "names" | "serviceCidr" | "storageClassName" | "topologySpread" | "statefulPool"
>;

/** Purpose of Loki's bucket, for `Names.bucket`. */
export const lokiBucketPurpose = "loki";

/** Service account of all of Loki's pods; its AWS role reads and writes the bucket. */
export const lokiServiceAccount = "loki";

/** Copies of each log line: three as soon as there are three pods to hold them. */
export function replicationFactor({ replicas }: Pick<LoggingSettings["loki"], "replicas">): number {
  return replicas >= 3 ? 3 : 1;
}

/** Values of Loki: S3 storage, retention by the compactor, one tenant, and a canary that measures the way of a line. */
export function lokiValues(context: LokiContext, settings: LoggingSettings["loki"]): ChartValues {
  return mergeValues(
    commonValues(context, settings),
    settings.mode === "monolithic" ? monolithicValues(context, settings) : distributedValues(context, settings),
    cacheValues(context, settings),
  );
}

function commonValues(context: LokiContext, settings: LoggingSettings["loki"]): ChartValues {
  const bucket = context.names.bucket(lokiBucketPurpose);
  return {
    fullnameOverride: "loki",
    loki: {
      // One tenant: who may read logs at all is decided by Grafana and the network policies.
      auth_enabled: false,
      commonConfig: { replication_factor: replicationFactor(settings) },
      schemaConfig: {
        configs: [
          {
            from: settings.schemaFrom,
            store: "tsdb",
            object_store: "s3",
            schema: "v13",
            index: { prefix: "loki_index_", period: "24h" },
          },
        ],
      },
      storage: {
        type: "s3",
        // The chart asks for a ruler's bucket even without a ruler; alerts on logs are Grafana's.
        bucketNames: { chunks: bucket, ruler: bucket },
        // No keys: the pods' own AWS identity.
        s3: { region: context.region },
      },
      limits_config: {
        retention_period: `${settings.retentionDays * 24}h`,
        reject_old_samples: true,
        reject_old_samples_max_age: "168h",
        max_query_series: 10000,
        ingestion_rate_mb: settings.ingestionMebibytesPerSecond,
        ingestion_burst_size_mb: settings.ingestionMebibytesPerSecond * 2,
        // trace_id and the like stand here: as labels they would make a stream of every request.
        allow_structured_metadata: true,
        volume_enabled: true,
        discover_log_levels: true,
      },
      compactor: {
        retention_enabled: true,
        delete_request_store: "s3",
        working_directory: "/var/loki/compactor",
        compaction_interval: "10m",
        retention_delete_delay: "2h",
      },
      ingester: { chunk_encoding: "snappy", wal: { flush_on_shutdown: true } },
      analytics: { reporting_enabled: false },
    },
    defaults: { priorityClassName: priorityClasses.observability },
    serviceAccount: { create: true, name: lokiServiceAccount },
    ruler: { enabled: false },
    test: { enabled: false },
    minio: { enabled: false },
    sidecar: { rules: { enabled: false } },
    networkPolicy: { enabled: false },
    gateway: gatewayValues(context, settings),
    // Writes a line, finds it again by way of Alloy: the measure of the ingestion objective (95 % within 5 s).
    lokiCanary: {
      enabled: true,
      // Read by Alloy from the pod's output like any other line, so that the whole way is measured.
      push: false,
      lokiurl: lokiAddress.replace("http://", ""),
      labelname: "pod",
      extraArgs: ["-streamname=container", "-streamvalue=loki-canary", "-interval=1s"],
      resources: resources("10m", "64Mi"),
      priorityClassName: priorityClasses.observability,
    },
    monitoring: {
      serviceMonitor: { enabled: true, interval: "15s" },
      dashboards: { enabled: true },
      rules: { enabled: true },
      // Our own alerts watch ingestion; the chart's would say the same again.
      alerts: { enabled: false },
    },
  };
}

function gatewayValues(context: LokiContext, { replicas }: LoggingSettings["loki"]): ChartValues {
  const gateways = replicas > 1 ? 2 : 1;
  return {
    enabled: true,
    replicas: gateways,
    verboseLogging: false,
    // The chart would ask the Service kube-dns, which does not exist where EKS Auto Mode resolves names on the node (AWS
    // containers-roadmap #2546): NGINX would not start.
    nginxConfig: { resolver: clusterDnsAddress(context) },
    // A second container that counts requests: Loki counts them itself.
    metrics: { enabled: false },
    livenessProbe: { httpGet: { path: "/", port: "http" }, initialDelaySeconds: 30, periodSeconds: 15 },
    resources: resources("50m", "128Mi"),
    priorityClassName: priorityClasses.observability,
    podDisruptionBudget: budget(gateways),
    topologySpreadConstraints: spread(context, gateways, "gateway"),
  };
}

/** All of Loki in one pod, or in several that replicate. */
function monolithicValues(context: LokiContext, settings: LoggingSettings["loki"]): ChartValues {
  const { replicas, size, volumeGibibytes } = settings;
  return {
    deploymentMode: "Monolithic",
    singleBinary: {
      replicas,
      resources: resources(size.cpu, size.memory),
      persistence: persistence(context, volumeGibibytes),
      ...onStatefulNodes(context),
      podDisruptionBudget: budget(replicas),
      topologySpreadConstraints: spread(context, replicas, "single-binary"),
      // The rules sidecar would be the only reader of the cluster's ConfigMaps here.
      sidecar: false,
    },
    ...unused("read", "write", "backend"),
  };
}

/** Reading and writing apart: a heavy query cannot delay what is being written. */
function distributedValues(context: LokiContext, settings: LoggingSettings["loki"]): ChartValues {
  const { replicas, size, volumeGibibytes } = settings;
  const component = (name: string, count: number, cpu: string, memory: string): ChartValues => ({
    replicas: count,
    maxUnavailable: 1,
    resources: resources(cpu, memory),
    podDisruptionBudget: budget(count),
    topologySpreadConstraints: spread(context, count, name),
  });
  return {
    deploymentMode: "Distributed",
    ingester: {
      ...component("ingester", replicas, size.cpu, size.memory),
      ...onStatefulNodes(context),
      // Zone awareness brings an operator with webhooks; spreading three ingesters over zones gives the same safety.
      zoneAwareReplication: { enabled: false },
      persistence: {
        enabled: true,
        enableStatefulSetAutoDeletePVC: false,
        claims: claims(context, volumeGibibytes),
      },
    },
    distributor: component("distributor", replicas, "200m", "512Mi"),
    querier: component("querier", replicas, "500m", "2Gi"),
    queryFrontend: component("query-frontend", 2, "100m", "512Mi"),
    queryScheduler: component("query-scheduler", 2, "50m", "256Mi"),
    indexGateway: {
      ...component("index-gateway", 2, "100m", "1Gi"),
      ...onStatefulNodes(context),
      persistence: persistence(context, 20),
    },
    // Exactly one: two compactors would delete under each other's hands.
    compactor: {
      replicas: 1,
      ...onStatefulNodes(context),
      resources: resources("200m", "2Gi"),
      // The chart has a list of claims here, before which its other keys are nothing.
      persistence: { ...persistence(context, 20), claims: claims(context, 20) },
    },
    ...unused("singleBinary", "read", "write", "backend"),
  };
}

function cacheValues(context: LokiContext, { caches }: LoggingSettings["loki"]): ChartValues {
  if (caches === null) return { chunksCache: { enabled: false }, resultsCache: { enabled: false } };
  const cache = (component: string, mebibytes: number): ChartValues => ({
    enabled: true,
    replicas: caches.replicas,
    // The chart asks for a fifth more than this as the pod's memory; its own default would be 9.8 GiB.
    allocatedMemory: mebibytes,
    allocatedCPU: "100m",
    priorityClassName: priorityClasses.observability,
    podDisruptionBudget: budget(caches.replicas),
    topologySpreadConstraints: spread(context, caches.replicas, component),
  });
  return {
    chunksCache: cache("memcached-chunks-cache", caches.chunksMebibytes),
    resultsCache: cache("memcached-results-cache", caches.resultsMebibytes),
    memcachedExporter: { resources: resources("10m", "64Mi") },
  };
}

/** A budget only for two or more; the chart's own for memcached says neither minimum nor maximum and holds nothing. */
function budget(replicas: number): ChartValues {
  return hasBudget(replicas) ? { enabled: true, maxUnavailable: 1 } : { enabled: false };
}

function spread(context: LokiContext, replicas: number, component: string) {
  return topologySpread(context, replicas, {
    "app.kubernetes.io/name": "loki",
    "app.kubernetes.io/component": component,
  });
}

function persistence({ storageClassName }: LokiContext, gibibytes: number): ChartValues {
  return {
    enabled: true,
    size: `${gibibytes}Gi`,
    storageClass: storageClassName,
    enableStatefulSetAutoDeletePVC: false,
  };
}

function claims({ storageClassName }: LokiContext, gibibytes: number) {
  return [{ name: "data", accessModes: ["ReadWriteOnce"], size: `${gibibytes}Gi`, storageClass: storageClassName }];
}

function unused(...targets: string[]): ChartValues {
  return Object.fromEntries(targets.map((target) => [target, { replicas: 0 }]));
}
