import { expect, test } from "vitest";

import { parseLiveState } from "./live-message";

test("a state message is read", () => {
  const text =
    '{"type":"state","state":"holding","event":"7","playlist":"/hls/stream.m3u8","secondsLeft":123,' +
    '"viewers":12,"title":"Live","welcome":"Hello",' +
    '"offline":"Doors 19:00","accent":"#1f5eff","poster":"/poster.jpg?3","latency":4}';
  expect(parseLiveState(text)).toEqual({
    state: "holding",
    event: "7",
    playlist: "/hls/stream.m3u8",
    secondsLeft: 123,
    viewers: 12,
    title: "Live",
    welcome: "Hello",
    offline: "Doors 19:00",
    accent: "#1f5eff",
    poster: "/poster.jpg?3",
    latency: 4,
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

test("a colour that is none and a picture from elsewhere are passed over", () => {
  const read = (fields: object) => parseLiveState(JSON.stringify({ type: "state", state: "waiting", ...fields }));
  expect(read({ accent: "red; background: url(x)" })?.accent).toBeNull();
  expect(read({ poster: "//elsewhere.example/a.jpg" })?.poster).toBeNull();
  expect(read({ poster: "https://elsewhere.example/a.jpg" })?.poster).toBeNull();
});
