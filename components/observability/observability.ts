import * as pulumi from "@pulumi/pulumi";
import type { Catalog } from "../../catalog/types.ts";
import type { Settings } from "../../stack/settings.ts";
import type { Alarm } from "../operations/alarms/types.ts";
import type { PlatformContext } from "../platform/context.ts";
import { alertmanagerReplicas } from "../platform/monitoringNames.ts";
import type { PrometheusStack } from "../platform/prometheusStack.ts";
import { alertContext, runningIn } from "./alerts/context.ts";
import { Alerts } from "./alerts.ts";
import { cloudwatchAlerts } from "./grafana/cloudwatch.ts";
import { logAlerts } from "./grafana/logs/all.ts";
import type { GrafanaRuleContext } from "./grafana/types.ts";
import { GrafanaContent } from "./grafana.ts";
import { AlertRouting } from "./routing.ts";

/** What the watching needs from the rooms below. Settings and catalog are plain data. */
export interface ObservabilityArgs {
  /** Where the systems run. */
  context: PlatformContext;
  settings: Pick<Settings, "alerts" | "cache" | "kafka" | "routing" | "monitoring" | "platform">;
  catalog: Pick<Catalog, "services" | "topics">;
  /** AWS's own alarms, of which some are shown beside the applications'. */
  alarms: { readonly plan: readonly Alarm[] };
  /** The cluster's systems; without monitoring there is nothing to fill. */
  systems: {
    readonly ready: readonly pulumi.Resource[];
    readonly telemetry: { readonly monitoring?: PrometheusStack };
  };
  /** The entries of Secrets Manager with the receivers' credentials. */
  credentials: pulumi.Resource;
}

/** What is watched, who is told and what is shown: everything inside Prometheus, Alertmanager and Grafana. */
export class Observability extends pulumi.ComponentResource {
  /** Grafana's provider and folders, for dashboards; absent without monitoring. */
  readonly grafana?: GrafanaContent;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:observability:Observability", name, { environment: args.context.environment }, opts);
    const { monitoring } = args.systems.telemetry;
    if (monitoring !== undefined) {
      const rules = grafanaRuleContext({ ...args, monitoring });
      openAlerts(name, args, rules.grafanaUrl, this);
      openRouting(name, args, rules, this);
      this.grafana = openGrafana(name, args, monitoring, rules, this);
    }
    this.registerOutputs({});
  }
}

function openAlerts(name: string, args: ObservabilityArgs, grafanaUrl: string, parent: pulumi.Resource): void {
  const { settings, catalog, systems } = args;
  const context = alertContext(settings, runningIn(settings), catalog, grafanaUrl);
  new Alerts(`${name}-alerts`, { context }, { parent, dependsOn: [...systems.ready] });
}

function openRouting(name: string, args: ObservabilityArgs, rules: GrafanaRuleContext, parent: pulumi.Resource): void {
  const { context, settings, catalog, credentials, systems } = args;
  new AlertRouting(
    `${name}-routing`,
    {
      context,
      routing: settings.routing,
      severityCap: rules.severityCap,
      services: catalog.services,
      grafanaUrl: rules.grafanaUrl,
      credentials,
    },
    { parent, dependsOn: [...systems.ready] },
  );
}

function openGrafana(
  name: string,
  { alarms, systems, settings }: ObservabilityArgs,
  { adminPassword, release }: PrometheusStack,
  rules: GrafanaRuleContext,
  parent: pulumi.Resource,
): GrafanaContent {
  const alertmanagers = alertmanagerReplicas(settings.monitoring.alertmanager.replicas);
  // Without Loki every query of a log rule would end in an error, which is an alert as well.
  const logs = settings.platform.without.includes("logging") ? [] : logAlerts(rules);
  const alerts = [...logs, ...cloudwatchAlerts(alarms.plan)];
  return new GrafanaContent(
    `${name}-grafana`,
    { adminPassword, release, reachableAfter: systems.ready, alertmanagers, alerts, rules },
    { parent },
  );
}

/** What Grafana's rules are computed from. */
function grafanaRuleContext({
  context,
  settings,
  catalog,
  monitoring,
}: {
  settings: Pick<Settings, "alerts">;
  catalog: Pick<Catalog, "services">;
  context: Pick<PlatformContext, "names" | "environment" | "region" | "clusterName">;
  monitoring: Pick<PrometheusStack, "grafanaUrl">;
}): GrafanaRuleContext {
  const { names, environment, region, clusterName } = context;
  const logGroup = `/aws/eks/${clusterName}/cluster`;
  return {
    criticalServices: catalog.services
      .filter(({ tier, kind }) => tier === "critical" && kind !== "bot")
      .map(({ name }) => name),
    clusterLogGroup: { name: logGroup, arn: names.arn("logs", `log-group:${logGroup}:*`) },
    grafanaUrl: monitoring.grafanaUrl.replace(/\/$/, ""),
    runbookBaseUrl: settings.alerts.runbookBaseUrl,
    severityCap: settings.alerts.severityCap,
    externalLabels: { environment, cluster: clusterName, region },
  };
}
