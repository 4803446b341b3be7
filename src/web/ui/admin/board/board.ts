/** What is known of the running box, message by message. Pure; nothing here knows of sockets. */
import type { BoxState, Entry, History, JournalPage, LiveMessage } from "../api";
import { append } from "./history";

export interface Board {
  /** The last state heard; with `lostSince` it is an old one. */
  state: BoxState | null;
  history: History | null;
  /** Newest first. */
  journal: Entry[];
  /** Whether the box may have older entries. */
  olderEntries: boolean;
  /** When the connection was lost or failed first, by this browser's clock; `null` while it stands or is made. */
  lostSince: number | null;
}

export const EMPTY_BOARD: Board = {
  state: null,
  history: null,
  journal: [],
  olderEntries: false,
  lostSince: null,
};

/** With so many at once there may be more. */
const ENTRIES_AT_FIRST = 20;
/** More are not kept. Threat: a page that stands open for weeks. */
export const MOST_ENTRIES = 1_000;

export function hear(board: Board, message: LiveMessage): Board {
  switch (message.type) {
    case "hello": {
      const { state, history, journal } = message;
      const goesOn = continues(board.journal, journal);
      return {
        state,
        history: append(history, state),
        journal: goesOn ? merge(board.journal, journal) : journal,
        olderEntries: goesOn ? board.olderEntries : journal.length >= ENTRIES_AT_FIRST,
        lostSince: null,
      };
    }
    case "state":
      return {
        ...board,
        state: message.state,
        history: board.history && append(board.history, message.state),
        lostSince: null,
      };
    case "journal":
      return { ...board, journal: merge(board.journal, [message.entry]) };
    case "settings":
    case "signed-out":
      return board;
  }
}

/** The connection is gone; the first moment counts. */
export function lose(board: Board, now: number): Board {
  return board.lostSince !== null ? board : { ...board, lostSince: now };
}

/** A page of older entries has come. */
export function older(board: Board, page: JournalPage): Board {
  return { ...board, journal: merge(board.journal, page.entries), olderEntries: page.more };
}

/**
 * Whether what comes after an absence adjoins what is known. It does not after so long an absence that entries are
 * missing between, nor when the box lost its log and counts its entries anew.
 */
function continues(known: readonly Entry[], come: readonly Entry[]): boolean {
  const [newestKnown] = known;
  const [newestCome] = come;
  if (newestKnown === undefined || newestCome === undefined) return false;
  return come.some(({ id, at }) => id === newestKnown.id && at === newestKnown.at);
}

/** Each entry once, newest first. */
function merge(known: readonly Entry[], come: readonly Entry[]): Entry[] {
  const entries = new Map<number, Entry>();
  for (const entry of [...known, ...come]) entries.set(entry.id, entry);
  return [...entries.values()].sort((one, other) => other.id - one.id).slice(0, MOST_ENTRIES);
}

/** A message of a kind that this page doesn't know (the box may be newer) is `null`. */
export function parseLiveMessage(text: string): LiveMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const message = value as Record<string, unknown>;
  const has = (field: string) => typeof message[field] === "object" && message[field] !== null;
  switch (message.type) {
    case "hello":
      return has("state") && has("history") && has("journal") ? (value as LiveMessage) : null;
    case "state":
      return has("state") ? (value as LiveMessage) : null;
    case "journal":
      return has("entry") ? (value as LiveMessage) : null;
    case "settings":
    case "signed-out":
      return value as LiveMessage;
    default:
      return null;
  }
}
