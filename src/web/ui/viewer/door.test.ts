import { afterEach, expect, test, vi } from "vitest";

import { strings } from "../shared/strings";
import { Door } from "./door";

afterEach(() => vi.unstubAllGlobals());

function box(status: number, body: object | null): void {
  const text = body === null ? null : JSON.stringify(body);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(text, { status })));
}

test("it asks only where a password is wanted and this browser has not given it", async () => {
  const door = new Door(() => undefined);
  box(200, { password: true, open: true });
  await door.look();
  expect(door.asks.value).toBe(false);
  box(200, { password: true, open: false });
  await door.look();
  expect(door.asks.value).toBe(true);
  door.opened();
  expect(door.asks.value).toBe(false);
});

test("a box of another kind, or none at all, asks for nothing", async () => {
  const door = new Door(() => undefined);
  box(404, {});
  await door.look();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  await door.look();
  expect(door.asks.value).toBe(false);
});

test("the right password opens, and no longer", async () => {
  const welcome = vi.fn();
  const door = new Door(welcome);
  box(401, {});
  await door.give("wrong");
  expect(welcome).not.toHaveBeenCalled();
  expect(door.error.value).toBe(strings.door.wrong);
  box(204, null);
  await door.give("right");
  expect(welcome).toHaveBeenCalledOnce();
  expect(door.error.value).toBeNull();
  expect(door.busy.value).toBe(false);
});

test("too many tries are told with the wait", async () => {
  const door = new Door(() => undefined);
  box(429, { error: "Too many.", retryAfter: 6.2 });
  await door.give("again");
  expect(door.error.value).toContain("7 s");
});
