import type { Alarm } from "./types.ts";

/** Beyond the limit in every period fires; at the limit, or with one period below, it does not. */
export function limitCases(limit: number, periods: number, step: number): Alarm["cases"] {
  const beyond = Array.from({ length: periods }, () => limit + step);
  return [
    { name: "above the limit in every period", periods: beyond, fires: true },
    { name: "at the limit", periods: beyond.map(() => limit), fires: false },
    ...(periods > 1 ? [{ name: "with one good period", periods: [...beyond.slice(1), limit], fires: false }] : []),
  ];
}

/** The same for a lower limit. */
export function belowCases(limit: number, periods: number): Alarm["cases"] {
  const beyond = Array.from({ length: periods }, () => limit - 1);
  return [
    { name: "below the limit in every period", periods: beyond, fires: true },
    { name: "at the limit", periods: beyond.map(() => limit), fires: false },
  ];
}
