import assert from "node:assert/strict";
import fc from "fast-check";
import { dailyWindows, hourlyStarts, lengthOf, overlap, type Window, weeklyWindow } from "../../stack/windows.ts";

const week = 7 * 24 * 60;
const window = fc
  .record({ start: fc.integer({ min: 0, max: week - 1 }), length: fc.integer({ min: 30, max: 600 }) })
  .map(({ start, length }): Window => ({ start, end: start + length }));

describe("stack/windows", () => {
  it("agrees with counting minutes around the week", () => {
    const minutesOf = ({ start, end }: Window) =>
      new Set(Array.from({ length: end - start }, (_, index) => (start + index) % week));
    fc.assert(
      fc.property(window, window, (a, b) => {
        const shared = [...minutesOf(a)].some((minute) => minutesOf(b).has(minute));
        assert.equal(overlap([a], [b]), shared);
      }),
      { numRuns: 50 },
    );
  });

  it("lets a window end the next day", () => {
    assert.equal(lengthOf(dailyWindows("23:30-00:15")[0]!), 45);
    assert.equal(lengthOf(weeklyWindow("sun:23:30-mon:00:30")), 60);
    assert.ok(overlap([weeklyWindow("sun:23:30-mon:00:30")], hourlyStarts([0], 60)), "Sunday night is Monday morning");
  });

  it("touching is not overlapping", () => {
    assert.equal(overlap(dailyWindows("03:00-04:00"), [weeklyWindow("mon:04:00-mon:05:00")]), false);
  });
});
