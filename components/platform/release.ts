import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { checkName } from "../../stack/naming.ts";
import { type ChartName, chartPin, locateChart } from "./charts.ts";
import type { PlatformContext } from "./context.ts";
import { imageMirror } from "./imageMirror.ts";
import { assertPlain, type ChartValues, holdsNull } from "./values.ts";

/** What a release needs to be told; all else comes from the pin in `data/charts.json` and the context. */
export interface ReleaseArgs {
  /** Chart, as a key of `data/charts.json`. */
  chart: ChartName;
  /** Settings shared by all systems: mirrors, waiting. */
  context: Pick<PlatformContext, "chartMirror" | "imageMirror" | "waitForReadiness">;
  /**
   * Name of the release, at most 53 characters; constant, for charts derive Service names from it.
   * @default the chart's name
   */
  releaseName?: string;
  /** Namespace, which must exist: make the release depend on it. */
  namespace: string;
  /** Values: plain data without outputs, see `assertPlain`. */
  values: ChartValues;
  /**
   * How long an installation or upgrade may take, in seconds.
   * @default the chart's `timeoutSeconds` in data/charts.json
   */
  timeoutSeconds?: number;
  /**
   * Do not install the chart's `crds/` directory.
   * @default true when data/charts.json says that somebody else owns the CRDs
   */
  skipCrds?: boolean;
  /**
   * Wait until everything is ready; false for a chart that becomes ready only by what comes after it.
   * @default the setting platform.waitForReadiness
   */
  waitForReadiness?: boolean;
}

/**
 * Installs a chart: the one way in which this program does it.
 *
 * The version is exact and comes from `data/charts.json`; the name is constant; the release is atomic, so an aborted
 * upgrade rolls back instead of leaving "another operation is in progress" (helm #7476); old revisions are few.
 */
export function installChart(
  name: string,
  args: ReleaseArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.helm.v3.Release {
  return new kubernetes.helm.v3.Release(name, releaseInputs(args), opts);
}

/** Computes the inputs of the release: everything about it that can be known without a cluster. */
export function releaseInputs(args: ReleaseArgs) {
  const { chart, context, namespace } = args;
  const pin = chartPin(chart);
  const releaseName = checkName("release", args.releaseName ?? pin.chart);
  assertPlain(`Helm release ${releaseName}`, args.values);
  const { repository, ...location } = locateChart(pin, context.chartMirror);
  const values = imageMirror(args.values, chart, context.imageMirror);
  const wait = context.waitForReadiness && (args.waitForReadiness ?? true);
  return {
    ...location,
    ...(repository === undefined ? {} : { repositoryOpts: { repo: repository } }),
    name: releaseName,
    namespace,
    createNamespace: false,
    values,
    ...(holdsNull(values) ? { allowNullValues: true } : {}),
    // Helm's atomic always waits, so it goes where waiting goes.
    atomic: wait,
    skipAwait: !wait,
    cleanupOnFail: true,
    maxHistory: 5,
    timeout: args.timeoutSeconds ?? pin.timeoutSeconds,
    skipCrds: args.skipCrds ?? !["none", "templates"].includes(pin.crds),
  } satisfies kubernetes.helm.v3.ReleaseArgs;
}
