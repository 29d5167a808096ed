import { tradingBotPort } from "../network/traffic.ts";
import type { PolicyStatement } from "../policyDocument.ts";
import type { PlatformContext } from "./context.ts";
import { monitoringNamespace } from "./monitoringNames.ts";
import { scrapeIntervalSeconds } from "./prometheusValues.ts";

/** Name of the bot in the catalog: job and `service` label, as every service of the cluster has them. */
const service = "trading-bot";

/**
 * Scrape of the trading bot, which runs on EC2 outside the cluster: found by its name tag, for its address changes with
 * every replacement of the machine.
 */
export function tradingBotScrape(context: Pick<PlatformContext, "names" | "region">) {
  return {
    apiVersion: "monitoring.coreos.com/v1alpha1",
    kind: "ScrapeConfig",
    metadata: { name: service, namespace: monitoringNamespace },
    spec: {
      jobName: service,
      metricsPath: "/metrics",
      scrapeInterval: `${scrapeIntervalSeconds}s`,
      scrapeTimeout: "10s",
      ec2SDConfigs: [
        {
          region: context.region,
          port: tradingBotPort,
          refreshInterval: "60s",
          filters: [
            { name: "tag:Name", values: [`${context.names.prefix}-${service}`] },
            { name: "instance-state-name", values: ["running"] },
          ],
        },
      ],
      relabelings: [
        { action: "replace", targetLabel: "service", replacement: service },
        // The namespace of the trading services: rules about all of them hold for the bot too.
        { action: "replace", targetLabel: "namespace", replacement: "trading" },
        { action: "replace", sourceLabels: ["__meta_ec2_instance_id"], targetLabel: "pod" },
      ],
    },
  };
}

/** What Prometheus asks AWS for to find the bot; neither action knows resources. */
export const discoveryStatements: readonly PolicyStatement[] = [
  { Sid: "FindTheBot", Action: ["ec2:DescribeInstances", "ec2:DescribeAvailabilityZones"], Resource: "*" },
];
