import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { monitoringNamespace } from "../platform/monitoringNames.ts";
import type { AlertContext } from "./alerts/types.ts";
import { ruleFiles } from "./rules.ts";
import type { RuleFile } from "./ruleTypes.ts";

/** What the rules are computed from. */
export interface AlertsArgs {
  /** Settings of the section `alerts`, the catalog's services and topics, Grafana's address. */
  context: AlertContext;
  /**
   * Changes a PrometheusRule before it is made.
   * @default none
   */
  transform?: (args: kubernetes.apiextensions.CustomResourceArgs) => kubernetes.apiextensions.CustomResourceArgs;
}

/** Labels of every rule object: what made it, and for Grafana's and people's lists, that it is ours. */
const labels = { "app.kubernetes.io/name": "trading-alerts", "app.kubernetes.io/part-of": "trading-platform" };

/**
 * The rules of Prometheus: one PrometheusRule per category, one for the recordings, one per service with its promises. Prometheus takes rule objects of
 * every namespace and label (its rule selectors are open), so nothing else must know of them.
 */
export class Alerts extends pulumi.ComponentResource {
  /** Names of the rule objects, in the namespace `monitoring`. */
  readonly ruleNames: readonly string[];

  constructor(name: string, args: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings, services, grafanaUrl } = args.context;
    super(
      "trading-platform:observability:Alerts",
      name,
      { severityCap: settings.severityCap, services: services.map((service) => service.name), grafanaUrl },
      opts,
    );
    const files = Object.entries(ruleFiles(args.context));
    this.ruleNames = files.map(([subject, file]) => createRule(name, subject, file, args.transform, this));
    this.registerOutputs({ ruleNames: this.ruleNames });
  }
}

function createRule(
  name: string,
  subject: string,
  { groups }: RuleFile,
  transform: AlertsArgs["transform"] = (args) => args,
  parent: pulumi.Resource,
): string {
  const ruleName = `trading-${subject}`;
  const args: kubernetes.apiextensions.CustomResourceArgs = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: ruleName, namespace: monitoringNamespace, labels: { ...labels, subject } },
    spec: { groups },
  };
  new kubernetes.apiextensions.CustomResource(`${name}-${subject}`, transform(args), { parent });
  return ruleName;
}
