import * as pulumi from "@pulumi/pulumi";
import type { TracingSettings } from "../../stack/sections/tracing.ts";
import { gatewayName, samplerName } from "./collectorConfiguration.ts";
import { gatewayCollectorValues, samplerCollectorValues } from "./collectorValues.ts";
import type { PlatformContext } from "./context.ts";
import { jaegerOtlpEndpoint, tracingNamespace } from "./monitoringNames.ts";
import { installChart } from "./release.ts";

/** Arguments of `OpenTelemetryCollector`. */
export interface OpenTelemetryCollectorArgs {
  context: PlatformContext;
  /** Section `tracing` of the stack file. */
  settings: TracingSettings;
}

/**
 * The way of a span, in two tiers: the gateway takes it in and sends all spans of a trace to the same sampler, which waits
 * for the whole trace and decides whether it is kept. One tier could not: each of its pods would see parts of a trace.
 */
export class OpenTelemetryCollector extends pulumi.ComponentResource {
  constructor(name: string, args: OpenTelemetryCollectorArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("trading-platform:platform:OpenTelemetryCollector", name, { settings: args.settings }, opts);
    const { context, settings } = args;
    const sampler = installChart(
      `${name}-sampler`,
      {
        chart: "opentelemetry-collector",
        context,
        releaseName: samplerName,
        namespace: tracingNamespace,
        values: samplerCollectorValues(context, settings, jaegerOtlpEndpoint),
      },
      { parent: this },
    );
    installChart(
      `${name}-gateway`,
      {
        chart: "opentelemetry-collector",
        context,
        releaseName: gatewayName,
        namespace: tracingNamespace,
        values: gatewayCollectorValues(context, settings),
      },
      { parent: this, dependsOn: [sampler] },
    );
    this.registerOutputs({});
  }
}
