import { knownSeries } from "../../../catalog/metrics.ts";
import { allRecordings } from "../../../components/observability/alerts/catalogue.ts";
import type { AlertContext } from "../../../components/observability/alerts/types.ts";
import { infer, type SeriesKnowledge } from "./promql.ts";

/** Knows the series of contract and exporters, and those that our recordings make; a cycle of recordings is an error. */
export function seriesKnowledge(context: AlertContext): (series: string) => SeriesKnowledge | undefined {
  const recordings = Object.values(allRecordings(context)).flat();
  const recorded = new Map<string, SeriesKnowledge>();
  const open = new Set<string>();
  const known = (name: string): SeriesKnowledge | undefined => {
    const exported = knownSeries.get(name);
    if (exported !== undefined) {
      const { type, replicas } = exported.metric;
      return { labels: exported.labels, counter: type !== "gauge", whole: replicas === "whole" };
    }
    const rules = recordings.filter(({ record }) => record === name);
    if (rules.length === 0) return undefined;
    if (open.has(name)) throw new Error(`the recording ${name} reads itself`);
    const done = recorded.get(name);
    if (done !== undefined) return done;
    open.add(name);
    const labels = rules.flatMap((rule) => [
      ...(infer(rule.expr, known).labels ?? []),
      ...Object.keys(rule.labels ?? {}),
    ]);
    open.delete(name);
    const knowledge = { labels: new Set(labels), counter: false };
    recorded.set(name, knowledge);
    return knowledge;
  };
  return known;
}
