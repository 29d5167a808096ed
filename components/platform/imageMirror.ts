import { type ChartName, chartPin, type ImageName, imagePin } from "./charts.ts";
import { mirroredImages } from "./mirroredImages.ts";
import { type ChartValues, isMap, type PlainValue } from "./values.ts";

/** A registry that stands in for the public ones: a pull-through cache or a copy. */
export interface ImageMirror {
  /** Host, port and path without scheme, for example `111122223333.dkr.ecr.us-east-1.amazonaws.com`. */
  registry: string;
  /**
   * Path under which the mirror keeps the images of a public registry, by its host.
   * @default the public registry's host itself, for example `quay.io`
   */
  prefixes?: { [registry: string]: string };
  /**
   * Public registries whose images still come from themselves, because the mirror cannot hold them: ECR's pull-through
   * cache, for example, does not know `docker.elastic.co`.
   * @default none
   */
  except?: string[];
}

/** Splits an image reference into registry and path, with Docker's own rules for the names without a registry. */
export function splitImage(reference: string): { registry: string; path: string } {
  const slash = reference.indexOf("/");
  const first = slash === -1 ? "" : reference.slice(0, slash);
  if (first.includes(".") || first.includes(":") || first === "localhost") {
    return { registry: first, path: reference.slice(slash + 1) };
  }
  return { registry: "docker.io", path: slash === -1 ? `library/${reference}` : reference };
}

/** Returns the mirror's name of a public registry: what stands before the image's path. */
function mirrorRegistry(registry: string, mirror?: ImageMirror): string {
  if (mirror === undefined || mirror.except?.includes(registry)) return registry;
  return `${mirror.registry}/${mirror.prefixes?.[registry] ?? registry}`;
}

/** Returns the mirror's name of an image; an image that is in the mirror already stays as it is. */
export function mirrorImage(reference: string, mirror?: ImageMirror): string {
  if (mirror === undefined || reference.startsWith(`${mirror.registry}/`)) return reference;
  const { registry, path } = splitImage(reference);
  if (mirror.except?.includes(registry)) return reference;
  return `${mirrorRegistry(registry, mirror)}/${path}`;
}

/** Returns a pinned image with its tag, from the mirror where there is one. */
export function pinnedImage(name: ImageName, mirror?: ImageMirror): string {
  const { reference, tag } = imagePin(name);
  return `${mirrorImage(reference, mirror)}:${tag}`;
}

/**
 * Returns the values with every image of the chart taken from the mirror. How a chart takes it differs: some have the
 * registry apart, some only a repository, some one string with the tag; `mirroredImages` says which.
 */
export function imageMirror(values: ChartValues, chart: ChartName, mirror?: ImageMirror): ChartValues {
  if (mirror === undefined) return values;
  const result = structuredClone(values);
  for (const image of mirroredImages[chart]) {
    const keys = image.key.split(".");
    const before = readKey(result, keys);
    const upstream =
      typeof before === "string" && before !== ""
        ? before
        : image.upstream.replace("{appVersion}", chartPin(chart).appVersion);
    writeKey(
      result,
      keys,
      image.form === "registry" ? mirrorRegistry(upstream, mirror) : mirrorImage(upstream, mirror),
    );
  }
  return result;
}

function readKey(values: ChartValues, keys: string[]): PlainValue {
  return keys.reduce<PlainValue>((value, key) => (isMap(value) ? value[key] : undefined), values);
}

function writeKey(values: ChartValues, keys: string[], value: string): void {
  let target = values;
  for (const key of keys.slice(0, -1)) {
    if (!isMap(target[key])) target[key] = {};
    target = target[key] as ChartValues;
  }
  target[keys.at(-1)!] = value;
}
