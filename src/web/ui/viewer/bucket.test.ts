import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { LiveState } from "../shared/live-message";
import { BucketFeed, CLOUD_DELAY } from "./bucket";
import type { Link } from "./feed";

const ENTRANCE = "https://live.example.org/live/stream.m3u8";
const MULTIVARIANT = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nx7k2/3-0/stream.m3u8\n";
const MEDIA = "#EXTM3U\n#EXTINF:4.0,\n7.m4s\n";
const ENDED = `${MEDIA}#EXT-X-ENDLIST\n`;

/** What a bucket holds, and what a page there has heard. */
function visit(objects: Record<string, string>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    const body = objects[url];
    return body === undefined ? new Response("", { status: 404 }) : new Response(body);
  });
  const states: LiveState[] = [];
  const links: Link[] = [];
  const host = { state: (state: LiveState) => states.push(state), link: (link: Link) => links.push(link), refused: () => undefined };
  return { feed: new BucketFeed(ENTRANCE, "Evensong", host), asked, states, links };
}

const playlist = "https://live.example.org/live/x7k2/3-0/stream.m3u8";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what is on plays by the entrance, and nothing but the bucket is asked", async () => {
  const { feed, asked, states, links } = visit({ [ENTRANCE]: MULTIVARIANT, [playlist]: MEDIA });
  await vi.advanceTimersByTimeAsync(0);
  expect(states).toMatchObject([{ state: "live", playlist: ENTRANCE, title: "Evensong", latency: CLOUD_DELAY }]);
  expect(links).toEqual(["open"]);
  expect(asked).toEqual([ENTRANCE, playlist]);
  feed.close();
});

test("an empty bucket waits, and begins by itself", async () => {
  const objects: Record<string, string> = {};
  const { feed, states } = visit(objects);
  await vi.advanceTimersByTimeAsync(0);
  Object.assign(objects, { [ENTRANCE]: MULTIVARIANT, [playlist]: MEDIA });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(states.map(({ state }) => state)).toEqual(["waiting", "live"]);
  feed.close();
});

test("while it plays the bucket is seldom asked, and at once when it stops", async () => {
  const objects = { [ENTRANCE]: MULTIVARIANT, [playlist]: MEDIA };
  const { feed, asked, states } = visit(objects);
  await vi.advanceTimersByTimeAsync(0);
  feed.report(true);
  await vi.advanceTimersByTimeAsync(65_000);
  expect(asked).toHaveLength(2 * 3);
  objects[playlist] = ENDED;
  feed.report(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(states.at(-1)?.state).toBe("ended");
  feed.close();
});

test("a bucket that does not answer is a lost link, until it does", async () => {
  const { feed, links } = visit({});
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  feed.retry();
  await vi.advanceTimersByTimeAsync(0);
  expect(links.at(-1)).toBe("lost");
  vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(links.at(-1)).toBe("open");
  feed.close();
});
