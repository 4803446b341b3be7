import { expect, test } from "vitest";

import { behind, canRewind, earliest, isLive, MARGIN, NEAR_LIVE, placeAt, type Range, REWIND_FROM } from "./reach";

const live: Range = { start: 100, end: 1_900, live: true };
const over: Range = { start: 0, end: 3_600, live: false };

test("what every player needs of a live stream is no rewind", () => {
  expect(canRewind({ start: 0, end: REWIND_FROM, live: true })).toBe(false);
  expect(canRewind({ start: 0, end: REWIND_FROM + 1, live: true })).toBe(true);
});

test("what is over can be gone through however short it is", () => {
  expect(canRewind({ start: 0, end: 12, live: false })).toBe(true);
  expect(canRewind({ start: 0, end: 0, live: false })).toBe(false);
});

test("nobody is let to where the list forgets", () => {
  expect(placeAt(live, 0)).toBe(100 + MARGIN);
  expect(placeAt(live, 600)).toBe(600);
});

test("near live is live, so that it is kept up from there", () => {
  expect(placeAt(live, 1_900 - NEAR_LIVE)).toBe("live");
  expect(placeAt(live, 5_000)).toBe("live");
  expect(placeAt(live, 1_900 - NEAR_LIVE - 1)).toBe(1_896);
});

test("what is over goes from its first picture to its last", () => {
  expect(placeAt(over, -10)).toBe(0);
  expect(placeAt(over, 9_999)).toBeCloseTo(3_599.8);
});

test("a window that has just begun has its end for a start", () => {
  expect(earliest({ start: 0, end: 2, live: true })).toBe(2);
});

test("the distance to live is told from the place that live playback has", () => {
  expect(behind({ ...live, position: 1_840 })).toBe(60);
  expect(behind({ ...live, position: 1_901 })).toBe(0);
  expect(isLive({ ...live, position: 1_899 })).toBe(true);
  expect(isLive({ ...live, position: 1_840 })).toBe(false);
  expect(isLive({ ...over, position: 3_600 })).toBe(false);
});
