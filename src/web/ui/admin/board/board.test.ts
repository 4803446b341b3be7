import { expect, test } from "vitest";

import { type Board, EMPTY_BOARD, hear, lose, MOST_ENTRIES, older, parseLiveMessage } from "./board";
import { exampleEntry, exampleHistory, exampleSharing, exampleState, NOON } from "./example";

const entries = (from: number, to: number) => {
  const list = [];
  for (let id = from; id >= to; id -= 1) list.push(exampleEntry(id));
  return list;
};
const hello = (journal = entries(3, 1)) =>
  ({ type: "hello", now: NOON, state: exampleState(), history: exampleHistory(5), journal }) as const;
const ids = (board: Board) => board.journal.map(({ id }) => id);

test("the first message fills the board", () => {
  const board = hear(EMPTY_BOARD, hello());
  expect(board.state?.lamp).toBe("on-air");
  expect(board.history?.viewers.at(-1)).toBe(412);
  expect(ids(board)).toEqual([3, 2, 1]);
  expect(board.olderEntries).toBe(false);
});

test("a state replaces the one before and goes into the history", () => {
  const before = hear(EMPTY_BOARD, hello());
  const board = hear(before, { type: "state", state: exampleState({ now: NOON + 5_000, lamp: "holding" }) });
  expect(board.state?.lamp).toBe("holding");
  expect(board.history?.viewers).toHaveLength((before.history?.viewers.length ?? 0) + 1);
});

test("sharing is as the last state has it", () => {
  let board = hear(EMPTY_BOARD, hello());
  expect(board.state?.sharing.connected).toBe(9);
  const sharing = exampleSharing({ switch: "off", torrents: 0, connected: 0 });
  board = hear(board, { type: "state", state: exampleState({ now: NOON + 1_000, sharing }) });
  expect(board.state?.sharing).toEqual(sharing);
});

test("news of the journal stand on top, each once", () => {
  let board = hear(EMPTY_BOARD, hello());
  board = hear(board, { type: "journal", entry: exampleEntry(4) });
  board = hear(board, { type: "journal", entry: exampleEntry(4) });
  expect(ids(board)).toEqual([4, 3, 2, 1]);
});

test("older entries are put below", () => {
  let board = hear(EMPTY_BOARD, hello(entries(60, 41)));
  expect(board.olderEntries).toBe(true);
  board = older(board, { entries: entries(40, 31), more: true });
  expect(ids(board)).toEqual(entries(60, 31).map(({ id }) => id));
  expect(older(board, { entries: [], more: false }).olderEntries).toBe(false);
});

test("after an absence that left a gap the journal begins anew", () => {
  const board = hear(hear(EMPTY_BOARD, hello()), hello(entries(60, 41)));
  expect(ids(board)).toEqual(entries(60, 41).map(({ id }) => id));
  expect(board.olderEntries).toBe(true);
});

test("after a restart of the box, which counts anew, the journal begins anew", () => {
  const restarted = entries(2, 1).map((entry) => ({ ...entry, at: entry.at + 60_000 }));
  const board = hear(hear(EMPTY_BOARD, hello()), hello(restarted));
  expect(board.journal).toEqual(restarted);
});

test("after a short absence the journal goes on", () => {
  const board = hear(hear(EMPTY_BOARD, hello()), hello(entries(5, 2)));
  expect(ids(board)).toEqual([5, 4, 3, 2, 1]);
});

test("the journal has an end", () => {
  const board = older(hear(EMPTY_BOARD, hello()), { entries: entries(MOST_ENTRIES + 100, 1), more: false });
  expect(board.journal).toHaveLength(MOST_ENTRIES);
  expect(board.journal[0]?.id).toBe(MOST_ENTRIES + 100);
});

test("a lost connection is dated by its first moment, until the box speaks again", () => {
  let board = hear(EMPTY_BOARD, hello());
  board = lose(lose(board, 1_000), 2_000);
  expect(board.lostSince).toBe(1_000);
  expect(board.state).not.toBeNull();
  expect(hear(board, hello()).lostSince).toBeNull();
});

test("a first connection that fails is a lost one too", () => {
  expect(lose(EMPTY_BOARD, 1_000)).toMatchObject({ state: null, lostSince: 1_000 });
});

test("messages of kinds to come and what is no message are passed over", () => {
  for (const text of ["", "null", "7", "{", '{"type":"weather"}', '{"type":"state"}', '{"type":"hello","state":{}}']) {
    expect(parseLiveMessage(text)).toBeNull();
  }
  expect(parseLiveMessage('{"type":"settings"}')).toEqual({ type: "settings" });
});
