import type { Finding } from "../checks.ts";
import type { Settings } from "../settings.ts";

/** Largest share of Prometheus' volume that samples may take: the write-ahead log and compaction need the rest. */
const largestRetentionShare = 0.85;

/** Retention within the volume, replicas that Grafana's database allows, each host probed once. */
export function checkMonitoring({ monitoring }: Settings): Finding[] {
  const findings: Finding[] = [];
  const { prometheus, grafana, blackbox } = monitoring;
  const most = Math.floor(prometheus.volumeGibibytes * largestRetentionShare);
  if (prometheus.retentionGibibytes > most) {
    findings.push({
      path: ["monitoring", "prometheus", "retentionGibibytes"],
      allowed: `at most ${most}, 85 % of the volume of ${prometheus.volumeGibibytes} GiB`,
      hint: "The write-ahead log and compaction need the rest; a full volume stops Prometheus.",
    });
  }
  if (grafana.replicas > 1 && grafana.database !== "postgres") {
    findings.push({
      path: ["monitoring", "grafana", "replicas"],
      allowed: "1 while monitoring.grafana.database is volume",
      hint: "Set monitoring.grafana.database to postgres: a volume can be mounted by one pod only.",
    });
  }
  blackbox.probes.forEach(({ host }, index) => {
    if (blackbox.probes.findIndex((each) => each.host === host) !== index) {
      findings.push({ path: ["monitoring", "blackbox", "probes", index, "host"], allowed: "each host once" });
    }
  });
  return findings;
}

/** Retention shorter than the bucket's lifecycle, and replicas that can agree. */
export function checkLogging({ logging }: Settings): Finding[] {
  const findings: Finding[] = [];
  const { mode, replicas, retentionDays, bucketLifecycleDays } = logging.loki;
  if (bucketLifecycleDays <= retentionDays) {
    findings.push({
      path: ["logging", "loki", "bucketLifecycleDays"],
      allowed: `more than retentionDays, which is ${retentionDays}`,
      hint: "Otherwise the bucket throws chunks away that Loki's index still names, and queries of old logs fail.",
    });
  }
  if (replicas % 2 === 0) {
    findings.push({
      path: ["logging", "loki", "replicas"],
      allowed: "an odd number: 1, 3, 5…",
      hint: "Each line has three copies and two must be written: with two pods the loss of one stops ingestion.",
    });
  } else if (mode === "distributed" && replicas < 3) {
    findings.push({
      path: ["logging", "loki", "replicas"],
      allowed: "at least 3 when logging.loki.mode is distributed",
      hint: "One pod is what the mode monolithic is for.",
    });
  }
  return findings;
}

/** Bounds in order, and no more copies of an index than there are nodes for. */
export function checkTracing({ tracing, elastic }: Settings): Finding[] {
  const findings: Finding[] = [];
  const { gateway, jaeger } = tracing;
  if (gateway.maximumReplicas < gateway.replicas) {
    findings.push({
      path: ["tracing", "gateway", "maximumReplicas"],
      allowed: `at least tracing.gateway.replicas, which is ${gateway.replicas}`,
    });
  }
  if (jaeger.shardReplicas >= elastic.dataNodes) {
    findings.push({
      path: ["tracing", "jaeger", "shardReplicas"],
      allowed: `less than elastic.dataNodes, which is ${elastic.dataNodes}`,
      hint: "A copy never lies on the node of its original: the index would stay yellow.",
    });
  }
  return findings;
}
