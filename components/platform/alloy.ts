import * as pulumi from "@pulumi/pulumi";
import type { LoggingSettings } from "../../stack/sections/logging.ts";
import { alloyEventsValues, alloyPodsValues } from "./alloyValues.ts";
import type { PlatformContext } from "./context.ts";
import { createFlowPolicies } from "./flowPolicies.ts";
import { nodeAgentFlows } from "./monitoringFlows.ts";
import { loggingNamespace, nodeAgentsNamespace } from "./monitoringNames.ts";
import { installChart } from "./release.ts";

/** Arguments of `Alloy`. */
export interface AlloyArgs {
  context: PlatformContext;
  /** Section `logging.alloy` of the stack file. */
  settings: LoggingSettings["alloy"];
}

/**
 * What carries logs to Loki: an agent on every node for the pods' log files, and a reader of the events of the Kubernetes
 * API. Two releases, because the first needs the node's files as root and the second needs nothing of the kind.
 */
export class Alloy extends pulumi.ComponentResource {
  constructor(name: string, args: AlloyArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:Alloy", name, { settings: args.settings }, opts);
    const { context, settings } = args;
    const policies = createFlowPolicies(name, nodeAgentFlows(context), this);
    installChart(
      `${name}-pods`,
      {
        chart: "alloy",
        context,
        releaseName: "alloy",
        namespace: nodeAgentsNamespace,
        values: alloyPodsValues(context, settings),
      },
      { parent: this, dependsOn: policies },
    );
    installChart(
      `${name}-events`,
      {
        chart: "alloy",
        context,
        releaseName: "alloy-events",
        namespace: loggingNamespace,
        values: alloyEventsValues(context, settings),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
