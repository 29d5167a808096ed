/** A stretch of time in the week in UTC, in minutes since Monday 00:00; the end may lie beyond the week's end. */
export interface Window {
  start: number;
  end: number;
}

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const day = 24 * 60;
const week = 7 * day;

/** `03:00-04:00`: a daily window of AWS. */
export const dailyPattern = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/;

/** `sun:04:30-sun:05:30`: a weekly window of AWS. */
export const weeklyPattern =
  /^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$/;

/** The seven windows of a week that `03:00-04:00` means; one that passes midnight ends the next day. */
export function dailyWindows(text: string): Window[] {
  const [start = 0, end = 0] = text.split("-").map(minutes);
  return days.map((_, index) => ({ start: index * day + start, end: index * day + (end <= start ? end + day : end) }));
}

/** The window that `sun:04:30-sun:05:30` means. */
export function weeklyWindow(text: string): Window {
  const [start = 0, end = 0] = text.split("-").map((moment) => {
    const [name = "", ...clock] = moment.split(":");
    return days.indexOf(name) * day + minutes(clock.join(":"));
  });
  return { start, end: end <= start ? end + week : end };
}

/** Daily windows that begin on the given full hours, one for each. */
export function hourlyStarts(hours: readonly number[], lengthMinutes: number): Window[] {
  return days.flatMap((_, index) =>
    hours.map((hour) => ({ start: index * day + hour * 60, end: index * day + hour * 60 + lengthMinutes })),
  );
}

/** Length of a window in minutes. */
export function lengthOf({ start, end }: Window): number {
  return end - start;
}

/** True when any two of the windows share a minute; the week is a circle, so Sunday night meets Monday morning. */
export function overlap(first: readonly Window[], second: readonly Window[]): boolean {
  return first.some((a) =>
    second.some((b) => [-week, 0, week].some((shift) => a.start < b.end + shift && b.start + shift < a.end)),
  );
}

function minutes(clock: string): number {
  const [hours = 0, rest = 0] = clock.split(":").map(Number);
  return hours * 60 + rest;
}
