import { stringify } from "yaml";
import type { MonitoringSettings } from "../../stack/sections/monitoring.ts";
import type { Settings } from "../../stack/settings.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import { type PlatformContext, priorityClasses } from "./context.ts";
import { resources, restrictedContainer, restrictedPod } from "./pods.ts";
import type { ChartValues } from "./values.ts";

/** Service account of the CloudWatch exporter; its AWS role reads metrics and tags. */
export const cloudwatchExporterServiceAccount = "cloudwatch-exporter";

/** A metric of CloudWatch and the statistics that are read of it. */
interface MetricReading {
  name: string;
  statistics: ("Average" | "Maximum" | "Minimum" | "Sum" | "p95")[];
}

/** The metrics of one AWS service. */
interface ServiceReadings {
  /** CloudWatch namespace, which is also what resources are found by. */
  type: string;
  /** Length of one data point in seconds. */
  periodSeconds: number;
  metrics: MetricReading[];
  /** Made by EKS Auto Mode, which tags it with the name of its cluster. @default false: tagged by this program */
  ofCluster?: boolean;
}

/** Balancer that stands before the gateway: the setting `gateway.balancer`. */
type Balancer = Settings["gateway"]["balancer"];

const average = (...names: string[]): MetricReading[] => names.map((name) => ({ name, statistics: ["Average"] }));
const maximum = (...names: string[]): MetricReading[] => names.map((name) => ({ name, statistics: ["Maximum"] }));
const sum = (...names: string[]): MetricReading[] => names.map((name) => ({ name, statistics: ["Sum"] }));

const balancerReadings: { readonly [balancer in Balancer]: ServiceReadings } = {
  network: {
    type: "AWS/NetworkELB",
    periodSeconds: 60,
    ofCluster: true,
    metrics: [
      ...sum("NewFlowCount", "ProcessedBytes", "TCP_Target_Reset_Count", "PortAllocationErrorCount"),
      ...average("ActiveFlowCount"),
      ...maximum("UnHealthyHostCount"),
    ],
  },
  application: {
    type: "AWS/ApplicationELB",
    periodSeconds: 60,
    ofCluster: true,
    metrics: [
      ...sum("RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "RejectedConnectionCount"),
      { name: "TargetResponseTime", statistics: ["p95"] },
      ...maximum("UnHealthyHostCount"),
    ],
  },
};

/**
 * What is read from CloudWatch: what AWS alone knows and no exporter inside the cluster can. Each metric of each resource
 * costs about a cent for a thousand readings, so the list is short; the alarms themselves are CloudWatch's own.
 */
export const cloudwatchReadings = (balancer: Balancer): readonly ServiceReadings[] => [
  balancerReadings[balancer],
  {
    type: "AWS/RDS",
    periodSeconds: 60,
    metrics: [
      ...average("CPUUtilization", "FreeStorageSpace", "FreeableMemory", "DatabaseConnections", "DiskQueueDepth"),
      ...maximum("ReplicaLag", "ReadLatency", "WriteLatency"),
    ],
  },
  {
    type: "AWS/ElastiCache",
    periodSeconds: 60,
    metrics: [
      ...average("EngineCPUUtilization", "DatabaseMemoryUsagePercentage", "CurrConnections", "CacheHitRate"),
      ...maximum("ReplicationLag"),
      ...sum("Evictions"),
    ],
  },
  {
    type: "AWS/AmazonMQ",
    periodSeconds: 60,
    metrics: [
      ...average("SystemCpuUtilization", "RabbitMQMemUsed", "RabbitMQMemLimit", "RabbitMQDiskFree", "ConnectionCount"),
      ...maximum("MessageReadyCount", "MessageUnacknowledgedCount", "QueueCount", "ConsumerCount"),
    ],
  },
  {
    type: "AWS/NATGateway",
    periodSeconds: 60,
    metrics: [
      ...sum("ErrorPortAllocation", "BytesOutToDestination", "PacketsDropCount"),
      ...maximum("ActiveConnectionCount"),
    ],
  },
  {
    type: "AWS/Backup",
    // As often as AWS Backup counts. The exporter shows a point for five periods: by hours, a job would look recent for five.
    periodSeconds: 300,
    metrics: sum("NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed"),
  },
];

/** The exporter's configuration: resources of this environment only, found by the tag that each of them carries. */
function cloudwatchConfiguration(
  context: Pick<PlatformContext, "environment" | "region" | "clusterName">,
  readings: readonly ServiceReadings[],
) {
  const ours = { key: "Environment", value: `^${context.environment}$` };
  const ofCluster = { key: "eks:eks-cluster-name", value: `^${context.clusterName}$` };
  return {
    apiVersion: "v1alpha1",
    "sts-region": context.region,
    discovery: {
      jobs: readings.map(({ type, periodSeconds, metrics, ...reading }) => ({
        type,
        regions: [context.region],
        searchTags: [reading.ofCluster ? ofCluster : ours],
        period: periodSeconds,
        // CloudWatch delivers late: the window reaches back over several points and the newest one counts.
        length: periodSeconds * 5,
        nilToZero: false,
        metrics: metrics.map(({ name, statistics }) => ({ name, statistics })),
      })),
    },
  };
}

/** All that the exporter may do. None of these actions knows resources, hence the asterisk. */
export const cloudwatchStatements: readonly PolicyStatement[] = [
  {
    Sid: "ReadMetricsAndTags",
    Action: [
      "cloudwatch:GetMetricData",
      "cloudwatch:GetMetricStatistics",
      "cloudwatch:ListMetrics",
      "tag:GetResources",
    ],
    Resource: "*",
  },
];

/** Values of yet-another-cloudwatch-exporter. */
export function cloudwatchExporterValues(
  context: Pick<PlatformContext, "environment" | "region" | "clusterName">,
  settings: MonitoringSettings["cloudwatch"],
  balancer: Balancer,
): ChartValues {
  return {
    fullnameOverride: "cloudwatch-exporter",
    serviceAccount: { create: true, name: cloudwatchExporterServiceAccount, automountServiceAccountToken: false },
    testConnection: false,
    config: stringify(cloudwatchConfiguration(context, cloudwatchReadings(balancer)), { lineWidth: 0 }),
    // Reading apart from scraping: two Prometheus replicas must not pay twice.
    extraArgs: { "scraping-interval": String(settings.intervalSeconds), "decoupled-scraping": "true" },
    serviceMonitor: { enabled: true, interval: "60s" },
    resources: resources("50m", "256Mi"),
    priorityClassName: priorityClasses.observability,
    podSecurityContext: restrictedPod(65534),
    securityContext: restrictedContainer,
  };
}
