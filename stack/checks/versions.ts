import type { Finding } from "../checks.ts";
import { nearest } from "../nearest.ts";
import { knownVersions, leastSupportDays, supportDays, supportedVersions, type VersionedService } from "../versions.ts";

/** A finding when a version is unknown, or its standard support is over or nearly so by `data/versions.json`. */
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
          : supportDays(known.standardSupportEnd) < 0
            ? `Standard support of ${found} ended on ${known.standardSupportEnd} (data/versions.json).`
            : `Standard support of ${found} ends on ${known.standardSupportEnd}, in less than ${leastSupportDays} days; AWS then upgrades by itself (data/versions.json).`,
    },
  ];
}
