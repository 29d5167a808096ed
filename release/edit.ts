import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, type Pair, parse, parseDocument, type Scalar, type YAMLMap } from "yaml";
import type { ImageVersion } from "./image.ts";

/** What a release or rollback writes for one service. */
export interface Images {
  image: ImageVersion;
  /** Absent leaves no trace of an image before. */
  previousImage?: ImageVersion;
}

/** The images that a stack file holds for a service. */
export function readImages(text: string, project: string, service: string): Partial<Images> {
  const content = parse(text) as { config?: Record<string, Record<string, Partial<Images>> | null> } | null;
  const { image, previousImage } = content?.config?.[`${project}:services`]?.[service] ?? {};
  return { image, previousImage };
}

/**
 * Writes the images of one service into the text of a stack file. Only the places concerned are touched, so that order,
 * comments, quoting and spacing of everything else stay as somebody wrote them.
 *
 * @throws Error when the result would say anything else than before plus the images
 */
export function writeImages(text: string, project: string, service: string, images: Images): string {
  const { image, previousImage } = images;
  let result = writeField(text, project, service, "image", image);
  if (previousImage !== undefined) result = writeField(result, project, service, "previousImage", previousImage);
  assertOnlyImagesChanged(text, result, project, service, images);
  return result;
}

type Field = "image" | "previousImage";
type BlockMap = YAMLMap<Scalar<string>>;

function writeField(text: string, project: string, service: string, field: Field, image: ImageVersion): string {
  const key = `${project}:services`;
  const document = parseDocument(text);
  const config = document.get("config", true);
  if (!isMap(config)) throw new Error("The stack file has no map `config`.");
  const value = flow(image);
  const section = pairOf(config as BlockMap, key);
  if (section === undefined)
    return `${text.replace(/\n*$/, "\n")}  ${key}:\n    ${service}:\n      ${field}: ${value}\n`;
  if (!isMap(section.value) || section.value.flow) {
    if (isMap(section.value) && section.value.items.length > 0)
      throw new Error(`Write the section ${key} as a block: one service a line, no braces.`);
    return afterKey(text, section, `\n    ${service}:\n      ${field}: ${value}`);
  }
  const services = section.value as BlockMap;
  const entry = pairOf(services, service);
  if (entry === undefined) {
    const last = services.items.at(-1)!;
    const indent = indentOf(text, services.items[0]!);
    return insert(text, endOfLine(text, endOf(last)), `\n${indent}${service}:\n${indent}  ${field}: ${value}`);
  }
  if (!isMap(entry.value)) return afterKey(text, entry, `\n${indentOf(text, entry)}  ${field}: ${value}`);
  return writeIntoService(text, entry.value as BlockMap, field, value);
}

function writeIntoService(text: string, map: BlockMap, field: Field, value: string): string {
  const present = pairOf(map, field);
  if (present !== undefined) return splice(text, present.key.range![1], endOf(present), `: ${value}`);
  if (map.flow) return insert(text, map.range![0] + 1, ` ${field}: ${value}${map.items.length > 0 ? "," : " "}`);
  const first = map.items[0]!;
  const indent = indentOf(text, first);
  const image = pairOf(map, "image");
  // `image` comes first; what ran before it stands below it.
  if (field === "previousImage" && image !== undefined)
    return insert(text, endOfLine(text, endOf(image)), `\n${indent}${field}: ${value}`);
  return insert(text, first.key.range![0], `${field}: ${value}\n${indent}`);
}

/** One line, as the stack files have it: `{ tag: "1.4.2", digest: "sha256:…" }`. */
function flow({ tag, digest }: ImageVersion): string {
  const parts = [tag && `tag: "${tag}"`, digest && `digest: "${digest}"`].filter(Boolean);
  return `{ ${parts.join(", ")} }`;
}

function pairOf(map: BlockMap, key: string): Pair<Scalar<string>> | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** Where a pair's value ends; of a block map that is where its last value ends. */
function endOf(pair: Pair<Scalar<string>>): number {
  const value = pair.value as { range?: [number, number, number]; items?: unknown[]; flow?: boolean } | null;
  if (isMap(value) && !value.flow && value.items.length > 0) return endOf(value.items.at(-1) as Pair<Scalar<string>>);
  return value?.range?.[1] ?? pair.key.range![1] + 1;
}

function indentOf(text: string, pair: Pair<Scalar<string>>): string {
  const start = pair.key.range![0];
  return " ".repeat(start - (text.lastIndexOf("\n", start - 1) + 1));
}

/** Puts text behind the line of a key that has no value (or an empty one, which goes). */
function afterKey(text: string, pair: Pair<Scalar<string>>, addition: string): string {
  const keyEnd = pair.key.range![1] + 1;
  const valueEnd = Math.max(keyEnd, isMap(pair.value) ? pair.value.range![1] : keyEnd);
  const without = splice(text, keyEnd, valueEnd, "");
  return insert(without, endOfLine(without, keyEnd), addition);
}

/** End of the line, a comment at its end included. */
function endOfLine(text: string, position: number): number {
  const end = text.indexOf("\n", position);
  return end === -1 ? text.length : end;
}

function insert(text: string, position: number, addition: string): string {
  return splice(text, position, position, addition);
}

function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** The last guard before a file is written: an edit of text must not have changed any other meaning. */
function assertOnlyImagesChanged(before: string, after: string, project: string, service: string, images: Images) {
  const key = `${project}:services`;
  const expected = (parse(before) ?? {}) as { config: Record<string, Record<string, object> | null> };
  const services = expected.config[key] ?? {};
  services[service] = { ...services[service], ...JSON.parse(JSON.stringify(images)) };
  expected.config[key] = services;
  if (isDeepStrictEqual(parsed(after), expected)) return;
  throw new Error(
    `The stack file is written in a way that this command cannot edit safely. Set ${key}.${service}.image to ${flow(images.image)} by hand.`,
  );
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
