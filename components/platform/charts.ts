import { existsSync } from "node:fs";
import pins from "../../data/charts.json" with { type: "json" };

/** A chart of the platform, as a key of `data/charts.json`. */
export type ChartName = keyof typeof pins.charts;

/** A bundle of CRDs that no chart owns, as a key of `data/charts.json`. */
export type BundleName = keyof typeof pins.bundles;

/** An image that our own manifests or values name, as a key of `data/charts.json`. */
export type ImageName = keyof typeof pins.images;

/** One pinned chart: what is installed, from where, and since when that is known to be right. */
export interface ChartPin {
  /** The chart's own name. */
  chart: string;
  /** `oci://registry/path` or the `https://` address of a Helm repository. */
  repository: string;
  /** Exact version. */
  version: string;
  /** Version of the software that the chart installs when no image tag is set. */
  appVersion: string;
  /** Day on which the pin was read from the source, YYYY-MM-DD. */
  date: string;
  /** Where the chart is developed: changelog and issues. */
  source: string;
  /** How long an installation or upgrade may take, in seconds. */
  timeoutSeconds: number;
  /**
   * Who owns the chart's CRDs: `none` (it has none), `templates` (the chart upgrades them itself), `skipped` (not
   * installed because not used), `bundle:<name>` or the name of the chart that owns them.
   */
  crds: string;
  note?: string;
}

/** Where a chart is taken from: the arguments of a Helm release. */
export interface ChartLocation {
  /** Chart name, OCI reference or path. */
  chart: string;
  /** Exact version; absent for a directory, whose Chart.yaml says it. */
  version?: string;
  /** Helm repository, for charts that are not OCI. */
  repository?: string;
}

/** Returns the pin of a chart. */
export function chartPin(name: ChartName): ChartPin {
  return pins.charts[name];
}

/** Names of all pinned charts. */
export const chartNames = Object.keys(pins.charts) as ChartName[];

/** Names of all CRD bundles. */
export const bundleNames = Object.keys(pins.bundles) as BundleName[];

/** Returns reference and tag of a pinned image, before any image mirror. */
export function imagePin(name: ImageName): { reference: string; tag: string } {
  return pins.images[name];
}

/** Version of a CRD bundle: its own, or the one of the chart that it belongs to, so that both change by one line. */
export function bundleVersion(name: BundleName): string {
  const pin: { version?: string; versionOf?: string } = pins.bundles[name];
  return pin.version ?? chartPin(pin.versionOf as ChartName).version;
}

/** Names under which a directory may hold a chart: packed or unpacked. */
function chartFiles({ chart, version }: Pick<ChartPin, "chart" | "version">): string[] {
  return [`${chart}-${version}.tgz`, chart];
}

/** Name under which an HTTP mirror or a directory holds a CRD bundle. */
function bundleFile(name: BundleName): string {
  return `${name}-${bundleVersion(name)}.yaml`;
}

/** Every chart and bundle that is pinned, by the names under which a directory may hold it. */
export function mirroredFiles(): string[][] {
  return [...Object.values(pins.charts).map(chartFiles), ...bundleNames.map((name) => [bundleFile(name)])];
}

/** The kinds of chart mirror, told apart by the scheme of the setting. */
export type MirrorKind = "registry" | "repository" | "directory";

/**
 * Tells which kind of mirror a setting names.
 *
 * @throws Error when the scheme is missing or unknown
 */
function mirrorKind(mirror: string): MirrorKind {
  if (/^oci:\/\/[^/]+/.test(mirror)) return "registry";
  if (/^https?:\/\/[^/]+/.test(mirror)) return "repository";
  if (/^file:.+/.test(mirror)) return "directory";
  throw new Error(
    `The chart mirror "${mirror}" has no scheme that is known: allowed are oci://registry/path, https://host/path and file:directory.`,
  );
}

/**
 * Says where a chart is taken from: its own source, or the mirror that holds all charts.
 *
 * @param mirror one OCI registry (`oci://`), one HTTP repository (`https://`) or a directory (`file:`) of packed
 *   (`<chart>-<version>.tgz`) or unpacked (`<chart>/`) charts; a relative directory keeps the state free of machine paths
 * @param exists how to ask whether a file is there; tests give their own
 */
export function locateChart(
  pin: Pick<ChartPin, "chart" | "repository" | "version">,
  mirror?: string,
  exists: (path: string) => boolean = existsSync,
): ChartLocation {
  const { chart, version } = pin;
  const source = (mirror ?? pin.repository).replace(/\/+$/, "");
  switch (mirrorKind(source)) {
    case "registry":
      return { chart: `${source}/${chart}`, version };
    case "repository":
      return { chart, version, repository: mirror === undefined ? pin.repository : source };
    case "directory":
      return { chart: inDirectory(source, chartFiles(pin), exists) };
  }
}

/** Where a CRD bundle is taken from: a file to apply, or a chart that wraps it where the mirror can hold only charts. */
export type BundleLocation = { file: string } | { chart: ChartLocation };

/**
 * Says where a CRD bundle is taken from. An OCI registry holds charts only, so there the bundle is expected as the chart
 * `<bundle>-crds` whose templates are the CRDs; an HTTP mirror or directory holds the file `<bundle>-<version>.yaml`.
 */
export function locateBundle(
  name: BundleName,
  mirror?: string,
  exists: (path: string) => boolean = existsSync,
): BundleLocation {
  const version = bundleVersion(name);
  if (mirror === undefined) return { file: pins.bundles[name].url.replaceAll("{version}", version) };
  const source = mirror.replace(/\/+$/, "");
  switch (mirrorKind(source)) {
    case "registry":
      return { chart: { chart: `${source}/${name}-crds`, version: version.replace(/^v/, "") } };
    case "repository":
      return { file: `${source}/${bundleFile(name)}` };
    case "directory":
      return { file: inDirectory(source, [bundleFile(name)], exists) };
  }
}

function inDirectory(mirror: string, candidates: string[], exists: (path: string) => boolean): string {
  const directory = mirror.replace(/^file:(\/\/)?/, "");
  const base = directory.startsWith("/") || directory.startsWith(".") ? directory : `./${directory}`;
  const found = candidates.map((candidate) => `${base}/${candidate}`).find((path) => exists(path));
  if (found !== undefined) return found;
  throw new Error(
    `The chart mirror "${mirror}" holds neither ${candidates.join(" nor ")}. Put the file there (helm pull), or remove platform.chartMirror.`,
  );
}
