import { expect, test } from "vitest";

import { parseLiveState } from "./live-message";

test("a state message is read", () => {
  const text =
    '{"type":"state","state":"holding","event":"7","playlist":"/hls/stream.m3u8","secondsLeft":123,' +
    '"viewers":12,"title":"Live","welcome":"Hello"}';
  expect(parseLiveState(text)).toEqual({
    state: "holding",
    event: "7",
    playlist: "/hls/stream.m3u8",
    secondsLeft: 123,
    viewers: 12,
    title: "Live",
    welcome: "Hello",
  });
});

test("messages of kinds to come are passed over", () => {
  expect(parseLiveState('{"type":"announcement","msn":7}')).toBeNull();
  expect(parseLiveState('{"type":"state","state":"rehearsing"}')).toBeNull();
});

test("what is no message is passed over", () => {
  for (const text of ["", "null", "7", "[]", "{", '"state"']) expect(parseLiveState(text)).toBeNull();
});

test("missing fields mean nothing rather than nonsense", () => {
  const state = parseLiveState('{"type":"state","state":"waiting","viewers":"many","secondsLeft":null}');
  expect(state).toMatchObject({ event: null, playlist: null, secondsLeft: null, viewers: 0, title: "" });
});
