import { expect, test } from "vitest";

import { Backoff } from "./backoff";

const options = { first: 500, longest: 5_000 };

test("waits double from the first to the longest", () => {
  const backoff = new Backoff(options, () => 1);
  const waits = Array.from({ length: 6 }, () => backoff.next());
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});

test("chance spreads a wait over its upper half, never below the first", () => {
  const backoff = new Backoff(options, () => 0);
  const waits = Array.from({ length: 6 }, () => backoff.next());
  expect(waits).toEqual([500, 500, 1_000, 2_000, 2_500, 2_500]);
});

test("after a success it begins anew", () => {
  const backoff = new Backoff(options, () => 1);
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(500);
});
