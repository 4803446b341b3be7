import { expect, test } from "vitest";

import { wifiCode } from "./wifi";

test("a network with a password is written as phones read it", () => {
  expect(wifiCode("Main Hall", "music")).toBe("WIFI:T:WPA;S:Main Hall;P:music;;");
});

test("the format's own signs are escaped", () => {
  expect(wifiCode('a;b,c:d"e\\f', "p;w")).toBe('WIFI:T:WPA;S:a\\;b\\,c\\:d\\"e\\\\f;P:p\\;w;;');
});

test("an open network has no password", () => {
  expect(wifiCode("Foyer", "")).toBe("WIFI:T:nopass;S:Foyer;;");
});
