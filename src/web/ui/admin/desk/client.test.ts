import { afterEach, expect, test, vi } from "vitest";

import { strings } from "../strings";
import { ask, Refusal, send } from "./client";

afterEach(() => vi.unstubAllGlobals());

function box(status: number, text: string | null) {
  const fetch = vi.fn((_path: string, _request: RequestInit) => Promise.resolve(new Response(text, { status })));
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

async function refusal(asked: Promise<unknown>): Promise<Refusal> {
  const error = await asked.then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error as Refusal;
}

test("what changes something is sent as JSON", async () => {
  const fetch = box(204, null);
  await ask("POST", "keys", { name: "Main" });
  await ask("DELETE", "keys/1");
  const [[path, post] = [], [, remove] = []] = fetch.mock.calls;
  expect(path).toBe("/api/admin/keys");
  expect(post).toMatchObject({ method: "POST", body: '{"name":"Main"}' });
  for (const request of [post, remove]) expect(request?.headers).toEqual({ "content-type": "application/json" });
});

test("a file is sent as it is", async () => {
  const fetch = box(204, null);
  await send("poster-picture", new Blob(["x"], { type: "image/png" }));
  expect(fetch.mock.calls[0]?.[1].headers).toEqual({ "content-type": "image/png" });
});

test("a refusal carries the box's sentence, its field and its wait", async () => {
  box(422, '{"error":"Too long.","field":"name"}');
  expect(await refusal(ask("PUT", "settings/box", {}))).toMatchObject({ status: 422, message: "Too long.", field: "name" });
  box(429, '{"error":"Slowly.","retryAfter":12}');
  expect(await refusal(ask("POST", "login", {}))).toMatchObject({ status: 429, retryAfter: 12, field: null });
});

test("an answer that is none of ours still has a sentence", async () => {
  box(502, "<html>");
  expect(await refusal(ask("GET", "settings"))).toMatchObject({ status: 502, message: strings.failed });
});

test("a box that is not reached is said to be so", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  expect(await refusal(ask("GET", "session"))).toMatchObject({ status: 0, message: strings.unreachable });
});
