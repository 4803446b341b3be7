/** What a player shows of itself, and whom it tells. */
import type { Reach } from "./reach";

export type PlayerPhase = "idle" | "starting" | "playing" | "finished";

export interface PlayerView {
  phase: PlayerPhase;
  /** The viewer wants it to stand. */
  paused: boolean;
  /** The browser refuses to start by itself: a tap is needed. */
  blocked: boolean;
  /** This browser can play no HLS at all. */
  unsupported: boolean;
  muted: boolean;
  /** 0 to 1. */
  volume: number;
  /** Seconds behind the live edge; `null` while unknown. */
  latency: number | null;
  /** How far behind the live edge it aims to be, seconds. */
  delay: number;
  /** Milliseconds for which the picture ought to move and does not. */
  dryFor: number;
  /** Milliseconds for which requests have failed and none has not. */
  failingFor: number;
  /** Where it is in what can be gone through; `null` where there is nothing to go through. */
  reach: Reach | null;
  /** A recording that has been played to its end. */
  over: boolean;
}

/** Of a player that has not been asked for anything yet. */
export const IDLE_VIEW: PlayerView = {
  phase: "idle",
  paused: false,
  blocked: false,
  unsupported: false,
  muted: true,
  volume: 1,
  latency: null,
  delay: 0,
  dryFor: 0,
  failingFor: 0,
  reach: null,
  over: false,
};

/** What to play. */
export interface Showing {
  /** What is of the same name goes on undisturbed. */
  event: string;
  /** Of the multivariant playlist. */
  playlist: string;
  /** How far behind the live edge, seconds; `null` is the smallest. */
  delay: number | null;
  /** A recording: nobody catches up in it. */
  recorded?: boolean;
  /** The same event from another place: the picture stays until that one's comes. */
  moved?: boolean;
}

export interface PlayerHost {
  changed(view: PlayerView): void;
  /** The network failed the engine: whoever has another connection to the box may doubt it. */
  networkTrouble(): void;
}
