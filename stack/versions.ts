import versions from "../data/versions.json" with { type: "json" };

/** A version of a managed service as `data/versions.json` knows it. */
export interface KnownVersion {
  /** As the service's API wants it, for example `1.36`. */
  version: string;
  /** Last day of standard support, YYYY-MM-DD; absent when AWS names none. */
  standardSupportEnd?: string;
}

/** The managed services whose versions a stack file chooses. */
export type VersionedService = Exclude<keyof typeof versions, "asOf">;

/** All versions of a service that the data file lists, the newest first. */
export function knownVersions(service: VersionedService): readonly KnownVersion[] {
  return versions[service];
}

/** Fewest days of standard support that a version must have left: time to try the next one before AWS forces it. */
export const leastSupportDays = 60;

/**
 * The versions that a stack may choose: those with time left in standard support on the day the data file was last
 * brought up to date. The file's date is used and not the clock's, so that the same input gives the same answer on any day; the
 * policy pack looks at the clock.
 */
export function supportedVersions(service: VersionedService): string[] {
  return knownVersions(service)
    .filter(({ standardSupportEnd }) => supportDays(standardSupportEnd) >= leastSupportDays)
    .map(({ version }) => version);
}

/** Days of standard support left on the day of the data file; never ending where AWS names no day. */
export function supportDays(standardSupportEnd: string | undefined): number {
  if (standardSupportEnd === undefined) return Number.POSITIVE_INFINITY;
  return (Date.parse(standardSupportEnd) - Date.parse(versions.asOf)) / (24 * 3600 * 1000);
}

/** Last day of a version's standard support; undefined for versions that the data file does not know. */
export function standardSupportEnd(service: VersionedService, version: string): string | undefined {
  return knownVersions(service).find((known) => known.version === version)?.standardSupportEnd;
}

/** Instance families on which a RabbitMQ version runs, for example `mq.m7g`. */
export function brokerFamilies(version: string): readonly string[] {
  return versions.rabbitmq.find((known) => known.version === version)?.instanceFamilies ?? [];
}
