import { expect, test } from "vitest";

import { contrast, inkOn } from "./accent";

test("contrast runs from one to twenty-one", () => {
  expect(contrast("#336699", "#336699")).toBe(1);
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#ffffff", "#000000")).toBeCloseTo(21);
});

test("words on a colour are the ones that are read better", () => {
  expect(inkOn("#1f5eff")).toBe("#ffffff");
  expect(inkOn("#f5b74a")).toBe("#08152e");
});
