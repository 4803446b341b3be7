import { expect, test } from "vitest";

import { parsePast } from "./past";

const evensong = { event: 3, title: "Evensong", began: 1_793_736_000_000, duration: 3_600.5 };

test("recordings are taken as they come, without what this page doesn't know", () => {
  const answer = { recordings: [{ ...evensong, url: "recordings/3/stream.m3u8", size: 7 }] };
  expect(parsePast(answer)).toEqual([evensong]);
});

test("what is no recording is passed over", () => {
  const recordings = [null, 7, {}, { ...evensong, event: "3" }, { ...evensong, duration: null }, evensong];
  expect(parsePast({ recordings })).toEqual([evensong]);
});

test("a title may be missing", () => {
  expect(parsePast({ recordings: [{ ...evensong, title: null }] })).toEqual([{ ...evensong, title: "" }]);
});

test("an answer that is no list has none", () => {
  for (const answer of [null, 7, "", {}, { recordings: null }, []]) expect(parsePast(answer)).toEqual([]);
});
