/** Which image of a service runs, as the stack file holds it. */
export interface ImageVersion {
  tag?: string;
  digest?: string;
}

/** An image that was asked for in a form that means nothing. */
export class ImageError extends Error {}

const tagPattern = /^(?!latest$)[\w][\w.-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads what somebody typed: a tag, a digest, or both as `tag@digest`.
 *
 * @throws ImageError saying which forms there are
 */
export function parseImage(text: string): ImageVersion {
  const [first = "", second, ...rest] = text.split("@");
  const version: ImageVersion =
    second === undefined
      ? first.startsWith("sha256:")
        ? { digest: first }
        : { tag: first }
      : { tag: first, digest: second };
  const { tag, digest } = version;
  const tagFits = tag === undefined || tagPattern.test(tag);
  const digestFits = digest === undefined || digestPattern.test(digest);
  if (rest.length === 0 && tagFits && digestFits) return version;
  throw new ImageError(
    `"${text}" is no image. Write a tag (1.4.2, never latest), a digest (sha256: and 64 hexadecimal digits), or both: 1.4.2@sha256:…`,
  );
}

/** The image as one would type it. */
export function showImage({ tag, digest }: ImageVersion): string {
  return [tag, digest].filter((part) => part !== undefined).join("@");
}

/** True when both mean the same image. */
export function sameImage(one: ImageVersion | undefined, other: ImageVersion | undefined): boolean {
  return one?.tag === other?.tag && one?.digest === other?.digest;
}
