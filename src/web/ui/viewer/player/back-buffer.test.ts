import { expect, test } from "vitest";

import { GATHER, KEEP, OVERDUE, trimTo } from "./back-buffer";

const full = { start: 100, now: 100 + GATHER, parts: 6 };

test("nothing is trimmed before enough has gathered", () => {
  expect(trimTo({ ...full, now: 100 + GATHER - 1, part: 3 })).toBeNull();
});

test("it is trimmed after a part in the middle of a segment", () => {
  expect([0, 1, 2, 3, 4, 5].map((part) => trimTo({ ...full, part }))).toEqual([
    null,
    null,
    100 + GATHER - KEEP,
    100 + GATHER - KEEP,
    100 + GATHER - KEEP,
    null,
  ]);
});

test("the first part of a segment never triggers it, however overdue it is", () => {
  expect(trimTo({ ...full, now: 100 + 10 * OVERDUE, part: 0 })).toBeNull();
});

test("once overdue any other part will do", () => {
  const now = 100 + OVERDUE;
  expect(trimTo({ ...full, now, part: 1 })).toBe(now - KEEP);
  expect(trimTo({ ...full, now, part: 5 })).toBe(now - KEEP);
});

test("a segment of few parts has its moment too", () => {
  expect(trimTo({ ...full, parts: 3, part: 1 })).not.toBeNull();
  expect(trimTo({ ...full, parts: 2, part: 1 })).not.toBeNull();
});

test("segments without parts have no bad moment", () => {
  expect(trimTo({ ...full, part: null, parts: null })).toBe(100 + GATHER - KEEP);
});
