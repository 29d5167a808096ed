import * as pulumi from "@pulumi/pulumi";
import type { Catalog } from "../../catalog/types.ts";
import type { Settings } from "../../stack/settings.ts";
import type { Alarm } from "../operations/alarms/types.ts";
import type { PlatformContext } from "../platform/context.ts";
import type { PrometheusStack } from "../platform/prometheusStack.ts";
import { cloudwatchAlerts } from "./grafana/cloudwatch.ts";
import { logAlerts } from "./grafana/logs/all.ts";
import type { GrafanaRuleContext } from "./grafana/types.ts";
import { GrafanaContent } from "./grafana.ts";
import { AlertRouting } from "./routing.ts";

/** What the watching needs from the rooms below. Settings and catalog are plain data. */
export interface ObservabilityArgs {
  /** Where the systems run. */
  context: PlatformContext;
  settings: Pick<Settings, "alerts" | "routing">;
  catalog: Pick<Catalog, "services">;
  /** AWS's own alarms, of which some are shown beside the applications'. */
  alarms: readonly Alarm[];
  /** Prometheus, Alertmanager and Grafana. */
  monitoring: PrometheusStack;
  /** What must stand before custom resources and Grafana's address work. */
  ready: readonly pulumi.Resource[];
  /** Customer key of the SNS topics. */
  topicKeyArn: pulumi.Input<string>;
  /** The entries of Secrets Manager with the receivers' credentials. */
  credentials: pulumi.Resource;
}

/** What is watched, who is told and what is shown: everything inside Prometheus, Alertmanager and Grafana. */
export class Observability extends pulumi.ComponentResource {
  /** Grafana's provider and folders, for dashboards. */
  readonly grafana: GrafanaContent;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading-platform:observability:Observability", name, { environment: args.context.environment }, opts);
    const rules = grafanaRuleContext(args);

    new AlertRouting(
      `${name}-routing`,
      {
        ...args,
        routing: args.settings.routing,
        severityCap: rules.severityCap,
        services: args.catalog.services,
        grafanaUrl: rules.grafanaUrl,
      },
      { parent: this, dependsOn: [...args.ready] },
    );
    this.grafana = new GrafanaContent(
      `${name}-grafana`,
      {
        adminPassword: args.monitoring.adminPassword,
        release: args.monitoring.release,
        reachableAfter: args.ready,
        alerts: [...logAlerts(rules), ...cloudwatchAlerts(args.alarms)],
        rules,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** What Grafana's rules are computed from. */
export function grafanaRuleContext({
  context,
  settings,
  catalog,
  monitoring,
}: Pick<ObservabilityArgs, "settings" | "catalog"> & {
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
