/** The last hour in numbers: begun by the box, gone on with here from each state. Pure. */
import type { BoxState, History, Moment } from "../api";

/** An hour of values each 5 s. */
export const LONGEST = 720;

export type SeriesName = "bitRate" | "viewers" | "egress" | "cpu";
export const SERIES: readonly SeriesName[] = ["bitRate", "viewers", "egress", "cpu"];

/** The history with this state's values, or the same one while its step is not over. */
export function append(history: History, state: BoxState): History {
  const { from, step } = history;
  const length = history.bitRate.length;
  const missing = Math.floor((state.now - from) / step) - length;
  if (missing < 0) return history;
  // A clock that was set forth says nothing of the time between: an hour of it is all that is shown.
  const unknown = Math.min(missing, LONGEST);
  const over = Math.max(0, length + unknown + 1 - LONGEST);
  const skipped = missing - unknown;
  const values = valuesOf(state);
  const next: History = { ...history, from: from + (over + skipped) * step };
  for (const name of SERIES) {
    const gap = new Array<null>(unknown).fill(null);
    next[name] = [...history[name], ...gap, values[name]].slice(over);
  }
  return next;
}

export interface Point {
  at: Moment;
  value: number | null;
}

/** What a graph's words are made of; `null` without a single value. */
export interface Summary {
  lowest: number;
  highest: number;
  last: number | null;
}

export function summarise(values: readonly (number | null)[]): Summary | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return { lowest: Math.min(...known), highest: Math.max(...known), last: values.at(-1) ?? null };
}

function valuesOf(state: BoxState): Record<SeriesName, number | null> {
  return {
    bitRate: state.input?.bitRate ?? null,
    viewers: state.viewers.count,
    egress: state.egress.rate,
    cpu: state.box.cpu,
  };
}
