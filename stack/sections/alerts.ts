import { z } from "zod";
import { alertThresholdsSchema } from "./alertThresholds.ts";
import { day } from "./quantities.ts";

const holiday = day.describe("a day on which the market is closed, YYYY-MM-DD");

/** What alerts compare with, whom they may wake, and which calendar they follow. */
export const alertsSchema = z.strictObject({
  /** Highest severity that leaves this environment; `warning` means that nobody is paged for it. */
  severityCap: z.enum(["critical", "warning"]).default("critical").describe("highest severity of this environment"),
  /** Where the runbook pages of `docs/runbooks/` are served; the page's name is added. */
  runbookBaseUrl: z
    .url({ protocol: /^https$/, error: "an https address without a slash at the end" })
    .regex(/[^/]$/, "an https address without a slash at the end")
    .describe("address under which the runbook pages are served"),
  /** Numbers of the alerts; what is left out has production's value. */
  thresholds: alertThresholdsSchema.prefault({}),
  /** Service level objectives of this environment, where they differ from the catalog's. */
  slo: z
    .strictObject({
      /** Highest objective in percent; the catalog's stricter ones are lowered to it. Staging: 99. */
      objectiveCapPercent: z.number().gt(50).lt(100).default(99.99).describe("highest objective, percent"),
      /** Length of every objective's window in days, instead of the catalog's. Staging: 7. */
      windowDays: z.number().int().min(7).max(30).nullable().default(null).describe("window of every objective, days"),
      /**
       * Bad events that a burn rate needs: with little traffic a single error is a large share of a window, and nobody
       * should be woken for one or two.
       */
      minimumBadEvents: z.number().int().min(1).default(3).describe("bad events that a burn rate needs"),
    })
    .prefault({}),
  /** Days on which the markets with a calendar stay closed; crypto never closes. Renewed once a year. */
  holidays: z
    .strictObject({
      nse: z.array(holiday).default([]).describe("National Stock Exchange of India"),
      usEquities: z.array(holiday).default([]).describe("New York Stock Exchange and NASDAQ"),
    })
    .prefault({}),
  /** Utilisation of a resource: soft limit warns, hard limit is critical, a forecast beyond the hard limit warns early. */
  saturation: z
    .strictObject({
      /** Hours that the forecast looks ahead; it learns from the last six hours. */
      forecastHours: z.number().int().min(1).max(72).default(24).describe("hours that the forecast looks ahead"),
    })
    .prefault({}),
});

/** Settings of the section `alerts`, complete. */
export type AlertSettings = z.output<typeof alertsSchema>;
