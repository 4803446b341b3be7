import { expect, test } from "vitest";

import { exampleHistory, exampleState, NOON } from "./example";
import { append, LONGEST, summarise } from "./history";

test("a state is appended when its step has come", () => {
  const history = append(exampleHistory(10), exampleState());
  expect(history.viewers).toHaveLength(11);
  expect(history.viewers.at(-1)).toBe(412);
  expect(history.bitRate.at(-1)).toBe(6_000_000);
  expect(history.from).toBe(exampleHistory(10).from);
});

test("states within a step change nothing", () => {
  const history = append(exampleHistory(10), exampleState());
  for (const later of [1_000, 2_000, 4_999]) {
    expect(append(history, exampleState({ now: NOON + later }))).toBe(history);
  }
  expect(append(history, exampleState({ now: NOON + 5_000 })).viewers).toHaveLength(12);
});

test("without an encoder the bit rate is not known, and not zero", () => {
  expect(append(exampleHistory(3), exampleState({ input: null })).bitRate.at(-1)).toBeNull();
});

test("what was missed is a gap", () => {
  const history = append(exampleHistory(10), exampleState({ now: NOON + 3 * 5_000 }));
  expect(history.viewers.slice(-4)).toEqual([null, null, null, 412]);
});

test("more than an hour is forgotten from its old end", () => {
  const full = exampleHistory(LONGEST);
  const history = append(full, exampleState());
  expect(history.viewers).toHaveLength(LONGEST);
  expect(history.viewers[0]).toBe(1);
  expect(history.from).toBe(full.from + 5_000);
});

test("after a long absence nothing but the new value is known", () => {
  const later = NOON + 5 * 3_600_000;
  const history = append(exampleHistory(LONGEST), exampleState({ now: later }));
  expect(history.viewers).toHaveLength(LONGEST);
  expect(history.viewers.filter((value) => value !== null)).toEqual([412]);
  expect(history.from + (LONGEST - 1) * 5_000).toBe(later);
});

test("a clock that went back appends nothing", () => {
  const history = exampleHistory(10);
  expect(append(history, exampleState({ now: NOON - 30_000 }))).toBe(history);
});

test("a summary tells the lowest, the highest and the last", () => {
  expect(summarise([3, null, 1, 2])).toEqual({ lowest: 1, highest: 3, last: 2 });
  expect(summarise([3, null])).toEqual({ lowest: 3, highest: 3, last: null });
  expect(summarise([null, null])).toBeNull();
});
