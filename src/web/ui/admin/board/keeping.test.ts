import { expect, test } from "vitest";

import { exampleArchive, exampleState } from "./example";
import { isKeeping } from "./keeping";

const idle = exampleArchive({ recording: false, rewind: false, since: null, written: 0 });

test("a box that keeps nothing has no card", () => {
  expect(isKeeping(exampleState({ archive: idle }))).toBe(false);
  expect(isKeeping(exampleState({ archive: null }))).toBe(false);
  const { archive: _, ...older } = exampleState();
  expect(isKeeping(older)).toBe(false);
});

test("recording, rewind, what was written and a warning each have one", () => {
  for (const over of [{ recording: true }, { rewind: true }, { written: 1 }, { warning: "The disk is nearly full." }]) {
    expect(isKeeping(exampleState({ archive: { ...idle, ...over } }))).toBe(true);
  }
});
