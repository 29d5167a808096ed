import * as pulumi from "@pulumi/pulumi";
import type { OptionalSystem } from "../../stack/sections/platform.ts";
import type { Settings } from "../../stack/settings.ts";
import type { MessageBroker } from "../data/messageBroker.ts";
import type { Postgres } from "../data/postgres.ts";
import { Alloy } from "./alloy.ts";
import type { PlatformContext } from "./context.ts";
import { Exporters } from "./exporters.ts";
import { custodyOf, type SecretCustody } from "./generatedSecret.ts";
import { Jaeger } from "./jaeger.ts";
import { Loki } from "./loki.ts";
import { OpenTelemetryCollector } from "./openTelemetryCollector.ts";
import { PrometheusStack } from "./prometheusStack.ts";
import type { ChartValues } from "./values.ts";
import { WatchingAccounts } from "./watchingAccounts.ts";

/** What the systems that watch need from the others. */
export interface TelemetryArgs extends SecretCustody {
  context: PlatformContext;
  settings: Pick<Settings, "platform" | "gateway" | "monitoring" | "logging" | "tracing" | "routing" | "vault">;
  /** ARN of the customer key for buckets, under which the logs lie. */
  dataKeyArn: pulumi.Input<string>;
  /** ARN of the customer key of the SNS topics, to which Alertmanager publishes. */
  topicKeyArn: pulumi.Input<string>;
  /** Database, in which the exporter and Grafana have accounts. */
  postgres: Pick<
    Postgres,
    "primaryHost" | "port" | "databaseName" | "masterSecretArn" | "replicaHosts" | "passwordVersions"
  >;
  /** Message broker, in which Prometheus has an account. */
  broker: Pick<MessageBroker, "host">;
  /** What replaces the chart's own rules, see `PrometheusStackArgs`. */
  chartRules?: ChartValues;
  /** What must be there before anybody logs in to Elasticsearch. */
  searchReady: readonly pulumi.Resource[];
}

/**
 * What watches the platform: metrics (Prometheus, Alertmanager, Grafana, exporters), logs (Loki, Alloy) and traces
 * (OpenTelemetry Collector, Jaeger). In each, what keeps comes before what collects.
 */
export class Telemetry extends pulumi.ComponentResource {
  /** Prometheus, Alertmanager and Grafana; absent where monitoring is left out. */
  readonly monitoring?: PrometheusStack;

  constructor(name: string, args: TelemetryArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Telemetry", name, { without: args.settings.platform.without }, opts);
    const { settings } = args;
    const installs = (system: OptionalSystem) => !settings.platform.without.includes(system);

    if (installs("monitoring")) this.monitoring = openMonitoring(name, args, installs, this);
    if (installs("logging")) openLogging(name, args, this);
    if (installs("tracing")) openTracing(name, args, this);
    this.registerOutputs({});
  }
}

function openMonitoring(
  name: string,
  args: TelemetryArgs,
  installs: (system: OptionalSystem) => boolean,
  parent: pulumi.Resource,
): PrometheusStack {
  const { context, settings, searchReady } = args;
  const custody = custodyOf(args);
  const accounts = new WatchingAccounts(
    `${name}-accounts`,
    {
      context,
      postgres: args.postgres,
      broker: args.broker,
      grafanaInDatabase: settings.monitoring.grafana.database === "postgres",
      ...custody,
    },
    { parent },
  );
  const stack = new PrometheusStack(
    `${name}-monitoring`,
    {
      context,
      settings: settings.monitoring,
      mailPort: settings.routing.smtp.port,
      topicKeyArn: args.topicKeyArn,
      search: installs("elastic"),
      chartRules: args.chartRules,
      ...custody,
    },
    { parent, dependsOn: [accounts, ...searchReady] },
  );
  const exporters = settings.monitoring.exporters.filter((each) => each !== "elasticsearch" || installs("elastic"));
  new Exporters(
    `${name}-exporters`,
    {
      context,
      settings: { ...settings.monitoring, exporters },
      postgres: args.postgres,
      broker: args.broker,
      balancer: settings.gateway.balancer,
      vaultReplicas: installs("vault") ? settings.vault.replicas : 0,
    },
    { parent, dependsOn: [stack] },
  );
  return stack;
}

function openLogging(name: string, { context, settings, dataKeyArn }: TelemetryArgs, parent: pulumi.Resource): void {
  const loki = new Loki(`${name}-loki`, { context, settings: settings.logging.loki, dataKeyArn }, { parent });
  new Alloy(`${name}-alloy`, { context, settings: settings.logging.alloy }, { parent, dependsOn: [loki] });
}

function openTracing(name: string, args: TelemetryArgs, parent: pulumi.Resource): void {
  const { context, settings, searchReady } = args;
  const jaeger = new Jaeger(
    `${name}-jaeger`,
    { context, settings: settings.tracing, ...custodyOf(args) },
    { parent, dependsOn: [...searchReady] },
  );
  new OpenTelemetryCollector(
    `${name}-collector`,
    { context, settings: settings.tracing },
    { parent, dependsOn: [jaeger] },
  );
}
