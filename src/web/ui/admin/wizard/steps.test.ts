import { expect, test } from "vitest";

import { after, before, numberOf, STEP_COUNT, STEPS, stepOf } from "./steps";

test("the way leads through every step once and to the end", () => {
  let step = stepOf(null);
  const seen = [];
  while (step !== "done") {
    seen.push(step);
    step = after(step);
  }
  expect(seen).toEqual([...STEPS]);
});

test("back leads where one came from", () => {
  for (const step of STEPS) expect(before(after(step))).toBe(step);
  expect(before(STEPS[0])).toBeNull();
});

test("the password counts as the first of nine", () => {
  expect(STEP_COUNT).toBe(9);
  expect(numberOf(stepOf(null))).toBe(2);
  expect(numberOf("obs")).toBe(5);
  expect(numberOf("done")).toBe(9);
});

test("a place that this page doesn't know is the beginning", () => {
  expect(stepOf("restore")).toBe(STEPS[0]);
  expect(stepOf("done")).toBe("done");
});
