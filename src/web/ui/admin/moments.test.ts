import { expect, test } from "vitest";

import { Moments } from "./moments";

const at = Date.UTC(2026, 10, 3, 20, 31, 7);

test("moments are shown by the venue's clock", () => {
  expect(new Moments("Europe/Berlin").minute(at)).toBe("21:31");
  expect(new Moments("America/New_York").second(at)).toBe("15:31:07");
});

test("midnight is the day's first hour", () => {
  expect(new Moments("UTC").minute(Date.UTC(2026, 10, 3))).toBe("00:00");
});

test("another day is named", () => {
  const moments = new Moments("UTC");
  expect(moments.minuteAndDay(at, at + 60_000)).toBe("20:31");
  expect(moments.minuteAndDay(at, at + 86_400_000)).toBe("3 Nov 2026, 20:31");
});

test("a zone that the browser doesn't know does no harm", () => {
  expect(new Moments("Mars/Olympus").minute(at)).toMatch(/^\d\d:\d\d$/);
});
