import { expect, test } from "vitest";

import { clock, tenths } from "./format";

test("a clock has minutes and two digits of seconds", () => {
  expect(clock(0)).toBe("0:00");
  expect(clock(7.9)).toBe("0:07");
  expect(clock(105)).toBe("1:45");
});

test("hours appear only when there are some", () => {
  expect(clock(3599)).toBe("59:59");
  expect(clock(3723)).toBe("1:02:03");
});

test("a clock never runs below zero", () => {
  expect(clock(-3)).toBe("0:00");
});

test("a delay is told in tenths, and not at all when it is not known", () => {
  expect(tenths(1.9449)).toBe(1.9);
  expect(tenths(0)).toBeNull();
  expect(tenths(null)).toBeNull();
  expect(tenths(Number.NaN)).toBeNull();
  expect(tenths(Number.POSITIVE_INFINITY)).toBeNull();
});
