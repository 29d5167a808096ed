import type { AlertContext, AlertService, ServiceObjective } from "../alerts/types.ts";
import { bucketMatcher, type Indicator, indicators } from "./indicators.ts";

/** A promise of one service in one environment, with all that its rules need. */
export interface Objective {
  readonly service: string;
  readonly owner: string;
  readonly indicator: Indicator;
  /** Share of good events, 0 to 1. */
  readonly objective: number;
  /** Share of bad events that the promise allows, without the noise of floating numbers. */
  readonly budget: number;
  readonly windowDays: number;
  /** Longest time that counts as good, in seconds; absent for indicators without threshold. */
  readonly thresholdSeconds?: number;
  /** Matcher of the good bucket; empty for indicators without threshold. */
  readonly le: string;
}

/** Promises that belong to the platform, not to one catalogued service: the cache and the way of the logs. */
function platformObjectives({ services, exporters }: AlertContext): AlertService[] {
  const cache = services.flatMap((service) => service.objectives).find(({ indicator }) => indicator === "cache-hits");
  const has = (exporter: string) => exporters.some((name) => name === exporter);
  // Asked are 5 s; the canary's buckets double from 0.5 s, and its last one below is 4 s.
  const logs: ServiceObjective = { indicator: "log-ingestion", objective: 0.95, windowDays: 7, thresholdSeconds: 4 };
  const platform = (name: string, objectives: readonly ServiceObjective[]): AlertService => ({
    ...{ name, owner: "platform", tier: "standard", metrics: [], objectives, tradesOn: [] },
  });
  return [
    ...(cache !== undefined && has("redis-exporter") ? [platform("redis", [cache])] : []),
    ...(has("loki-canary") ? [platform("loki", [logs])] : []),
  ];
}

/** Every promise of an environment: the catalog's, with the stack's cap and window; one for the shared cache. */
export function objectivesOf(context: AlertContext): Objective[] {
  const { objectiveCapPercent, windowDays } = context.settings.slo;
  const ofServices = context.services.map((service) => ({
    ...service,
    objectives: service.objectives.filter(({ indicator }) => indicator !== "cache-hits"),
  }));
  return [...ofServices, ...platformObjectives(context)].flatMap((service) =>
    service.objectives.map((promise): Objective => {
      const objective = Math.min(promise.objective, objectiveCapPercent / 100);
      return {
        service: service.name,
        owner: service.owner,
        indicator: indicators[promise.indicator],
        objective,
        budget: Number((1 - objective).toPrecision(6)),
        windowDays: windowDays ?? promise.windowDays,
        thresholdSeconds: promise.thresholdSeconds,
        le: promise.thresholdSeconds === undefined ? "" : bucketMatcher(promise.thresholdSeconds),
      };
    }),
  );
}
