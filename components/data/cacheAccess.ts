/** A user of the cache and the keys that it may touch. */
export interface CacheUser {
  /** Name that it signs in with; a service's own name. */
  name: string;
  /** First part of the keys that it reads and writes, without the colon; absent for a user that only watches. */
  prefix?: string;
  /** Prefixes of others that it only reads. */
  reads?: readonly string[];
  /**
   * Keep the credentials in an entry of their own, `cache/<name>`. Services have theirs in `services/<name>`, from the
   * output `passwords`.
   * @default false
   */
  ownSecret?: boolean;
}

/**
 * The rights of a user in the cache's own language, in the order in which the cache gives them back (another order
 * would show as a change on every run). Keys and channels begin with the prefix; commands that stop or empty the cache
 * for everybody are left out. `INFO` counts as dangerous, yet it stops nothing and shows no key: Spring's health indicator
 * sends it, without which no pod would ever be ready, and clients of other languages send it when they connect.
 */
export function accessString({ prefix, reads = [] }: CacheUser): string {
  if (prefix === undefined) return watcher;
  const keys = [`~${prefix}:*`, ...reads.map((other) => `%R~${other}:*`)].join(" ");
  return `on ${keys} resetchannels &${prefix}:* -@all +@connection +@keyspace +@read +@write +@pubsub +@scripting +@transaction -@admin -@dangerous +info`;
}

/** An exporter: sizes, latencies and counters of everything, values of nothing. */
const watcher =
  "on ~* resetchannels -@all +@connection +client|list +cluster|info +dbsize +info +latency +memory|usage +slowlog|get +slowlog|len";

/** The user without a name. Redis demands it in every group; nobody may sign in with it. */
export const defaultAccess = "off ~keys* -@all";

/** Secrets Manager path of the credentials of a user with `ownSecret`, for `names.secret`. */
export function cacheSecretPath(user: string): string {
  return `cache/${user}`;
}
