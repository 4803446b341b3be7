/** Where the page hears of what is to be played: from the box, from a bucket, or of one recording. */
import type { LiveState } from "../shared/live-message";

export type Link = "connecting" | "open" | "lost";

export interface FeedHost {
  state(state: LiveState): void;
  link(link: Link): unknown;
  /** The box did not let the page in: it may be gone, or want a password. */
  refused(): void;
}

export interface Feed {
  /** Whether playback runs. */
  report(playing: boolean): void;
  /** What kept the page out is out of the way: no more waiting. */
  retry(): void;
  /** Something else found the place unreachable. */
  doubt(): void;
  /** For a page that goes on without it. */
  close(): void;
}

/** What is known of an event by its playlist alone. */
export function bareState(over: Partial<LiveState>): LiveState {
  return {
    state: "waiting",
    event: null,
    playlist: null,
    secondsLeft: null,
    viewers: 0,
    title: "",
    welcome: "",
    offline: "",
    accent: null,
    poster: null,
    latency: null,
    ...over,
  };
}
