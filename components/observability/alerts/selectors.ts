/** Namespaces of the trading workloads. */
export const tradingNamespaces = 'namespace=~"trading.*"';

/** File systems on disks, not those in memory or of container layers. */
export const realFileSystems = 'fstype!~"tmpfs|overlay|squashfs"';

/** Network interfaces of the machine, not those of pods. */
export const realInterfaces = 'device!~"veth.*|lo|cali.*|eni.*"';

export { userRequests } from "../../../catalog/metrics.ts";

/** Seconds of a day, written out in expressions so that a reader sees the unit. */
export const secondsPerDay = 86400;
