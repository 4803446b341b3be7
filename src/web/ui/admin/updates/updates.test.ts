import { expect, test } from "vitest";

import { isBusy, outlook, type Progress, type Slots } from "./updates";

const SLOTS: Slots = {
  board: "x86_64",
  version: "1.2.3",
  slot: "A",
  good: true,
  other: { slot: "B", version: "1.2.2", good: true },
};

const of = (progress: Progress, slots: Partial<Slots> = {}) => outlook({ ...SLOTS, ...slots }, progress);

test("a box with two good systems and no request has nothing to say", () => {
  expect(of({ state: "idle" })).toBe(null);
  expect(of({ state: "idle" }, { other: null })).toBe(null);
  expect(of({ state: "idle" }, { other: { slot: "B", version: null, good: false } })).toBe(null);
});

test("each refusal says what to do, and the board by its name", () => {
  const refused = (reason: "signature" | "board" | "on-air" | "other") =>
    of({ state: "refused", reason, message: "No space left on device" });
  expect(refused("signature")).toMatchObject({ tone: "bad", more: expect.stringContaining("again from where") });
  expect(refused("board")?.more).toContain("x86_64");
  expect(refused("on-air")?.more).toContain("when it is over");
  expect(refused("other")?.more).toBe("No space left on device");
});

test("a system on trial and one that was left are told apart", () => {
  expect(of({ state: "idle" }, { good: false })?.tone).toBe("wait");
  const left = of({ state: "idle" }, { other: { slot: "B", version: "1.3.0", good: false } });
  expect(left).toMatchObject({ tone: "warn", title: expect.stringContaining("1.3.0") });
});

test("the box is asked again while something goes on", () => {
  expect(isBusy({ state: "installing", percent: 3 }) && isBusy({ state: "asked" })).toBe(true);
  expect(isBusy({ state: "installed", version: null }) || isBusy({ state: "idle" })).toBe(false);
  expect(of({ state: "installed", version: null })?.title).not.toContain("null");
});
