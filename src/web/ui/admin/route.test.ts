import { expect, test } from "vitest";

import { pathOf, screenAt } from "./route";

test("each screen has its path", () => {
  for (const screen of ["live", "recordings", "page", "poster", "keys", "network", "settings", "setup"] as const) {
    expect(screenAt(pathOf(screen))).toBe(screen);
  }
});

test("a slash at the end changes nothing", () => {
  expect(screenAt("/admin/")).toBe("live");
  expect(screenAt("/admin/keys/")).toBe("keys");
});

test("a path that means nothing is the dashboard", () => {
  expect(screenAt("/admin/nothing/here")).toBe("live");
});
