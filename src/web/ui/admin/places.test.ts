import { expect, test } from "vitest";

import type { Recording } from "./api";
import { isWhole, places } from "./places";

const recording = (over: Partial<Recording> = {}): Recording => ({
  event: 3,
  title: "Evensong",
  began: 0,
  ended: 3_600_000,
  kept: true,
  duration: 3_600,
  size: 2_700_000_000,
  cloud: "none",
  torrent: null,
  ...over,
});

test("a recording without a cloud is here", () => {
  expect(places(recording())).toEqual(["here"]);
});

test("a copy in the cloud is there or on its way", () => {
  expect(places(recording({ cloud: "there" }))).toEqual(["here", "cloud"]);
  expect(places(recording({ cloud: "waiting" }))).toEqual(["here", "way"]);
});

test("what was not recorded lies in the cloud alone", () => {
  expect(places(recording({ kept: false, cloud: "there" }))).toEqual(["cloud"]);
});

test("what is on air says so, and is no whole yet", () => {
  const running = recording({ ended: null, cloud: "waiting" });
  expect(places(running)).toEqual(["air", "here", "way"]);
  expect(isWhole(running)).toBe(false);
});

test("only what this box keeps can be played from it", () => {
  expect(isWhole(recording())).toBe(true);
  expect(isWhole(recording({ kept: false, cloud: "there" }))).toBe(false);
});
