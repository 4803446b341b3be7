import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { LiveState } from "../shared/live-message";
import { RecordingFeed } from "./recording";

const LIST = { recordings: [{ event: 3, title: "Evensong", began: 0, duration: 60 }] };

/** A page of recording 3, whose playlist is answered so. */
function visit(answer: () => Response) {
  vi.stubGlobal("fetch", async (url: string) =>
    url === "/recordings.json" ? new Response(JSON.stringify(LIST)) : answer(),
  );
  const heard: string[] = [];
  const states: LiveState[] = [];
  const feed = new RecordingFeed(3, {
    state: (state) => states.push(state),
    link: (link) => heard.push(link),
    refused: () => heard.push("refused"),
    missing: () => heard.push("missing"),
  });
  return { feed, heard, states };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a recording that is there plays under its title", async () => {
  const { feed, heard, states } = visit(() => new Response("#EXTM3U"));
  await vi.advanceTimersByTimeAsync(0);
  expect(states).toMatchObject([{ state: "live", playlist: "/recordings/3/stream.m3u8", title: "Evensong" }]);
  expect(heard).toEqual(["open"]);
  feed.close();
});

test("one that is not there is not asked for again", async () => {
  const { heard, states } = visit(() => new Response("", { status: 404 }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard).toEqual(["open", "missing"]);
  expect(states).toEqual([]);
});

test("a password opens it", async () => {
  let status = 401;
  const { feed, heard, states } = visit(() => new Response("#EXTM3U", { status }));
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(["refused"]);
  status = 200;
  feed.retry();
  await vi.advanceTimersByTimeAsync(0);
  expect(states).toHaveLength(1);
  feed.close();
});

test("a box that is gone is called until it answers", async () => {
  let gone = true;
  const { feed, heard } = visit(() => {
    if (gone) throw new TypeError("no network");
    return new Response("#EXTM3U");
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(["lost"]);
  gone = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(heard).toEqual(["lost", "open"]);
  feed.close();
});
