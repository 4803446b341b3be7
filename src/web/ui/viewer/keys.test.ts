import { expect, test } from "vitest";

import { command } from "./keys";

const press = (key: string) => command({ key, modified: false, focus: "other" });

test("space, m, f, l and the arrows work", () => {
  expect(press(" ")).toEqual({ do: "togglePlay" });
  expect(press("m")).toEqual({ do: "toggleMute" });
  expect(press("F")).toEqual({ do: "toggleFullScreen" });
  expect(press("l")).toEqual({ do: "goLive" });
  expect(press("ArrowUp")).toEqual({ do: "volume", by: 0.1 });
  expect(press("ArrowLeft")).toEqual({ do: "step", by: -10 });
});

test("the browser's own shortcuts are left to it", () => {
  expect(command({ key: "f", modified: true, focus: "other" })).toBeNull();
  expect(press("Tab")).toBeNull();
});

test("space presses the button that has the focus", () => {
  expect(command({ key: " ", modified: false, focus: "button" })).toBeNull();
  expect(command({ key: "m", modified: false, focus: "button" })).toEqual({ do: "toggleMute" });
});

test("the arrows move the slider that has the focus, and nothing else does", () => {
  expect(command({ key: "ArrowUp", modified: false, focus: "slider" })).toBeNull();
  expect(command({ key: "l", modified: false, focus: "slider" })).toEqual({ do: "goLive" });
  expect(command({ key: " ", modified: false, focus: "slider" })).toEqual({ do: "togglePlay" });
});

test("a field that is typed into keeps its keys", () => {
  expect(command({ key: "ArrowUp", modified: false, focus: "field" })).toBeNull();
  expect(command({ key: " ", modified: false, focus: "field" })).toBeNull();
});
