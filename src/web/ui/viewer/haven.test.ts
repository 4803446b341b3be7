import { afterEach, expect, test, vi } from "vitest";

import { cloudUrl, Haven } from "./haven";

const url = "https://live.example.org/live/stream.m3u8";

afterEach(() => vi.unstubAllGlobals());

test("the cloud's entrance is an address of its own", () => {
  expect(cloudUrl({ online: true, cloud: { url } })).toBe(url);
  for (const status of [null, 7, {}, { cloud: null }, { cloud: {} }, { cloud: { url: "live/stream.m3u8" } }]) {
    expect(cloudUrl(status)).toBeNull();
  }
  expect(cloudUrl({ cloud: { url: "javascript:alert(1)" } })).toBeNull();
});

test("a box that no longer answers has said it before", async () => {
  const haven = new Haven();
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ cloud: { url } })));
  await haven.ask();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  await haven.ask();
  expect(haven.url.value).toBe(url);
});

test("a box that has no cloud any more says so too", async () => {
  const haven = new Haven();
  haven.url.value = url;
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ cloud: null })));
  await haven.ask();
  expect(haven.url.value).toBeNull();
});
