import type { Finding } from "../checks.ts";
import { nearest } from "../nearest.ts";
import { knownVersions, supportedVersions, type VersionedService } from "../versions.ts";

/** A finding when a version is unknown, or no longer in standard support by `data/versions.json`. */
export function checkVersion(path: Finding["path"], service: VersionedService, found: string): Finding[] {
  const supported = supportedVersions(service);
  if (supported.includes(found)) return [];
  const known = knownVersions(service).find(({ version }) => version === found);
  return [
    {
      path,
      allowed: `one of ${supported.join(", ")}`,
      nearest: known === undefined ? nearest(found, supported) : supported.at(-1),
      hint:
        known === undefined
          ? "Versions that may be chosen are listed in data/versions.json."
          : `Standard support of ${found} ended on ${known.standardSupportEnd} (data/versions.json).`,
    },
  ];
}
