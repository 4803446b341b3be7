import { expect, test } from "vitest";

import { Settled } from "./settled";

test("a value is shown once it has lasted", () => {
  const settled = new Settled("live", 1_500);
  expect(settled.follow("holding", 10_000)).toBe("live");
  expect(settled.follow("holding", 11_499)).toBe("live");
  expect(settled.follow("holding", 11_500)).toBe("holding");
});

test("what comes and goes quickly is never shown", () => {
  const settled = new Settled("live", 1_500);
  settled.follow("holding", 10_000);
  expect(settled.follow("live", 11_000)).toBe("live");
  expect(settled.follow("live", 20_000)).toBe("live");
});
