import { expect, test } from "vitest";

import { bytes, bytesOf, dollars, duration, hoursLeft, lateness, onAirClock, plain, rate, rateIn, rateOf, roundUp } from "./units";

test("a rate is told in the unit that keeps it short", () => {
  expect(rate(0)).toEqual({ value: "0.0", unit: "Mbit/s" });
  expect(rate(160_000)).toEqual({ value: "160", unit: "kbit/s" });
  expect(rate(6_040_000)).toEqual({ value: "6.0", unit: "Mbit/s" });
  expect(rate(596_000_000)).toEqual({ value: "596", unit: "Mbit/s" });
  expect(rate(1_200_000_000)).toEqual({ value: "1.20", unit: "Gbit/s" });
});

test("a rate never reads as a thousand of the smaller unit", () => {
  expect(rate(999_900).unit).toBe("Mbit/s");
  expect(rate(999_900_000).unit).toBe("Gbit/s");
});

test("a part and its whole have one unit", () => {
  expect(rateOf(596_000_000, 700_000_000)).toBe("596 of 700 Mbit/s");
  expect(rateOf(4_000_000, 10_000_000)).toBe("4.0 of 10 Mbit/s");
  expect(rateOf(1_750_000_000, 7_000_000_000)).toBe("1.75 of 7.00 Gbit/s");
  expect(rateIn("Mbit/s", 850_000)).toBe("0.8");
});

test("memory is told in gigabytes", () => {
  expect(bytesOf(400_000_000, 8_000_000_000)).toBe("0.4 of 8 GB");
  expect(bytes(850_000_000)).toBe("850 MB");
  expect(bytes(212_000_000_000)).toBe("212 GB");
  expect(bytes(2_000_000_000_000)).toBe("2.0 TB");
});

test("a duration is told as coarsely as it matters", () => {
  expect(duration(-5)).toBe("0 seconds");
  expect(duration(1)).toBe("1 second");
  expect(duration(17 * 60)).toBe("17 minutes");
  expect(duration(3 * 3600 + 12 * 60)).toBe("3 h 12 min");
  expect(duration(26 * 3600)).toBe("1 day 2 h");
});

test("what is left of the storage is told in hours, then in days", () => {
  expect(hoursLeft(0.4)).toBe("less than 1 hour");
  expect(hoursLeft(38.9)).toBe("38 hours");
  expect(hoursLeft(200)).toBe("8 days");
});

test("what costs less than a cent is not free", () => {
  expect(dollars(0)).toBe("$0.00");
  expect(dollars(0.0004)).toBe("less than $0.01");
  expect(dollars(0.42)).toBe("$0.42");
  expect(dollars(12.3)).toBe("$12.30");
});

test("a short delay has its tenths, a long one none", () => {
  expect(lateness(4.62)).toBe("4.6 s");
  expect(lateness(-0.2)).toBe("0.0 s");
  expect(lateness(59.99)).toBe("59 seconds");
  expect(lateness(185)).toBe("3 minutes");
});

test("the time on air always has its hours", () => {
  expect(onAirClock(7)).toBe("0:00:07");
  expect(onAirClock(2832)).toBe("0:47:12");
  expect(onAirClock(-1)).toBe("0:00:00");
});

test("a whole number needs no point", () => {
  expect(plain(60)).toBe("60");
  expect(plain(59.94, 2)).toBe("59.94");
});

test("a graph ends at a round number not below its values", () => {
  expect(roundUp(0)).toBe(1);
  expect(roundUp(413)).toBe(500);
  expect(roundUp(6_100_000)).toBe(8_000_000);
  expect(roundUp(1000)).toBe(1000);
});
