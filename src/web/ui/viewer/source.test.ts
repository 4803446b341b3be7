import { expect, test } from "vitest";

import { sourceOf } from "./source";

test("by itself the page shows what the box has on air", () => {
  expect(sourceOf("", null)).toEqual({ from: "box" });
  expect(sourceOf("?utm=poster", null)).toEqual({ from: "box" });
});

test("a recording is asked for by its number", () => {
  expect(sourceOf("?recording=3", null)).toEqual({ from: "recording", event: 3 });
});

test("what is no number is no recording", () => {
  for (const search of ["?recording=", "?recording=../x", "?recording=-1", "?recording=1e3"]) {
    expect(sourceOf(search, null)).toEqual({ from: "box" });
  }
});

test("in a bucket there is no box to ask for anything", () => {
  const bucket = { from: "bucket", entrance: "live/stream.m3u8" };
  expect(sourceOf("", "live/stream.m3u8")).toEqual(bucket);
  expect(sourceOf("?recording=3", "live/stream.m3u8")).toEqual(bucket);
});
