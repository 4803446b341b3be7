/** What a player shows of itself, and whom it tells. */

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
};

export interface PlayerHost {
  changed(view: PlayerView): void;
  /** The network failed the engine: whoever has another connection to the box may doubt it. */
  networkTrouble(): void;
}
