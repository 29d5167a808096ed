import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type BundleName, bundleNames, locateBundle } from "./charts.ts";
import type { PlatformContext } from "./context.ts";
import { installChart } from "./release.ts";

/** Arguments of `CustomResourceDefinitions`. */
export interface CustomResourceDefinitionsArgs {
  context: PlatformContext;
}

/**
 * The CRDs that no chart may own: Helm never upgrades a `crds/` directory, and several charts would like to own the
 * Gateway API. They come first, since charts drop their monitors silently when the kinds are not there yet.
 *
 * Without a mirror each bundle is the release asset that `data/charts.json` names; Pulumi's provider reads it during
 * preview and deployment, the offline plan only names it.
 */
export class CustomResourceDefinitions extends pulumi.ComponentResource {
  constructor(name: string, args: CustomResourceDefinitionsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { chartMirror } = args.context;
    super("trading-platform:platform:CustomResourceDefinitions", name, { chartMirror }, opts);
    installChart(
      `${name}-prometheus-operator`,
      { chart: "prometheus-operator-crds", context: args.context, namespace: "monitoring", values: {} },
      { parent: this },
    );
    for (const bundle of bundleNames) installBundle(name, bundle, args.context, this);
    this.registerOutputs({});
  }
}

function installBundle(name: string, bundle: BundleName, context: PlatformContext, parent: pulumi.Resource): void {
  const location = locateBundle(bundle, context.chartMirror);
  if ("file" in location) {
    new kubernetes.yaml.v2.ConfigFile(
      `${name}-${bundle}`,
      { file: location.file, resourcePrefix: bundle, skipAwait: !context.waitForReadiness },
      // Deleting a CRD deletes every resource of its kind, and with a topic or a volume its data.
      { parent, retainOnDelete: true },
    );
    return;
  }
  const { chart, version } = location.chart;
  new kubernetes.helm.v3.Release(
    `${name}-${bundle}`,
    {
      chart,
      version,
      name: `${bundle}-crds`,
      namespace: "platform-system",
      createNamespace: false,
      maxHistory: 5,
      skipAwait: !context.waitForReadiness,
    },
    { parent, retainOnDelete: true },
  );
}
