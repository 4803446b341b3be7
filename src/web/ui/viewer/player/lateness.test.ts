import { expect, test } from "vitest";

import { JUMP_EVERY, Lateness, LIVE_AGAIN, TOO_LATE } from "./lateness";

const late = TOO_LATE + 0.1;

test("a little late is left to hls.js, too late is mended at once", () => {
  const lateness = new Lateness();
  expect(lateness.shouldJump(0, TOO_LATE)).toBe(false);
  expect(lateness.shouldJump(250, late)).toBe(true);
});

test("a network that can't keep up is not jumped about", () => {
  const lateness = new Lateness();
  lateness.shouldJump(0, late);
  expect(lateness.shouldJump(JUMP_EVERY - 1, late)).toBe(false);
  expect(lateness.shouldJump(JUMP_EVERY, late)).toBe(true);
});

test("who paused or went back stays there", () => {
  const lateness = new Lateness();
  lateness.choose();
  // Right after a short pause the distance is still small, and grows with the pause alone.
  expect(lateness.shouldJump(0, LIVE_AGAIN + 0.1)).toBe(false);
  expect(lateness.shouldJump(60_000, 60)).toBe(false);
});

test("who is live again is kept live", () => {
  const lateness = new Lateness();
  lateness.choose();
  lateness.shouldJump(0, LIVE_AGAIN - 0.1);
  expect(lateness.shouldJump(250, late)).toBe(true);
});

test("who asks for live is kept live", () => {
  const lateness = new Lateness();
  lateness.choose();
  lateness.forget();
  expect(lateness.shouldJump(0, late)).toBe(true);
});
