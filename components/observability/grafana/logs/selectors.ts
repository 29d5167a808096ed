import type { SampleLines } from "../types.ts";

/** Stream selector of everything that the trading services write. */
export const tradingLogs = '{namespace="trading"}';

/** A line of the log contract from a service, for the cases of the rules. */
export function logged(
  service: string,
  line: string | Readonly<Record<string, unknown>>,
  count = 1,
  namespace = "trading",
): SampleLines {
  return { labels: { namespace, service }, line, count };
}
