import type { AlertSettings } from "../../stack/sections/alerts.ts";
import type { RecordingRule } from "./ruleTypes.ts";

/** Minutes since midnight UTC. */
const minuteOfDay = "(hour() * 60 + minute())";

const weekday = "(day_of_week() >= bool 1) * (day_of_week() <= bool 5)";

/** Today as one number, for example 20261126: what a holiday is compared with. */
export const dateExpression = "year() * 10000 + month() * 100 + day_of_month()";

/**
 * 1 while New York has daylight saving time: from the second Sunday of March to the first Sunday of November. The
 * change happens at 7:00 and 6:00 UTC on these Sundays, when the market is closed; a day's precision is enough.
 */
export const daylightSavingExpression = [
  "clamp_max(sum((month() > bool 3) * (month() < bool 11)",
  "+ (month() == bool 3) * ((day_of_month() - day_of_week()) >= bool 8)",
  "+ (month() == bool 11) * ((day_of_month() - day_of_week()) < bool 1)), 1)",
].join(" ");

const dateRecord = "trading:date:yyyymmdd";
const daylightSavingRecord = "trading:us_dst:bool";

/** 1 on days that are no holiday; multiplied into a market's hours. */
function noHoliday(holidays: readonly string[]): string[] {
  if (holidays.length === 0) return [];
  const dates = [...holidays].sort().map((date) => `${dateRecord} == ${date.replaceAll("-", "")}`);
  return [`(absent(${dates.join(" or ")}) or vector(0))`];
}

/** 1 between two minutes of the day, both in UTC, on weekdays; `shift` moves the clock. */
function hours(opens: number, closes: number, shift = ""): string {
  const clock = shift === "" ? minuteOfDay : `(hour() * 60 + minute() + ${shift})`;
  return `${weekday} * (${clock} >= bool ${opens}) * (${clock} < bool ${closes})`;
}

/**
 * `trading:market_open:bool{market=…}`: 1 while a market is open. Crypto never closes; the National Stock Exchange of
 * India is open 9:15 to 15:30 in Mumbai (3:45 to 10:00 UTC, no daylight saving); New York 9:30 to 16:00 local time
 * (14:30 to 21:00 UTC, an hour earlier in summer). Betfair's events have no hours.
 */
export function marketRecordings(holidays: AlertSettings["holidays"]): RecordingRule[] {
  return [
    { record: dateRecord, expr: dateExpression },
    { record: daylightSavingRecord, expr: daylightSavingExpression },
    { record: "trading:market_open:bool", expr: "vector(1)", labels: { market: "crypto" } },
    {
      record: "trading:market_open:bool",
      expr: [hours(3 * 60 + 45, 10 * 60), ...noHoliday(holidays.nse)].join(" * "),
      labels: { market: "nse" },
    },
    {
      record: "trading:market_open:bool",
      expr: [hours(14 * 60 + 30, 21 * 60, `60 * ${daylightSavingRecord}`), ...noHoliday(holidays.usEquities)].join(
        " * ",
      ),
      labels: { market: "us_equities" },
    },
  ];
}
