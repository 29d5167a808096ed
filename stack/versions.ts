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

/**
 * The versions that a stack may choose: those still in standard support on the day the data file was last brought up
 * to date. The file's date is used and not the clock's, so that the same input gives the same answer on any day; the
 * policy pack looks at the clock.
 */
export function supportedVersions(service: VersionedService): string[] {
  return knownVersions(service)
    .filter(({ standardSupportEnd }) => standardSupportEnd === undefined || standardSupportEnd > versions.asOf)
    .map(({ version }) => version);
}

/** Last day of a version's standard support; undefined for versions that the data file does not know. */
export function standardSupportEnd(service: VersionedService, version: string): string | undefined {
  return knownVersions(service).find((known) => known.version === version)?.standardSupportEnd;
}

/** Instance families on which a RabbitMQ version runs, for example `mq.m7g`. */
export function brokerFamilies(version: string): readonly string[] {
  return versions.rabbitmq.find((known) => known.version === version)?.instanceFamilies ?? [];
}
