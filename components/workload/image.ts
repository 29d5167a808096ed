import type { Names } from "../../stack/naming.ts";

/** Which image of a service runs: a digest, which cannot change, or a tag, or both (the digest decides). */
export interface ImageVersion {
  /** Tag, for people. */
  tag?: string;
  /** Digest of the image, `sha256:` and 64 hexadecimal digits. */
  digest?: string;
}

/** Reference of a service's image in the account's own registry. */
export function imageReference(
  { names, accountId, region }: { names: Names; accountId: string; region: string },
  service: string,
  { tag, digest }: ImageVersion,
): string {
  const repository = `${accountId}.dkr.ecr.${region}.amazonaws.com/${names.repository(service)}`;
  if (digest !== undefined) return `${repository}${tag === undefined ? "" : `:${tag}`}@${digest}`;
  if (tag !== undefined) return `${repository}:${tag}`;
  throw new Error(`The service ${service} has neither tag nor digest; release it first: npm run release -- ${service}`);
}
