import type { ExporterName } from "../../../catalog/metrics.ts";
import type { OptionalSystem } from "../../../stack/sections/platform.ts";
import type { Settings } from "../../../stack/settings.ts";

/** What of a stack file decides which exporters run. */
export type ExporterSettings = Pick<Settings, "platform" | "monitoring">;

/** What an exporter runs with. */
type Cause =
  /** Rules are only there where Prometheus is, and with it or with the cluster comes this one. */
  | "always"
  /** Known to the catalogue, installed by nobody here. */
  | "never"
  /** A system that a stack may do without. */
  | { readonly system: OptionalSystem }
  /** One of `monitoring.exporters`, of a system that a stack may do without. */
  | {
      readonly exporter: ExporterSettings["monitoring"]["exporters"][number];
      readonly system?: OptionalSystem;
    };

const causes: Readonly<Record<ExporterName, Cause>> = {
  scrape: "always",
  prometheus: "always",
  alertmanager: "always",
  grafana: "always",
  "kube-state-metrics": "always",
  kubelet: "always",
  "node-exporter": "always",
  "cert-manager": "always",
  "argo-rollouts": { system: "argo-rollouts" },
  "blackbox-exporter": { exporter: "blackbox" },
  "postgres-exporter": { exporter: "postgres" },
  "redis-exporter": { exporter: "redis" },
  "elasticsearch-exporter": { exporter: "elasticsearch", system: "elastic" },
  "cloudwatch-exporter": { exporter: "cloudwatch" },
  rabbitmq: { exporter: "rabbitmq" },
  "kafka-exporter": { system: "kafka" },
  "strimzi-brokers": { system: "kafka" },
  loki: { system: "logging" },
  "loki-canary": { system: "logging" },
  alloy: { system: "logging" },
  vault: { system: "vault" },
  consul: { system: "consul" },
  "consul-exporter": { system: "consul" },
  velero: "never",
  opencost: "never",
};

/** The exporters that run in a stack: what it installs says so, nobody has to say it a second time. */
export function runningExporters({ platform, monitoring }: ExporterSettings): ExporterName[] {
  const installs = (system: OptionalSystem | undefined) => system === undefined || !platform.without.includes(system);
  return (Object.entries(causes) as [ExporterName, Cause][])
    .filter(([, cause]) => {
      if (typeof cause === "string") return cause === "always";
      return installs(cause.system) && (!("exporter" in cause) || monitoring.exporters.includes(cause.exporter));
    })
    .map(([name]) => name);
}
