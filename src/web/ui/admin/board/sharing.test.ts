import { expect, test } from "vitest";

import type { Way, WayStep } from "../api";
import { exampleSharing, exampleState } from "./example";
import { isAboutSharing, passings } from "./sharing";

const nobody = { torrents: 0, swarms: 0, pages: 0, programs: 0, connected: 0 };

test("the card is there on air, and as long as something is seeded or somebody shares", () => {
  const about = (lamp: "on-air" | "holding" | "standby", over: object) =>
    isAboutSharing(exampleState({ lamp, sharing: exampleSharing({ ...nobody, ...over }) }));
  expect(about("standby", {})).toBe(false);
  expect(about("standby", { switch: "off" })).toBe(false);
  for (const lamp of ["on-air", "holding"] as const) expect(about(lamp, {})).toBe(true);
  for (const some of [{ torrents: 1 }, { pages: 1 }, { programs: 1 }, { connected: 1 }]) {
    expect(about("standby", some)).toBe(true);
  }
});

test("where devices stop is marked, and what lies behind waits", () => {
  const ids: WayStep[] = ["reached", "address", "introduced", "opened", "sent"];
  const after = (count: number): Way => ({ text: "", steps: ids.map((id, index) => ({ id, passed: index < count })) });
  const marks = (count: number) => passings(after(count)).map(({ passing }) => passing);
  expect(marks(3)).toEqual(["passed", "passed", "passed", "stops", "waits"]);
  expect(marks(1)).toEqual(["passed", "stops", "waits", "waits", "waits"]);
  // Nobody has begun, or somebody was there and wanted nothing: that is no fault.
  expect(marks(0)).toEqual(["waits", "waits", "waits", "waits", "waits"]);
  expect(marks(4)).toEqual(["passed", "passed", "passed", "passed", "waits"]);
});
